"""The evidence of a party: what it holds, where it is used, how old it is behind a claim."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import ManyToOneRel, Q

from accounts.models import Party, User
from accounts.records import Kept, Record
from actionplans.enums import RATINGS_WITH_EVIDENCE, Verb
from actionplans.models import Evidence, ProgressUpdate
from actionplans.models.evidence import EvidenceQuerySet
from actionplans.queries.updates import with_people
from common.dates import year_before


def is_out_of_date(rating: str, evidence: Iterable[Evidence], on: date) -> bool:
    """Whether a claim that rests on evidence has none of the twelve months up to the day.

    Evidence that no longer holds on the day counts as old. Undated evidence says nothing of its
    age: a claim with some that still holds is not called out of date.
    """
    rows = list(evidence)
    if rating not in RATINGS_WITH_EVIDENCE or not rows:
        return False
    holding = [row for row in rows if row.expires_on is None or row.expires_on >= on]
    return all(row.date is not None and row.date <= year_before(on) for row in holding)


def library(user: User, party: Party, *, words: str = "", state: str = "") -> EvidenceQuerySet:
    """The party's evidence that the user may read, with `answers` that each supports.

    `words` are all found in title, publisher or file name; `state` is used, unused or expired.
    """
    rows = Evidence.objects.visible_to(user).filter(party=party)
    for word in words.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(publisher__icontains=word)
            | Q(stored_file__name__icontains=word)
        )
    if state == "expired":
        rows = rows.expired()
    elif state in ("used", "unused"):
        rows = rows.filter(uses__isnull=state == "unused")
    # Counted by the join of the filter: before it there would be two, and each use many times.
    return rows.with_uses().select_related("stored_file", "party")


def was_sent(evidence: Evidence) -> bool:
    """Whether it went out with a national answer: what was sent is not changed any more."""
    return evidence.revisions.filter(verb=Verb.SEND).exists()


def uses_of(evidence: Evidence, user: User) -> list[ProgressUpdate]:
    """The answers that it supports and the user may read, the latest period first.

    Outside the party those that were sent with it: where it was attached since is not said there.
    """
    answers = ProgressUpdate.objects
    used = answers.of_member(user).filter(evidence=evidence)
    sent = answers.visible_to(user).filter(transmitted_revision__evidence=evidence)
    visible = answers.filter(Q(pk__in=used.values("pk")) | Q(pk__in=sent.values("pk")))
    return list(with_people(visible).order_by("-period__opens_at", "assignment__item__position"))


def records_of(evidence: Evidence, user: User) -> list[Kept]:
    """The records that name it as their document, stand, and the user may open: whichever app
    keeps them, one query for each kind."""
    found: list[Kept] = []
    # Hidden: no record needs a name for the way back from its document.
    for relation in Evidence._meta.get_fields(include_hidden=True):
        kind: Any = relation.related_model
        if isinstance(relation, ManyToOneRel) and issubclass(kind, Kept):
            rows: Any = kind._default_manager
            rows = rows.visible_to(user).filter(**{relation.field.name: evidence})
            rows = rows.kept() if issubclass(kind, Record) else rows
            found += rows.select_related(rows.party_path)
    return found
