"""The one place that hears AuditEvents: whoever has to act next, or wants to know, is told.

Notices and mails are written in the transaction of the event. A mail names item, party, period
and who acted, and links to the answer; it carries no narrative and no figure.
"""

from typing import Any

from accounts.models import AuditEvent, Party, User
from actionplans.enums import Verb
from actionplans.models import ProgressUpdate, UpdateRevision
from actionplans.notifications import NOTIFICATIONS, SUBMISSION, TIME, recipients, told_of_time
from actionplans.queries.updates import with_people
from actionplans.rules import Standing
from actionplans.services.standings import standing_of
from monitoring.services import notifications


def deliver(sender: Any, event: AuditEvent, **kwargs: Any) -> None:
    """Tell the people whom the event's notification names; most events have none."""
    if event.action == "profile.changed":
        notifications.replan(user=User.objects.get(pk=event.by_id or 0))
    deliver_together(sender, [event])


def deliver_together(sender: Any, events: list[AuditEvent], **kwargs: Any) -> None:
    """Tell of one act on many records: each person once, of all that concerns them."""
    told = {event: people for event in events if (people := _people(event))}
    if told:
        by = User.objects.get(pk=events[0].by_id or 0)
        notifications.tell(told=told, by=by)


def _people(event: AuditEvent) -> list[User]:
    verb = _verb_of(event)
    if event.by_id is None:
        return []
    if event.action in TIME:
        by, party = User.objects.get(pk=event.by_id), Party.objects.get(pk=event.party_id or 0)
        return told_of_time(event.action, [party], by)
    return recipients(_standing(event), verb) if verb else []


def _verb_of(event: AuditEvent) -> Verb | None:
    """The verb whose notification the event calls for."""
    verb = event.action.rpartition(".")[2]
    found = NOTIFICATIONS.get(verb)
    return found.verb if found and found.code == event.action else None


def _standing(event: AuditEvent) -> Standing:
    """The answer as the event left it; a Submission stands behind the first answer sent in it."""
    pk = event.details["updates"][0] if event.subject_type == SUBMISSION else event.subject_id
    update = with_people(ProgressUpdate.objects.all()).get(pk=pk)
    if update.submitted_by_id is None:
        # A return and a reopening begin a new round; who submitted the last one is still told.
        submitted = UpdateRevision.objects.filter(update=update, verb=Verb.SUBMIT).last()
        update.submitted_by_id = submitted.by_id if submitted else None
    return standing_of(update, User.objects.get(pk=event.by_id or 0))
