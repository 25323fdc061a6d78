"""A source of entries: what is indexed of one kind of thing, when, and who finds it.

A new kind is one small class in this package and one line in `registry`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.access import Access, permissions_of
from accounts.models import AuditEvent, Party
from accounts.permissions import Permission
from accounts.reach import Reach
from monitoring.enums import SearchKind


@dataclass(frozen=True)
class Draft:
    """What is to be indexed of a thing. `context` is found, but not shown as its text."""

    object_id: int
    party_id: int | None
    title: str
    text: str = ""
    context: str = ""


@dataclass(frozen=True)
class Shown:
    """How a thing is named where it was found: title, page, and the period or day it is of."""

    title: str
    url: str
    period: str = ""
    day: date | None = None


class Reader:
    """Who searches, with the parties that narrow the search; read once."""

    def __init__(self, who: Access) -> None:
        self._who = who

    @property
    def reach(self) -> Reach:
        return self._who.reach_with_mandates

    @property
    def own(self) -> frozenset[int]:
        """Parties that the reader is a member of."""
        return frozenset(self._who.reach.parties())

    @property
    def managed(self) -> frozenset[int]:
        """Parties whose people the reader manages."""
        wanted = Permission.MANAGE_PEOPLE
        held = (m for m in self._who.memberships if wanted in permissions_of(m))
        return frozenset(m.party_id for m in held if m.party_id)

    @property
    def reviewed(self) -> frozenset[int]:
        """Parties under the reader's mandate."""
        return frozenset(self.reach.reviewed())


@dataclass(frozen=True)
class Rights:
    """Who finds the entries of a source: sources that share their rights are asked together.

    `parties` narrows what is looked at (None: entries of no party), `scope` is the very rule of
    the pages that the hits lead to, in SQL.
    """

    parties: Callable[[Reader], frozenset[int] | None]
    scope: Callable[[Reader], Exists | Q]


def through(visible: "Callable[[Reader], models.QuerySet[Any]]") -> Callable[[Reader], Exists]:
    """Entries of the things that a `visible_to` lets the reader see."""

    def scope(reader: Reader) -> Exists:
        return Exists(visible(reader).order_by().filter(pk=OuterRef("object_id")))

    return scope


class Source:
    """One kind of thing in one of its texts. `code` is a mark in the index: small letters."""

    code: ClassVar[str]
    kind: ClassVar[SearchKind]
    rights: ClassVar[Rights]
    model: ClassVar[type[models.Model]]

    def ids(self) -> list[int]:
        """Everything of which there may be an entry, the newest last."""
        return list(self.model._default_manager.order_by("pk").values_list("pk", flat=True))

    def drafts(self, ids: Collection[int]) -> Iterator[Draft]:
        """What is to be indexed of these: nothing of what nobody is to find."""
        raise NotImplementedError

    def touched_by(self, event: AuditEvent) -> Collection[int]:
        """Ids of the things that the event may have changed."""
        raise NotImplementedError

    def shown(self, entries: Iterable[Any]) -> dict[int, Shown]:
        """Entry's key -> how it is named, in a constant number of queries."""
        entries = list(entries)
        loaded = self.load({e.object_id for e in entries}).order_by()
        things = {thing.pk: thing for thing in loaded}
        found = ((e.pk, things.get(e.object_id)) for e in entries)
        return {key: self.show(thing) for key, thing in found if thing}

    def load(self, ids: Collection[int]) -> "models.QuerySet[Any]":
        raise NotImplementedError

    def show(self, thing: Any) -> Shown:
        raise NotImplementedError


def is_about(event: AuditEvent, model: type[models.Model]) -> bool:
    return bool(event.subject_type == model._meta.label_lower)


def subject_of(event: AuditEvent) -> list[int]:
    """The id of what the event is about."""
    return [int(event.subject_id)]


def limited(rows: "models.QuerySet[Any]", ids: Collection[int]) -> "models.QuerySet[Any]":
    return rows.filter(pk__in=ids).order_by("pk")


def names_of(party: Party) -> list[str]:
    """How somebody may call a party in a search."""
    names = [party.code, party.name]
    if party.country:
        names += [party.country.name_en, party.country.name_fr, party.country.name_ar]
    return names


def joined(*texts: str) -> str:
    return "\n".join(filter(None, texts))
