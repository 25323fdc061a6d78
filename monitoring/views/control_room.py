"""The control room: what the national answer lacks, who holds it since when, and reminding them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import access, own_party_or_404, require
from accounts.models import Party, User
from accounts.permissions import Permission
from actionplans.forms.bulk import chosen
from actionplans.models import ProgressUpdate, ReportingPeriod
from actionplans.notifications import present
from actionplans.services.reminders import held_by, remind_people
from actionplans.services.updates import NotAllowed
from actionplans.views.lookups import told_words, with_belongings
from common import formats
from common.errors import DomainError
from common.exports import table_file, wanted_format
from monitoring.control_room import FILE, Room, control_room
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
        "me": access(request).user.pk,
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


def remind(request: HttpRequest, code: str) -> HttpResponseBase:
    """GET shows who would be told of what; POST tells them, one mail each."""
    party = own_party_or_404(request, code)
    require(request, Permission.ENDORSE, party)
    period = period_or_404(request)
    if period is None:
        raise Http404
    sent = request.POST if request.method == "POST" else request.GET
    people = _chosen_people(request, party, period, sent)
    if request.method != "POST":
        return _remind_page(request, party, period, people)
    told = with_belongings((person for person, _held in people), party)
    try:
        remind_people(
            party=party,
            period=period,
            people=[person for person, _held in people],
            by=access(request).user,
        )
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except DomainError as refusal:
        return _remind_page(request, party, period, people, refusal)
    messages.success(request, told_words(told))
    room = reverse("monitoring:control-room", args=[party.code])
    return redirect(f"{room}?period={period.code}")


Held = list[tuple[User, list[ProgressUpdate]]]  # people, and the answers that wait for each


def _chosen_people(
    request: HttpRequest, party: Party, period: ReportingPeriod, sent: QueryDict
) -> Held:
    """The ticked people for whom answers wait, without the one who asks."""
    me = access(request).user
    held = held_by(party, period, me)
    people = present(set(chosen(sent)) & set(held) - {me.pk})
    return [(person, held[person.pk]) for person in people]


def _remind_page(
    request: HttpRequest,
    party: Party,
    period: ReportingPeriod,
    people: Held,
    refusal: DomainError | None = None,
) -> HttpResponse:
    where = dict(with_belongings((person for person, _held in people), party))
    context = {
        "page_party": party,
        "page_period": period,
        "people": [(person, where[person], held) for person, held in people],
        "refusal": refusal,
    }
    status = 409 if refusal else 200
    return render(request, "monitoring/remind.html", context, status=status)
