"""The control room: what the national answer lacks, who holds it since when, and reminding them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import access, own_party_or_404, require
from accounts.models import Party
from accounts.permissions import Permission
from actionplans.models import ReportingPeriod
from common import formats
from common.exports import table_file, wanted_format
from monitoring.control_room import FILE, STAGE_WORDS, Room, control_room
from monitoring.queries.periods import period_or_404


@require_safe
def show_room(request: HttpRequest, code: str) -> HttpResponse:
    party = own_party_or_404(request, code)
    require(request, Permission.ENDORSE, party)
    period = period_or_404(request)
    if period is None:
        return render(request, "monitoring/control_room.html", {"page_party": party})
    room = control_room(access(request), party, period, request.GET)
    if wanted_format(request):
        return _file(request, party, period, room)
    context = {
        "page_party": party,
        "page_period": period,
        "room": room,
        "room_heading": _heading(party, room),
        "stages": STAGE_WORDS.values(),
    }
    return render(request, "monitoring/control_room.html", context)


def _file(request: HttpRequest, party: Party, period: ReportingPeriod, room: Room) -> HttpResponse:
    rows = [[column.cell(line) for column in FILE] for line in room.shown]
    name = f"waypost-{party.code}-{period.code}-control-room"
    return table_file(request, name, [column.label for column in FILE], rows)


def _heading(party: Party, room: Room) -> str:
    """Nigeria: the national answer lacks 12 of 34 answers, 3 institutions are late."""
    if not room.lines:
        return _("%(party)s: no items to answer") % {"party": party}
    words = {
        "party": party,
        "lacking": formats.number(room.lacking),
        "total": formats.number(len(room.lines)),
    }
    if not room.lacking:
        return _("%(party)s: nothing is missing in the national answer") % words
    return _("%(party)s: %(lacking)s of %(total)s answers are not ready yet") % words
