"""The one place that hears AuditEvents: the search index follows, and people are told.

Notices and mails are written in the transaction of the event. A mail names item, party, period
and who acted, and links to the answer; it carries no narrative and no figure.
"""

from typing import Any

from accounts.models import AuditEvent, User
from actionplans.enums import Verb
from actionplans.models import ProgressUpdate, UpdateRevision
from actionplans.notifications import NOTIFICATIONS, SUBMISSION, recipients
from actionplans.queries.updates import with_people
from actionplans.rules import Standing
from actionplans.services.standings import standing_of
from monitoring.services import notifications, search


def deliver(sender: Any, event: AuditEvent, **kwargs: Any) -> None:
    """Index what changed, and tell the people whom the event's notification names, if any."""
    search.follow(event)
    if event.action == "profile.changed":
        notifications.replan(user=User.objects.get(pk=event.by_id or 0))
    verb = _verb_of(event)
    if verb is None or event.by_id is None:
        return
    standing = _standing(event)
    notifications.tell(event=event, people=recipients(standing, verb), by=standing.access.user)


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
