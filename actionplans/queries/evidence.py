"""The evidence of a party: what it holds, where it is used, how old it is behind a claim."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import ForeignKey, Q

from accounts.models import Party, User
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


def library(user: User, party: Party, *, words: str = "", state: str = "") -> EvidenceQuerySet:
    """The party's evidence that the user may read, with `answers` that each supports.

    `words` are all found in title, publisher or file name; `state` is used, unused or expired.
    """
    rows = Evidence.objects.visible_to(user).filter(party=party).with_uses()
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
    return rows.select_related("stored_file", "party")


def was_sent(evidence: Evidence) -> bool:
    """Whether it went out with a national answer: what was sent is not changed any more."""
    return evidence.revisions.filter(verb=Verb.SEND).exists()


@dataclass(frozen=True)
class Use:
    """Something that a piece of evidence supports, in words, with its page."""

    words: str
    url: str


def uses_of(evidence: Evidence, user: User) -> list[ProgressUpdate]:
    """The answers that it supports and the user may read, the latest period first.

    Outside the party those that were sent with it: where it was attached since is not said there.
    """
    answers = ProgressUpdate.objects
    used = answers.of_member(user).filter(evidence=evidence)
    sent = answers.visible_to(user).filter(transmitted_revision__evidence=evidence)
    visible = answers.filter(Q(pk__in=used.values("pk")) | Q(pk__in=sent.values("pk")))
    return list(with_people(visible).order_by("-period__opens_at", "assignment__item__position"))


def records_of(evidence: Evidence) -> list[Use]:
    """The party's records that name it as their document, whichever app keeps them."""
    found = []
    for relation in Evidence._meta.related_objects:
        if isinstance(relation.field, ForeignKey) and relation.related_model is not EvidenceUse:
            rows = relation.related_model._default_manager.filter(**{relation.field.name: evidence})
            found += [Use(str(row), getattr(row, "get_absolute_url", str)()) for row in rows]
    return found
