"""What was done in a party, by whom and when."""

from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import queries
from accounts.access import own_party_or_404, require
from accounts.models import AuditEvent, Party
from accounts.permissions import Permission
from accounts.services.audit import words_for
from accounts.views.events import in_words
from accounts.views.lists import number_in, page_of
from accounts.views.people import signed_in
from common.exports import table_file, wanted_format

ROWS = 50
FILTERS = ("action", "person", "since", "until")


@require_safe
def log(request: HttpRequest, code: str) -> HttpResponse:
    party = own_party_or_404(request, code)
    require(request, Permission.READ_LOG, party)
    person = number_in(request, "person")
    events = queries.log_of(
        party,
        action=request.GET.get("action", "")[:60],
        person=person,
        since=_day_in(request, "since"),
        until=_day_in(request, "until"),
    )
    if wanted_format(request):
        return _log_file(request, party, events)
    page = page_of(request, events, ROWS)
    actions = queries.log_of(party).order_by("action").values_list("action", flat=True).distinct()
    context = {
        "party": party,
        "page_obj": page,
        "rows": in_words(page.object_list, signed_in(request)),
        "actions": [(action, words_for(action)) for action in actions],
        "people": queries.people_in_log(party),
        "person": person,
        "filtered": any(request.GET.get(name) for name in FILTERS),
    }
    return render(request, "accounts/auditevent_list.html", context)


def _day_in(request: HttpRequest, name: str) -> date | None:
    """A day from the address; anything else is none."""
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


def _log_file(request: HttpRequest, party: Party, events: QuerySet[AuditEvent]) -> HttpResponse:
    header = [_("When (UTC)"), _("Who"), _("What"), _("About"), _("Details"), _("Record")]
    header.append(_("Number"))
    rows = (
        (
            line.event.at,
            line.who,
            line.what,
            line.record,
            line.details,
            line.event.subject_type,
            line.event.subject_id,
        )
        for line in in_words(events)
    )
    return table_file(request, f"log-{party.code}", header, rows)
