"""What each role is told on the start page: a number, words and a place to go."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import Access
from accounts.enums import PartyKind
from accounts.models import Invitation, Party
from accounts.permissions import Permission
from actionplans.models import ExtensionRequest, ReportingPeriod
from common import clock, formats
from common.enums import JobState
from common.models import Job, OutgoingMail
from monitoring.queries import queue
from monitoring.queries.progress import Progress
from monitoring.queries.start import Task, party_ids

SHOWN = 5  # answers named under one line
MAIL_IS_LATE = timedelta(minutes=15)
# kind of task -> what it asks for, in the order in which they are shown
TASK_KINDS: dict[str, str | Promise] = {
    "returned": gettext_lazy("Mend and submit again"),
    "submit": gettext_lazy("Write and submit"),
    "sign": gettext_lazy("Sign or return"),
    "endorse": gettext_lazy("Endorse or return"),
    "send": gettext_lazy("Send as the national answer"),
    "clarify": gettext_lazy("Reply to a reviewer’s question"),
    "contribute": gettext_lazy("Contribute to answers of other institutions"),
    "contribution-sign": gettext_lazy("Sign or return a contribution of your institution"),
    "reply": gettext_lazy("Reply, if you wish, to a verdict that differs"),
}


@dataclass(frozen=True)
class Wait:
    """One line of "What waits for me": how many, of what, where."""

    count: int
    words: str
    url: str
    tasks: tuple[Task, ...] = ()


def task_waits(party: Party, tasks: Iterable[Task]) -> list[Wait]:
    """The party's answers that wait for the person, by what they ask for."""
    by_kind: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        if task.update.assignment.party_id == party.pk:
            by_kind[task.kind].append(task)
    return [_task_wait(party, kind, by_kind[kind]) for kind in TASK_KINDS if by_kind[kind]]


def _task_wait(party: Party, kind: str, tasks: list[Task]) -> Wait:
    if kind == "send":
        url = reverse("actionplans:submission", args=[party.code])
        return Wait(len(tasks), str(TASK_KINDS[kind]), url)
    period = tasks[0].update.period.code  # not always the one that runs: a reply may come later
    url = reverse("monitoring:updates", args=[party.code]) + f"?period={period}&mine={kind}"
    return Wait(len(tasks), str(TASK_KINDS[kind]), url, tuple(tasks[:SHOWN]))


def party_waits(who: Access, party: Party, progress: Progress | None) -> list[Wait]:
    """What a coordinator has to see to besides single answers."""
    if progress is None:
        return []
    found = []
    if progress.unassigned and who.may(Permission.ASSIGN, party):
        words = ngettext(
            "Item without an institution", "Items without an institution", progress.unassigned
        )
        url = reverse("actionplans:assignments", args=[party.code])
        found.append(Wait(progress.unassigned, words, url))
    late = len(progress.late_institutions)
    if late and who.may(Permission.ENDORSE, party):
        words = ngettext("Institution is late: %(names)s", "Institutions are late: %(names)s", late)
        words %= {"names": formats.listed(progress.late_institutions)}
        url = reverse("monitoring:updates", args=[party.code]) + "?late=yes"
        found.append(Wait(late, words, url))
    return found


def next_step(waits: Sequence[Wait]) -> tuple[str, str]:
    """What to do next, in words, and where: the first answer of the first line, else the line."""
    if not waits:
        return "", ""
    first = waits[0]
    if not first.tasks:
        return first.words, first.url
    task = first.tasks[0]
    return f"{first.words}: {formats.apart(task.update.assignment.item)}", task.url


def invitation_waits(who: Access, parties: Iterable[Party]) -> dict[int, list[Wait]]:
    """party id -> open invitations, for those who manage people: one query, or none."""
    managed = party_ids(who, Permission.MANAGE_PEOPLE)
    if not managed:
        return {}
    open_ones = Invitation.objects.filter(
        party__in=managed, accepted_at__isnull=True, revoked_at__isnull=True
    )
    counts = dict(open_ones.order_by().values_list("party").annotate(n=Count("pk")))
    return {
        party.pk: [
            Wait(
                counts[party.pk],
                ngettext("Open invitation", "Open invitations", counts[party.pk]),
                reverse("accounts:people", args=[party.code]),
            )
        ]
        for party in parties
        if counts.get(party.pk)
    }


def time_waits(
    wishes: Sequence[ExtensionRequest], parties: Iterable[Party]
) -> dict[int, list[Wait]]:
    """DPKO's party id -> requests for more time."""
    if not wishes:
        return {}
    url = reverse("actionplans:extensions", args=[wishes[0].period.code])
    words = ngettext("Party asks for more time", "Parties ask for more time", len(wishes))
    dpko = [party for party in parties if party.kind == PartyKind.DPKO]
    return {party.pk: [Wait(len(wishes), words, url)] for party in dpko}


def review_waits(counts: dict[str, int]) -> list[Wait]:
    """The reviewer's queue by kind; a kind without an answer is left out."""
    words = {
        "new": _("Sent and not reviewed yet"),
        "changed": _("Changed since the last review"),
        "overdue": ngettext(
            "Waiting more than %(days)s day",
            "Waiting more than %(days)s days",
            queue.REVIEW_WITHIN.days,
        )
        % {"days": queue.REVIEW_WITHIN.days},
        "asked": _("Waiting for the party’s clarification"),
        "answered": _("Clarified, waiting for your verdict"),
    }
    url = reverse("monitoring:queue")
    return [
        Wait(counts[kind], text, f"{url}?kind={kind}")
        for kind, text in words.items()
        if counts[kind]
    ]


def portal_waits() -> list[Wait]:
    """What a portal administrator has to see to: four queries."""
    failed = Job.objects.filter(state=JobState.FAILED).count()
    slow = Q(sent_at__isnull=True, created_at__lte=clock.now() - MAIL_IS_LATE)
    mail = OutgoingMail.objects.filter(slow).count()
    without_period = not ReportingPeriod.objects.running().exists()
    without_party = not Party.objects.filter(archived_at__isnull=True).exists()
    lines = [
        Wait(
            failed,
            ngettext("Job has failed", "Jobs have failed", failed),
            reverse("monitoring:jobs"),
        ),
        Wait(
            mail,
            ngettext("Mail is not sent yet", "Mails are not sent yet", mail),
            reverse("monitoring:jobs"),
        ),
        Wait(
            int(without_period),
            _("No reporting period is running: open one"),
            reverse("actionplans:periods"),
        ),
        Wait(
            int(without_party),
            _("No party is open: open the first"),
            reverse("accounts:parties"),
        ),
    ]
    return [line for line in lines if line.count]
