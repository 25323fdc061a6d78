"""The evidence of a party: what it holds, where it is used, how old it is behind a claim."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, ManyToOneRel, OuterRef, Q

from accounts.models import Party, User
from accounts.reach import Reach
from accounts.records import Kept, Record
from actionplans.enums import RATINGS_WITH_EVIDENCE, Verb
from actionplans.models import Evidence, EvidenceUse, ProgressUpdate
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


def library(reader: Reach, party: Party, *, words: str = "", state: str = "") -> EvidenceQuerySet:
    """The party's evidence that somebody may read, with `answers` that each supports.

    `words` are all found in title, publisher or file name; `state` is used, unused or expired.
    """
    rows = Evidence.objects.visible_to(reader).filter(party=party)
    for word in words.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(publisher__icontains=word)
            | Q(stored_file__name__icontains=word)
        )
    if state == "expired":
        rows = rows.expired()
    elif state in ("used", "unused"):
        is_used = Exists(EvidenceUse.objects.filter(evidence=OuterRef("pk")))
        rows = rows.filter(is_used if state == "used" else ~is_used)
    return rows.with_uses().select_related("stored_file", "party")


def was_sent(evidence: Evidence) -> bool:
    """Whether it went out with a national answer: what was sent is not changed any more."""
    return evidence.revisions.filter(verb=Verb.SEND).exists()


def uses_of(evidence: Evidence, reader: Reach) -> list[ProgressUpdate]:
    """The answers that it supports and somebody may read, the latest period first.

    Outside the party those that were sent with it: where it was attached since is not said there.
    """
    answers = ProgressUpdate.objects
    used = answers.of_member(reader).filter(evidence=evidence)
    sent = answers.visible_to(reader).filter(transmitted_revision__evidence=evidence)
    # Few keys, read first: within the one query PostgreSQL would join all answers to their people.
    visible = {*used.values_list("pk", flat=True), *sent.values_list("pk", flat=True)}
    return list(
        with_people(answers.filter(pk__in=visible)).order_by(
            "-period__opens_at", "assignment__item__position"
        )
    )


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
