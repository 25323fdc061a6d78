"""The national answer: what is ready to be sent, what is missing and who holds it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import access, own_party_or_404, require
from accounts.models import Party
from accounts.permissions import Permission
from actionplans.enums import UpdateState, Verb
from actionplans.models import ReportingPeriod, Submission
from actionplans.queries.updates import ItemRow, Member, deadline_in, item_rows, reviewers_of
from actionplans.rules import Standing, decide, lock_of, time_lock
from actionplans.services.standings import standings
from actionplans.services.submissions import send_national_answer, send_unchanged
from actionplans.services.updates import NotAllowed
from actionplans.views.lookups import Person, period_or_404, told_words, with_belongings
from common import clock
from common.errors import Conflict, DomainError
from common.exports import table_file, wanted_format
from common.listing import sorted_by

SENT = (UpdateState.TRANSMITTED, UpdateState.REVIEWED)
SORTS: dict[str, Callable[[ItemRow], Any]] = {
    "item": lambda row: row.item.position,
    "lead": lambda row: row.assignment.lead.name if row.assignment else "",
}


@dataclass(frozen=True)
class Held:
    """An item that is not endorsed yet: its answer, who holds it, and what stands in the way."""

    row: ItemRow
    holders: list[Member]
    lock: str | Promise

    @property
    def was_sent(self) -> bool:
        return self.row.update is not None and self.row.update.was_sent

    @property
    def who(self) -> str:
        return "; ".join(holder.name for holder in self.holders)


@dataclass(frozen=True)
class National:
    """Where a party's national answer stands in one period."""

    party: Party
    period: ReportingPeriod
    ready: list[ItemRow]
    sent: list[ItemRow]
    missing: list[Held]
    amended: list[Held]  # sent before, and given back: until sent again that one stands
    carried: list[ItemRow]  # earlier answers that stand in an interim period

    @property
    def total(self) -> int:
        return len(self.ready) + self.sent_once + len(self.missing) + len(self.carried)

    @property
    def sent_once(self) -> int:
        return len(self.sent) + len(self.amended)

    @property
    def is_incomplete(self) -> bool:
        """Whether something is still to be sent, which can be late."""
        return bool(self.ready or self.missing)

    @property
    def is_unchanged(self) -> bool:
        """Whether all that is asked stands as it was sent before."""
        return self.total > 0 and self.total == len(self.carried)

    @property
    def ready_key(self) -> str:
        """What the button sends, so that nothing goes out unseen."""
        return "-".join(f"{pk}.{version}" for pk, version in self.ready_versions.items())

    @property
    def ready_versions(self) -> dict[int, int]:
        return {row.update.pk: row.update.version for row in self.ready if row.update}


def show_submission(request: HttpRequest, code: str) -> HttpResponseBase:
    """Preview of the national answer; POST sends what is endorsed."""
    party = own_party_or_404(request, code)
    require(request, Permission.READ_DRAFTS, party)
    period = period_or_404(request)
    if period is None:
        return render(request, "actionplans/submission.html", {"party": party})
    national, stand = _national(request, party, period)
    if request.method == "POST":
        require(request, Permission.ENDORSE, party)
        return _send(request, national, stand)
    if wanted_format(request):
        return _file(request, national)
    return _page(request, national, stand)


def _file(request: HttpRequest, national: National) -> HttpResponse:
    """What is ready, then what waits with who has to act, then what was sent or stands."""
    header = [_("Item"), _("Title"), _("Lead"), _("State"), _("Claim"), _("Who has to act")]
    rows = [_cells(row) for row in national.ready]
    rows += [[*_cells(one.row), one.who] for one in national.missing]
    rows += [[*_sent_cells(one.row, _("Being amended")), one.who] for one in national.amended]
    rows += [_sent_cells(row, _("Stands from before")) for row in national.carried]
    rows += [_cells(row) for row in national.sent]
    name = f"waypost-{national.party.code}-{national.period.code}-national-answer"
    return table_file(request, name, header, rows)


def _cells(row: ItemRow) -> list[object]:
    update = row.update
    state = update.get_state_display() if update else _("Nothing entered")
    return [*_item_cells(row), state, update.get_rating_display() if update else ""]


def _sent_cells(row: ItemRow, state: str) -> list[object]:
    """An answer that stands as it was sent, with the claim of then."""
    sent = row.carried or row.update
    revision = sent.transmitted_revision if sent else None
    return [*_item_cells(row), state, revision.get_rating_display() if revision else ""]


def _item_cells(row: ItemRow) -> list[object]:
    lead = row.assignment.lead.name if row.assignment else ""
    return [row.item.code, row.item.text.title, lead]


def _national(
    request: HttpRequest, party: Party, period: ReportingPeriod
) -> tuple[National, dict[int, Standing]]:
    rows = item_rows(party, period)
    rows = sorted_by(request, rows, SORTS) or rows
    stand = standings([row.update for row in rows if row.update], access(request))

    state = {id(row): row.update.state if row.update else "" for row in rows}
    ready = _ready([row for row in rows if state[id(row)] == UpdateState.ENDORSED], stand)
    waiting = [
        _held(row, stand)
        for row in rows
        if row not in ready and state[id(row)] not in SENT and not row.carried
    ]
    return (
        National(
            party,
            period,
            ready=ready,
            sent=[row for row in rows if state[id(row)] in SENT],
            missing=[one for one in waiting if not one.was_sent],
            amended=[one for one in waiting if one.was_sent],
            carried=[row for row in rows if row.carried],
        ),
        stand,
    )


def _held(row: ItemRow, stand: dict[int, Standing]) -> Held:
    if row.update is None:
        return Held(row, [], _waits_for(row))
    s = stand[row.update.pk]
    return Held(row, s.held_by, time_lock(s, _next_verb(row.update.state)))


def _ready(endorsed: list[ItemRow], stand: dict[int, Standing]) -> list[ItemRow]:
    """What goes with the next sending; all of it, with what hinders, where none can go."""
    free = [row for row in endorsed if row.update and not lock_of(stand[row.update.pk], Verb.SEND)]
    return free or endorsed


def _next_verb(state: str) -> Verb:
    return {
        UpdateState.SUBMITTED: Verb.SIGN,
        UpdateState.SIGNED: Verb.ENDORSE,
        UpdateState.ENDORSED: Verb.SEND,
    }.get(UpdateState(state), Verb.SUBMIT)


def _waits_for(row: ItemRow) -> str | Promise:
    if row.assignment is None:
        return gettext_lazy("No institution answers it yet.")
    return gettext_lazy("No draft in this period.")


def _send(request: HttpRequest, national: National, stand: dict[int, Standing]) -> HttpResponseBase:
    if request.POST.get("ready") != national.ready_key:
        changed = _("What is ready changed since you opened this page. Look again, then send.")
        return _page(request, national, stand, refusal=changed)
    if national.is_unchanged and "unchanged" not in request.POST:
        tick = _("Tick that nothing changed, then send.")
        return _page(request, national, stand, refusal=tick)
    told = _reviewers(request, national)
    party, period, by = national.party, national.period, access(request).user
    try:
        if "unchanged" in request.POST:
            send_unchanged(party=party, period=period, by=by)
        else:
            expected = national.ready_versions
            send_national_answer(party=party, period=period, by=by, expected=expected)
    except Conflict as refusal:
        fresh, stand = _national(request, national.party, national.period)
        return _page(request, fresh, stand, refusal=refusal.message)
    except NotAllowed as refusal:
        if refusal.is_right_missing:
            raise PermissionDenied from refusal
        return _page(request, national, stand, refusal=refusal.message)
    except DomainError as refusal:
        return _page(request, national, stand, refusal=refusal.message)
    done = ngettext(
        "%(number)s answer was sent.", "%(number)s answers were sent.", len(national.ready)
    ) % {"number": len(national.ready)}
    if "unchanged" in request.POST:
        done = _("The national answer was sent: nothing changed.")
    messages.success(request, f"{done} {told_words(told)}")
    address = reverse("actionplans:submission", args=[national.party.code])
    return redirect(f"{address}?period={national.period.code}")


def _reviewers(request: HttpRequest, national: National) -> list[Person]:
    user = access(request).user
    reviewers = [one for one in reviewers_of(national.party) if one.pk != user.pk]
    return with_belongings(reviewers, national.party)


def _page(
    request: HttpRequest, national: National, stand: dict[int, Standing], *, refusal: object = ""
) -> HttpResponse:
    party, period = national.party, national.period
    submission = (
        Submission.objects.filter(party=party, period=period)
        .select_related("sent_by")
        .prefetch_related("amendments__sent_by")
        .first()
    )
    waiting = [one.row for one in (*national.missing, *national.amended)]
    rows = [*national.ready, *national.sent, *waiting, *national.carried]
    deadline = deadline_in(rows, party, period)
    context = {
        "national": national,
        "party": party,
        "period": period,
        "deadline": deadline,
        "is_late": clock.now() >= deadline,
        "submission": submission,
        "told": _reviewers(request, national),
        "may_send": access(request).may(Permission.ENDORSE, party),
        "hindrance": _hindrance(national, stand),
        "may_say_unchanged": national.is_unchanged
        and submission is None
        and period.opens_at <= clock.now() < period.closes_at,
        "refusal": refusal,
    }
    return render(request, "actionplans/submission.html", context, status=409 if refusal else 200)


def _hindrance(national: National, stand: dict[int, Standing]) -> str | Promise:
    """Why what is ready cannot be sent now; empty where it can."""
    for row in national.ready:
        if row.update and not (decision := decide(stand[row.update.pk], Verb.SEND)).allowed:
            return decision.why
    return ""
