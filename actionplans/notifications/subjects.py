"""What events were about, in the reader's language and with the reader's rights."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.access import Access, access_of
from accounts.models import AuditEvent, Party, User
from accounts.permissions import Permission
from actionplans.enums import Verb
from actionplans.models import (
    Clarification,
    Contribution,
    Extension,
    ExtensionRequest,
    ProgressUpdate,
    ReportingPeriod,
    Submission,
)
from actionplans.notifications.answers import NOTIFICATIONS, Notification
from actionplans.notifications.beside import BESIDE
from actionplans.notifications.periods import PERIOD_NOTIFICATIONS, PeriodNotification
from actionplans.notifications.time import TIME, TimeNotification
from actionplans.permissions import grants_time
from actionplans.queries.contributions import uses_as_they_stand, with_answer
from actionplans.queries.unsent import late_leads
from actionplans.queries.updates import with_people
from actionplans.rules import TRANSITIONS
from common import clock, formats

UPDATE, SUBMISSION = "actionplans.progressupdate", "actionplans.submission"
PERIOD, EXTENSION = "actionplans.reportingperiod", "actionplans.extension"
REQUEST = "actionplans.extensionrequest"
CONTRIBUTION, CLARIFICATION = "actionplans.contribution", "actionplans.clarification"
ITEM_TEXTS = "update__assignment__item__texts"
# Coordinators read in these which institutions have not submitted.
NAMES_LATE = ("reminder.due", "reminder.summary")


@dataclass(frozen=True)
class Subject:
    """What an event was about: its line in the reader's language and where it is read.

    `stands` is False once somebody has done what the notice asks for. `late` are institutions
    that have not submitted, for those who read all answers of the party.
    """

    title: str
    item: str
    party: str
    period: str
    path: str
    stands: bool
    late: tuple[str, ...] = ()


Found = dict[int, Subject]  # event id -> what it was about


def subjects(events: Iterable[AuditEvent], reader: User) -> Found:
    """event id -> what it was about, for what the reader may still open.

    A constant number of queries, whatever the number of events.
    """
    events = list(events)
    found: Found = {}
    for subject_type, find in FINDERS.items():
        ours = [event for event in events if event.subject_type == subject_type]
        found |= find(ours, reader) if ours else {}
    return found


def _of_updates(events: list[AuditEvent], reader: User) -> Found:
    ids = {event.subject_id for event in events}
    visible = ProgressUpdate.objects.visible_to(reader).filter(pk__in=ids)
    rows = with_people(visible).prefetch_related("assignment__item__texts")
    updates = {str(update.pk): update for update in rows}
    return {e.pk: _of_update(e, updates[e.subject_id]) for e in events if e.subject_id in updates}


def _of_update(event: AuditEvent, update: ProgressUpdate) -> Subject:
    notification = NOTIFICATIONS[event.action.rpartition(".")[2]]
    stands = update.state == (TRANSITIONS[notification.verb].target or update.state)
    words = _words(update.assignment.party, update.period, item=str(update.assignment.item))
    return Subject(
        **words, title=notification.subject % words, path=update.get_absolute_url(), stands=stands
    )


def _of_submissions(events: list[AuditEvent], reader: User) -> Found:
    visible = Submission.objects.filter(
        pk__in={event.subject_id for event in events},
        party__in=Party.objects.visible_to(reader).values("pk"),
    ).select_related("party__country", "period")
    sent = {str(submission.pk): submission for submission in visible}
    return {
        e.pk: _of_party(NOTIFICATIONS[Verb.SEND], found.party, found.period)
        for e in events
        if (found := sent.get(e.subject_id))
    }


def _of_periods(events: list[AuditEvent], reader: User) -> Found:
    """What the system, DPKO or a coordinator told a party's people of its work in a period."""
    who = access_of(reader)
    parties = {m.party.pk: m.party for m in who.memberships if m.party}
    ours = [event for event in events if event.party_id in parties]
    periods = ReportingPeriod.objects.in_bulk({event.details["period"] for event in ours})
    leading = {pk for pk, party in parties.items() if who.may(Permission.READ_DRAFTS, party)}
    late = late_leads(leading, periods)
    longer = {
        (one.party_id, one.period_id): one.until
        for one in Extension.objects.filter(party__in=parties, period__in=periods)
    }
    found = {}
    for event in ours:
        party, period = parties[event.party_id or 0], periods[event.details["period"]]
        names = late.get((party.pk, period.pk), ()) if event.action in NAMES_LATE else ()
        present = longer.get((party.pk, period.pk), period.due_at)
        found[event.pk] = _of_moment(event, party, period, names, present)
    return found


def _of_moment(
    event: AuditEvent,
    party: Party,
    period: ReportingPeriod,
    late: tuple[str, ...],
    present: datetime,
) -> Subject:
    """`present` is the party's deadline now: what was told of another one is over."""
    kind, until = PERIOD_NOTIFICATIONS[event.action], event.details.get("deadline")
    deadline = datetime.fromisoformat(until) if until else None
    stands = {
        "reminder.due": deadline == present,
        "reminder.summary": deadline == present and bool(late),
        "extension.grant": deadline == present and clock.now() < present,
    }.get(kind.code, True)
    return replace(_of_party(kind, party, period, deadline), late=late, stands=stands)


def _of_party(
    kind: Notification | PeriodNotification,
    party: Party,
    period: ReportingPeriod,
    deadline: datetime | None = None,
) -> Subject:
    words = _words(party, period)
    due = formats.apart(formats.instant(deadline, party.time_zone)) if deadline else ""
    path = reverse("monitoring:updates", args=[party.code]) + f"?period={period.code}"
    title = kind.subject % {**words, "deadline": due}
    return Subject(**words, title=title, path=path, stands=True)


def _words(party: Party, period: ReportingPeriod, item: str = "") -> dict[str, Any]:
    """Names as they stand in a line, in a language that runs from the right too."""
    names = {"item": item, "party": party, "period": period}
    return {name: formats.apart(words) if words else "" for name, words in names.items()}


def _of_requests(events: list[AuditEvent], reader: User) -> Found:
    """A request for more time: for the party's coordinators and DPKO's."""
    who = access_of(reader)
    rows = ExtensionRequest.objects.select_related("party__country", "period")
    things = rows.in_bulk({int(event.subject_id) for event in events})
    about = {event: things[int(event.subject_id)] for event in events}
    return {
        event.pk: _of_request(TIME[event.action], thing, path)
        for event, thing in about.items()
        if event.action in TIME and (path := _request_path(who, thing))
    }


def _request_path(who: Access, request: ExtensionRequest) -> str:
    """Where the reader finds it: the party's own page, or DPKO's; empty where nowhere."""
    if who.may(Permission.ENDORSE, request.party):
        address = reverse("actionplans:extension-request", args=[request.party.code])
        return f"{address}?period={request.period.code}"
    if grants_time(who):
        return reverse("actionplans:extensions", args=[request.period.code])
    return ""


def _of_request(kind: TimeNotification, request: ExtensionRequest, path: str) -> Subject:
    words = _words(request.party, request.period)
    waits = not kind.waits_for_act or request.is_open
    return Subject(**words, title=kind.subject % words, path=path, stands=waits)


def _of_contributions(events: list[AuditEvent], reader: User) -> Found:
    ids = {event.subject_id for event in events}
    visible = with_answer(Contribution.objects.visible_to(reader).filter(pk__in=ids))
    taken_in = Exists(uses_as_they_stand().filter(contribution=OuterRef("pk")))
    rows = visible.annotate(is_taken_in=taken_in).prefetch_related(ITEM_TEXTS)
    things = {str(c.pk): c for c in rows}
    return {
        e.pk: _of_beside(e, thing, _still_waits(e, thing), thing.institution.name)
        for e in events
        if (thing := things.get(e.subject_id))
    }


def _still_waits(event: AuditEvent, thing: Contribution) -> bool:
    """Nothing has happened to it since, and it may still come into an answer being written."""
    is_open = thing.update.state in TRANSITIONS[Verb.SAVE].sources
    is_taken_in = thing.is_taken_in  # type: ignore[attr-defined]
    return thing.version == event.details["version"] and is_open and not is_taken_in


def _of_clarifications(events: list[AuditEvent], reader: User) -> Found:
    ids = {event.subject_id for event in events}
    visible = (
        Clarification.objects.visible_to(reader)
        .filter(pk__in=ids)
        .select_related(
            "update__assignment__item", "update__assignment__party__country", "update__period"
        )
    )
    things = {str(c.pk): c for c in visible.prefetch_related(ITEM_TEXTS)}
    return {
        e.pk: _of_beside(e, thing, thing.is_open)
        for e in events
        if (thing := things.get(e.subject_id))
    }


def _of_beside(
    event: AuditEvent, thing: Contribution | Clarification, stands: bool, institution: str = ""
) -> Subject:
    assignment = thing.update.assignment
    words = _words(assignment.party, thing.update.period, item=str(assignment.item))
    number = thing.number if isinstance(thing, Clarification) else ""
    title = BESIDE[event.action].subject % {**words, "institution": institution, "number": number}
    return Subject(**words, title=title, path=thing.get_absolute_url(), stands=stands)


# subject_type of an event -> what finds the subjects of such events
FINDERS: dict[str, Callable[[list[AuditEvent], User], Found]] = {
    UPDATE: _of_updates,
    SUBMISSION: _of_submissions,
    PERIOD: _of_periods,
    EXTENSION: _of_periods,
    REQUEST: _of_requests,
    CONTRIBUTION: _of_contributions,
    CLARIFICATION: _of_clarifications,
}
