"""The one place that hears AuditEvents: whoever has to act next, or wants to know, is told.

Notices and mails are written in the transaction of the event. A mail names item, party, period
and who acted, and links to the answer; it carries no narrative and no figure.
"""

from typing import Any

from accounts.models import AuditEvent, User
from actionplans import notifications_beside as beside
from actionplans.enums import Verb
from actionplans.models import Clarification, Contribution, ProgressUpdate, UpdateRevision
from actionplans.notifications import NOTIFICATIONS, SUBMISSION, recipients
from actionplans.queries.contributions import with_answer
from actionplans.queries.updates import with_people
from actionplans.rules import Standing
from actionplans.services.contribution_standings import contribution_standing
from actionplans.services.standings import standing_of
from monitoring.services import notifications


def deliver(sender: Any, event: AuditEvent, **kwargs: Any) -> None:
    """Tell the people whom the event's notification names; most events have none."""
    if event.action == "profile.changed":
        notifications.replan(user=User.objects.get(pk=event.by_id or 0))
    if event.action in beside.NOTIFICATIONS:
        actor = User.objects.get(pk=event.by_id or 0)
        notifications.tell(event=event, people=_told_beside(event, actor), by=actor)
        return
    verb = _verb_of(event)
    if verb is None or event.by_id is None:
        return
    standing = _standing(event)
    notifications.tell(event=event, people=recipients(standing, verb), by=standing.access.user)


def _told_beside(event: AuditEvent, actor: User) -> list[User]:
    """Whom an event beside an answer's way is told, as it left the record."""
    if event.subject_type == beside.CONTRIBUTION:
        contribution = with_answer(Contribution.objects.all()).get(pk=event.subject_id)
        standing = contribution_standing(contribution, actor)
        return beside.told_of_contribution(standing, event.action)
    question = Clarification.objects.get(pk=event.subject_id)
    if event.action == "clarification.answer":
        return beside.told_of_reply(question)
    update = with_people(ProgressUpdate.objects.all()).get(pk=question.update_id)
    return beside.told_of_question(standing_of(update, actor))


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
