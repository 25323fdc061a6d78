"""Dialogues between a party's institutions."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import access
from accounts.enums import Sector
from accounts.models import Party
from actionplans.views.records import (
    add_page,
    change_page,
    keeping_party,
    may_keep,
    readable,
    reading_party,
    standing,
    withdraw_page,
)
from common.dates import last_twelve_months
from common.exports import table_file, wanted_format
from common.listing import listing
from taskforces.forms import DialogueForm
from taskforces.models import Dialogue
from taskforces.queries import dialogue_counts
from taskforces.services import contacts


def dialogue_list(request: HttpRequest, code: str) -> HttpResponseBase:
    party = reading_party(request, code)
    found = standing(request, Dialogue.objects.filter(party=party))
    rows = listing(
        request,
        found.prefetch_related("institutions"),
        date_field="date",
        sorts={"date": "date", "subject": "subject"},
        default="-date",
    )
    if wanted_format(request):
        return _file(request, party, rows.rows)
    context = {
        "party": party,
        "listing": rows,
        "rows": [{"dialogue": row, "sectors": sectors(row)} for row in rows.page],
        "recent": dialogue_counts([party], **last_twelve_months()).get(party.pk),
        "may_keep": may_keep(request, party),
    }
    return render(request, "taskforces/dialogue_list.html", context)


def sectors(dialogue: Dialogue) -> list[Any]:
    """Names of the sectors of the institutions that took part, in the list's order."""
    met = {institution.sector for institution in dialogue.institutions.all()}
    return [sector.label for sector in Sector if sector in met]


def _file(request: HttpRequest, party: Party, rows: Any) -> HttpResponseBase:
    return table_file(
        request,
        f"{party.code}-dialogues",
        [_("Date"), _("Subject"), _("Institutions"), _("Sectors"), _("Outcome")],
        (
            [
                row.date,
                row.subject,
                "; ".join(one.name for one in row.institutions.all()),
                "; ".join(str(label) for label in sectors(row)),
                row.outcome,
            ]
            for row in rows
        ),
    )


def _dialogue(request: HttpRequest, party: Party, pk: int) -> Dialogue:
    visible = Dialogue.objects.visible_to(access(request).user)
    found = visible.select_related("party", "notes", "withdrawn_by")
    return get_object_or_404(found, party=party, pk=pk)


def dialogue(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = reading_party(request, code)
    found = _dialogue(request, party, pk)
    context = {
        "party": party,
        "dialogue": found,
        "institutions": found.institutions.all(),
        "notes_readable": readable(request, found.notes),
        "may_keep": may_keep(request, party) and not found.withdrawn_at,
    }
    return render(request, "taskforces/dialogue_detail.html", context)


def dialogue_add(request: HttpRequest, code: str) -> HttpResponseBase:
    party = keeping_party(request, code)
    instance = Dialogue(party=party)
    return add_page(
        request,
        DialogueForm,
        instance,
        partial(contacts.enter_dialogue, party=party),
        template="taskforces/dialogue_edit.html",
        done=_("The dialogue is entered."),
        context={"party": party},
    )


def dialogue_edit(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    found = _dialogue(request, party, pk)
    return change_page(
        request,
        DialogueForm,
        found,
        contacts.change_dialogue,
        template="taskforces/dialogue_edit.html",
        done=_("The dialogue is corrected."),
        context={"party": party, "dialogue": found},
    )


def dialogue_withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    return withdraw_page(
        request,
        _dialogue(request, party, pk),
        party,
        list_url=reverse("taskforces:dialogues", args=[code]),
        list_label=_("Dialogues"),
    )
