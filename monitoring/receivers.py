"""The one place that hears AuditEvents: whoever has to act next, or wants to know, is told.

Notices and mails are written in the transaction of the event. A mail names item, party, period
and who acted, and links to the answer; it carries no narrative and no figure.
"""

from collections.abc import Iterable
from typing import Any

from accounts.models import AuditEvent, User
from actionplans.enums import Verb
from actionplans.models import ProgressUpdate, UpdateRevision
from actionplans.notifications import (
    NOTIFICATIONS,
    PERIOD_NOTIFICATIONS,
    SUBMISSION,
    present,
    recipients,
)
from actionplans.queries.updates import with_people
from actionplans.rules import Standing
from actionplans.services.standings import standing_of
from monitoring.services import notifications


def deliver(sender: Any, event: AuditEvent, **kwargs: Any) -> None:
    """Tell the people whom the event's notification names; most events have none."""
    if event.action == "profile.changed":
        notifications.replan(user=User.objects.get(pk=event.by_id or 0))
    elif event.action in PERIOD_NOTIFICATIONS:
        _deliver_of_period(event)
    elif event.by_id and (verb := _verb_of(event)):
        _deliver_step(event, verb, User.objects.get(pk=event.by_id))


def _deliver_of_period(event: AuditEvent) -> None:
    """The event says whom it is for, and which answers it is about for each of them."""
    people: dict[str, list[int]] = event.details["people"]
    updates = _updates(pk for answers in people.values() for pk in answers)
    told = {
        person: [updates[pk] for pk in people[str(person.pk)]]
        for person in present(int(pk) for pk in people)
    }
    notifications.tell(
        event=event, answers=told, by=User.objects.filter(pk=event.by_id or 0).first()
    )


def _deliver_step(event: AuditEvent, verb: Verb, by: User) -> None:
    """A step of an answer, or the sending of many."""
    is_sending = event.subject_type == SUBMISSION
    pks = event.details["updates"] if is_sending else [int(event.subject_id)]
    updates = _updates(pks)
    standing = _standing(updates[pks[0]], by)
    told = {person: list(updates.values()) for person in recipients(standing, verb)}
    notifications.tell(event=event, answers=told, by=by)


def _updates(pks: Iterable[int]) -> dict[int, ProgressUpdate]:
    return with_people(ProgressUpdate.objects.all()).in_bulk(list(pks))


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
