"""Consultations with women's groups and civil society, and the partners they are held with."""

from functools import partial
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import access
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
from common.listing import listing, ordered
from taskforces.forms import ConsultationForm, PartnerForm
from taskforces.models import Consultation, Partner
from taskforces.queries import consultation_counts
from taskforces.services import contacts

PARTNER_SORTS = {"name": "name", "kind": "kind", "held": "held", "last": "last"}


def consultation_list(request: HttpRequest, code: str) -> HttpResponseBase:
    party = reading_party(request, code)
    found = standing(request, Consultation.objects.filter(party=party))
    rows = listing(
        request,
        found.prefetch_related("partners"),
        date_field="date",
        sorts={"date": "date", "subject": "subject", "groups": "womens_groups"},
        default="-date",
    )
    if wanted_format(request):
        return _file(request, party, rows.rows)
    context = {
        "party": party,
        "listing": rows,
        "recent": consultation_counts([party], **last_twelve_months()).get(party.pk),
        "may_keep": may_keep(request, party),
    }
    return render(request, "taskforces/consultation_list.html", context)


def _file(request: HttpRequest, party: Party, rows: Any) -> HttpResponseBase:
    return table_file(
        request,
        f"{party.code}-consultations",
        [_("Date"), _("Subject"), _("Partners"), _("Women's groups present"), _("Outcome")],
        (
            [
                row.date,
                row.subject,
                "; ".join(partner.name for partner in row.partners.all()),
                row.womens_groups,
                row.outcome,
            ]
            for row in rows
        ),
    )


def _consultation(request: HttpRequest, party: Party, pk: int) -> Consultation:
    visible = Consultation.objects.visible_to(access(request).user)
    found = visible.select_related("party", "notes", "withdrawn_by")
    return get_object_or_404(found, party=party, pk=pk)


def consultation(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = reading_party(request, code)
    found = _consultation(request, party, pk)
    context = {
        "party": party,
        "consultation": found,
        "partners": found.partners.all(),
        "notes_readable": readable(request, found.notes),
        "may_keep": may_keep(request, party) and not found.withdrawn_at,
    }
    return render(request, "taskforces/consultation_detail.html", context)


def consultation_add(request: HttpRequest, code: str) -> HttpResponseBase:
    party = keeping_party(request, code)
    instance = Consultation(party=party)
    return add_page(
        request,
        ConsultationForm,
        instance,
        partial(contacts.enter_consultation, party=party),
        template="taskforces/consultation_edit.html",
        done=_("The consultation is entered."),
        context={"party": party, "partners": party.partners.kept().exists()},
    )


def consultation_edit(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    found = _consultation(request, party, pk)
    return change_page(
        request,
        ConsultationForm,
        found,
        contacts.change_consultation,
        template="taskforces/consultation_edit.html",
        done=_("The consultation is corrected."),
        context={"party": party, "consultation": found, "partners": True},
    )


def consultation_withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    return withdraw_page(
        request,
        _consultation(request, party, pk),
        party,
        list_url=reverse("taskforces:consultations", args=[code]),
        list_label=_("Consultations"),
    )


def partner_list(request: HttpRequest, code: str) -> HttpResponseBase:
    party = reading_party(request, code)
    partners = ordered(request, _with_consultations(party), PARTNER_SORTS)
    if wanted_format(request):
        return _partners_file(request, party, partners)
    context = {
        "party": party,
        "partners": partners,
        "may_keep": may_keep(request, party),
    }
    return render(request, "taskforces/partner_list.html", context)


def _with_consultations(party: Party) -> QuerySet[Partner]:
    """Partners with how many consultations of theirs stand, and the day of the last."""
    stands = Q(consultations__withdrawn_at__isnull=True)
    partners = Partner.objects.filter(party=party).kept()
    return partners.annotate(
        held=Count("consultations", filter=stands), last=Max("consultations__date", filter=stands)
    )


def _partners_file(
    request: HttpRequest, party: Party, partners: QuerySet[Partner]
) -> HttpResponseBase:
    header = [_("Name"), _("Kind"), _("Consultations"), _("Last")]
    rows = (
        [row.name, row.get_kind_display(), row.held, row.last]  # type: ignore[attr-defined]
        for row in partners
    )
    return table_file(request, f"{party.code}-partners", header, rows)


def partner_add(request: HttpRequest, code: str) -> HttpResponseBase:
    party = keeping_party(request, code)
    return add_page(
        request,
        PartnerForm,
        Partner(party=party),
        partial(contacts.enter_partner, party=party),
        template="taskforces/partner_edit.html",
        done=_("The partner is entered."),
        context={"party": party},
    )


def _partner(request: HttpRequest, party: Party, pk: int) -> Partner:
    visible = Partner.objects.visible_to(access(request).user).select_related("party")
    return get_object_or_404(visible, party=party, pk=pk)


def partner_edit(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    found = _partner(request, party, pk)
    return change_page(
        request,
        PartnerForm,
        found,
        contacts.change_partner,
        template="taskforces/partner_edit.html",
        done=_("The partner is corrected."),
        context={"party": party, "partner": found},
    )


def partner_withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    party = keeping_party(request, code)
    return withdraw_page(
        request,
        _partner(request, party, pk),
        party,
        list_url=reverse("taskforces:partners", args=[code]),
        list_label=_("Partners"),
    )
