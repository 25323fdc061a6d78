"""What waits for the person who signed in, by party and role."""

from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.models import Party
from accounts.permissions import Permission
from actionplans.models import ReportingPeriod
from actionplans.queries.workbooks import may_work_offline
from common import formats
from monitoring import tour, waits
from monitoring.queries.news import News, recent_news
from monitoring.queries.periods import opened_periods
from monitoring.queries.progress import Progress, progress_of
from monitoring.queries.queue import queue_counts, reviewed_parties
from monitoring.queries.start import own_parties, tasks, time_wishes, with_reasons
from monitoring.waits import Wait


@dataclass(frozen=True)
class Desk:
    """What one party's member is told: how far it is and what waits."""

    party: Party
    roles: str
    period: ReportingPeriod | None
    progress: Progress | None
    waits: list[Wait]
    sees_to: list[Wait]
    news: list[News]
    may_work_offline: bool

    @property
    def next_step(self) -> tuple[str, str]:
        return waits.next_step(self.waits + self.sees_to)

    @property
    def heading(self) -> str:
        return desk_heading(self.party, self.progress)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    who = access(request)
    context: dict[str, Any] = {
        "desks": _desks(request, who),
        "review_lines": waits.review_waits(queue_counts(request)),
        "reviews": reviewed_parties(request),
        "portal_lines": waits.portal_waits() if who.may(Permission.SEE_JOBS) else [],
        "runs_portal": who.may(Permission.SEE_JOBS),
    }
    if who.user.tour_left_at is None:
        context["tour"] = tour.steps(request)
    context["start_heading"] = _heading(context, len(tasks(request)) + queue_counts(request)["all"])
    return render(request, "monitoring/start.html", context)


def _desks(request: HttpRequest, who: Access) -> list[Desk]:
    """One desk for each own party, in a constant number of queries."""
    parties = own_parties(who)
    period = next(iter(opened_periods(request)), None)
    progress = progress_of(parties, period) if parties and period else {}
    mine = with_reasons(tasks(request))
    prefetch_related_objects([t.update.assignment.item for t in mine], "texts")
    invited = waits.invitation_waits(who, parties)
    asked = waits.time_waits(time_wishes(request), parties)
    news = recent_news(parties)
    return [
        Desk(
            party=party,
            roles=_roles(who, party),
            period=period,
            progress=progress.get(party.pk),
            waits=waits.task_waits(party, mine) + asked.get(party.pk, []),
            sees_to=waits.party_waits(who, party, progress.get(party.pk))
            + invited.get(party.pk, []),
            news=news.get(party.pk, []),
            may_work_offline=period is not None and may_work_offline(who, party),
        )
        for party in parties
    ]


def _roles(who: Access, party: Party) -> str:
    """Contributor, Ministry of Defence; coordinator."""
    held = [m for m in who.memberships if m.party_id == party.pk]
    return formats.clauses(
        formats.listed(filter(None, (m.get_role_display(), m.institution))) for m in held
    )


def _heading(context: dict[str, Any], waiting: int) -> str:
    """One party's finding where there is one desk only, else how much waits in all."""
    if len(context["desks"]) == 1 and context["desks"][0].progress and not context["reviews"]:
        return str(context["desks"][0].heading)
    if context["runs_portal"] and not context["desks"]:
        lines = sum(line.count for line in context["portal_lines"])
        return _count_of_things(lines)
    words = ngettext("%(n)s answer waits for you", "%(n)s answers wait for you", waiting)
    return words % {"n": formats.number(waiting)} if waiting else _("Nothing waits for you")


def _count_of_things(n: int) -> str:
    if not n:
        return _("The portal runs; nothing needs your attention")
    return ngettext("%(n)s thing needs your attention", "%(n)s things need your attention", n) % {
        "n": formats.number(n)
    }


def desk_heading(party: Party, progress: Progress | None, *, outside: bool = False) -> str:
    """Nigeria: 12 of 30 answered, due in 9 days; outside the party only what was sent counts."""
    if progress is None:
        return party.display_name
    if not progress.total:
        return _("%(party)s: no items to answer") % {"party": party}
    words = _("%(party)s: %(done)s of %(total)s answered, %(due)s")
    if outside:
        words = _("%(party)s: %(done)s of %(total)s sent, %(due)s")
    if progress.carried:
        words = _("%(party)s: %(done)s of %(total)s answered, %(carried)s of them before, %(due)s")
        if outside:
            words = _(
                "%(party)s: %(done)s of %(total)s sent, %(carried)s stand from before, %(due)s"
            )
    return words % {
        "party": party,
        "carried": formats.number(progress.carried),
        "done": formats.number(progress.sent if outside else progress.answered),
        "total": formats.number(progress.total),
        "due": due_words(progress, party),
    }


def due_words(progress: Progress, party: Party) -> str:
    """How far the deadline is, in days of the party's calendar; its instant stands below."""
    zone = formats.zone(party.time_zone)
    days = (progress.deadline.astimezone(zone).date() - party.today).days
    if not days:
        return _("the deadline passed today") if progress.is_past_due else _("due today")
    if progress.is_past_due:
        return ngettext(
            "the deadline passed %(n)s day ago", "the deadline passed %(n)s days ago", -days
        ) % {"n": formats.number(-days)}
    return ngettext("due in %(n)s day", "due in %(n)s days", days) % {"n": formats.number(days)}
