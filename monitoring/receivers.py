"""The one place that hears AuditEvents: the search index follows, and people are told.

Notices and mails are written in the transaction of the event. A mail names item, party, period
and who acted, and links to the answer; it carries no narrative and no figure.
"""

from collections.abc import Iterable
from typing import Any

from accounts.models import AuditEvent, Party, User
from actionplans.enums import Verb
from actionplans.models import Clarification, Contribution, ProgressUpdate, UpdateRevision
from actionplans.notifications import (
    BESIDE,
    CONTRIBUTION,
    NOTIFICATIONS,
    PERIOD_NOTIFICATIONS,
    SUBMISSION,
    TIME,
    present,
    recipients,
    told_of_contribution,
    told_of_question,
    told_of_reply,
    told_of_time,
)
from actionplans.queries.contributions import with_answer
from actionplans.queries.updates import reviewers_of, with_people
from actionplans.rules import Standing
from actionplans.services.contribution_standings import contribution_standing
from actionplans.services.standings import standing_of
from monitoring.services import notifications, search

Told = dict[User, list[ProgressUpdate]]  # and the answers that it is about for each


def deliver(sender: Any, event: AuditEvent, **kwargs: Any) -> None:
    """Index what changed, and tell the people whom the event's notification names, if any."""
    search.follow([event])
    if event.action == "profile.changed":
        notifications.replan(user=User.objects.get(pk=event.by_id or 0))
    else:
        _tell([event])


def deliver_together(sender: Any, events: list[AuditEvent], **kwargs: Any) -> None:
    """The same for one act on many records: each person is told once, of all that concerns them."""
    search.follow(events)
    _tell(events)


def _tell(events: list[AuditEvent]) -> None:
    by = User.objects.filter(pk=events[0].by_id).first() if events[0].by_id else None
    told = {event: people for event in events if (people := _told(event, by))}
    if told:
        notifications.tell(told=told, by=by)


def _told(event: AuditEvent, by: User | None) -> Told:
    if event.action in PERIOD_NOTIFICATIONS:
        return _of_period(event)
    if event.action in TIME and by:
        party = Party.objects.get(pk=event.party_id or 0)
        return {person: [] for person in told_of_time(event.action, [party], by)}
    if event.action in BESIDE and by:
        return _beside(event, by)
    verb = _verb_of(event)
    return _of_step(event, verb, by) if verb and by else {}


def _of_period(event: AuditEvent) -> Told:
    """The event says whom it is for, and which answers it is about for each of them."""
    people: dict[str, list[int]] = event.details["people"]
    updates = _updates(pk for answers in people.values() for pk in answers)
    return {
        person: [updates[pk] for pk in people[str(person.pk)]]
        for person in present(int(pk) for pk in people)
    }


def _of_step(event: AuditEvent, verb: Verb, by: User) -> Told:
    """A step of an answer, or the sending of many."""
    is_sending = event.subject_type == SUBMISSION
    pks = event.details["updates"] if is_sending else [int(event.subject_id)]
    if not pks:  # nothing changed: no answer goes, and the reviewers are told all the same
        reviewers = reviewers_of(Party.objects.get(pk=event.party_id or 0))
        return {person: [] for person in present(r.pk for r in reviewers) if person != by}
    updates = _updates(pks)
    standing = _standing(updates[pks[0]], by)
    return {person: list(updates.values()) for person in recipients(standing, verb)}


def _updates(pks: Iterable[int]) -> dict[int, ProgressUpdate]:
    return with_people(ProgressUpdate.objects.all()).in_bulk(list(pks))


def _beside(event: AuditEvent, by: User) -> Told:
    """What happened beside an answer's way, as the event left the record."""
    if event.subject_type == CONTRIBUTION:
        contribution = with_answer(Contribution.objects.all()).get(pk=event.subject_id)
        standing = contribution_standing(contribution, by)
        people = told_of_contribution(standing, event.action)
        return {person: [contribution.update] for person in people}
    question = Clarification.objects.get(pk=event.subject_id)
    update = _updates([question.update_id])[question.update_id]
    if event.action == "clarification.answer":
        return {person: [update] for person in told_of_reply(question)}
    return {person: [update] for person in told_of_question(standing_of(update, by))}


def _verb_of(event: AuditEvent) -> Verb | None:
    """The verb whose notification the event calls for."""
    verb = event.action.rpartition(".")[2]
    found = NOTIFICATIONS.get(verb)
    return found.verb if found and found.code == event.action else None


def _standing(update: ProgressUpdate, by: User) -> Standing:
    """The answer as the event left it; a Submission stands behind the first answer sent in it."""
    if update.submitted_by_id is None:
        # A return and a reopening begin a new round; who submitted the last one is still told.
        submitted = UpdateRevision.objects.filter(update=update, verb=Verb.SUBMIT).last()
        update.submitted_by_id = submitted.by_id if submitted else None
    return standing_of(update, by)
