"""Which institution answers which item."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import access, own_party_or_404, require
from accounts.models import Party
from accounts.permissions import Permission
from accounts.typed import form_data
from actionplans.forms.assignments import AssignmentForm, AssignSeveralForm
from actionplans.models import Assignment, CatalogueItem
from actionplans.queries.people import people_of
from actionplans.services.assignments import assign_item, assign_items
from actionplans.views.bulk import Button
from actionplans.views.catalogue import by_theme
from actionplans.views.steps import on_version
from common.errors import Conflict, DomainError
from common.exports import table_file, wanted_format
from common.listing import sorted_by


@dataclass(frozen=True)
class Row:
    item: CatalogueItem
    assignment: Assignment


@dataclass(frozen=True)
class RowGroup:
    """The assigned items of one theme; without a heading, all of them in the order asked for."""

    heading: str | Promise
    rows: list[Row]


SORTS: dict[str, Callable[[Row], Any]] = {
    "item": lambda row: row.item.position,
    "lead": lambda row: row.assignment.lead.name,
    "focal_point": lambda row: str(row.assignment.focal_point or ""),
    "alternate": lambda row: str(row.assignment.alternate or ""),
}


def list_assignments(request: HttpRequest, code: str) -> HttpResponseBase:
    """What nobody answers yet first, then every item by theme; POST gives out several at once."""
    party = own_party_or_404(request, code)
    require(request, Permission.READ, party)
    may_assign = access(request).may(Permission.ASSIGN, party)
    if request.method == "POST":
        require(request, Permission.ASSIGN, party)
    form = AssignSeveralForm(form_data(request), party=party) if may_assign else None
    if form and request.method == "POST" and form.is_valid():
        try:
            made = assign_items(party=party, by=access(request).user, **form.cleaned_data)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _given(len(made), form))
            return redirect("actionplans:assignments", party.code)
    return _list(request, party, form)


def _given(number: int, form: AssignSeveralForm) -> str:
    return ngettext(
        "%(number)s item was given to %(lead)s.",
        "%(number)s items were given to %(lead)s.",
        number,
    ) % {"number": number, "lead": form.cleaned_data["lead"].name}


def _list(request: HttpRequest, party: Party, form: AssignSeveralForm | None) -> HttpResponse:
    items = list(CatalogueItem.objects.applying_to(party).with_texts())
    assignments = {
        a.item_id: a
        for a in Assignment.objects.filter(party=party)
        .select_related("party", "lead", "focal_point__absence", "alternate")
        .prefetch_related("supporting")
    }
    rows = [Row(item, assignments[item.pk]) for item in items if item.pk in assignments]
    in_order = sorted_by(request, rows, SORTS)
    groups = _by_theme(rows) if in_order is None else [RowGroup("", in_order)]
    unassigned = [item for item in items if item.pk not in assignments]
    if wanted_format(request):
        return _file(request, party, unassigned, groups)
    context = {
        "party": party,
        "groups": groups if rows else [],
        "unassigned": unassigned,
        "ticked": form.data.getlist("items") if form and form.is_bound else [],  # type: ignore[attr-defined]
        "total": len(items),
        "assigned": len(items) - len(unassigned),
        "form": form,
        "may_assign": form is not None,
        "typed": getattr(request, "typed", None),
        "bulk_buttons": [
            Button(
                _("Change the ticked items"), reverse("actionplans:bulk-assign", args=[party.code])
            )
        ],
        "bulk_all": "-".join(str(row.assignment.pk) for row in rows),
        "bulk_count": len(rows),
    }
    return render(request, "actionplans/assignment_list.html", context)


def _by_theme(rows: list[Row]) -> list[RowGroup]:
    found = {row.item.pk: row for row in rows}
    return [
        RowGroup(group.heading, [found[item.pk] for item in group.items])
        for group in by_theme(row.item for row in rows)
    ]


def _file(
    request: HttpRequest, party: Party, unassigned: Iterable[CatalogueItem], groups: list[RowGroup]
) -> HttpResponse:
    """What nobody answers first, then the rest in the order shown."""
    header = [
        _("Item"),
        _("Title"),
        _("Theme"),
        _("Addressed to"),
        _("Lead"),
        _("Supporting"),
        _("Focal point"),
        _("Alternate"),
    ]
    nobody = [_item_cells(item) for item in unassigned]
    given = [_item_cells(row.item) + _people_cells(row) for group in groups for row in group.rows]
    return table_file(request, f"waypost-{party.code}-assignments", header, nobody + given)


def _item_cells(item: CatalogueItem) -> list[object]:
    return [item.code, item.text.title, item.theme_id, item.get_actor_display()]


def _people_cells(row: Row) -> list[object]:
    given = row.assignment
    supporting = "; ".join(str(one) for one in given.supporting.all())
    return [given.lead.name, supporting, given.focal_point or "", given.alternate or ""]


def edit_assignment(request: HttpRequest, code: str, item_code: str) -> HttpResponseBase:
    """Say who leads an item, who supports, and whom to ask."""
    party = own_party_or_404(request, code)
    require(request, Permission.ASSIGN, party)
    item = get_object_or_404(CatalogueItem.objects.applying_to(party).with_texts(), code=item_code)
    form = _form(request, party, item, form_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = assign_item(party=party, item=item, by=access(request).user, **form.cleaned_data)
        except Conflict:
            return _conflict(request, party, item)
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            done = _("%(item)s is led by %(lead)s now.") % {"item": item.named, "lead": made.lead}
            messages.success(request, done)
            return redirect("actionplans:assignments", party.code)
    return _page(request, party, item, form)


def _form(request: HttpRequest, party: Party, item: CatalogueItem, data: Any) -> AssignmentForm:
    return AssignmentForm(
        data, party=party, item=item, assignment=_present(party, item), people=people_of(party)
    )


def _present(party: Party, item: CatalogueItem) -> Assignment | None:
    found = Assignment.objects.filter(party=party, item=item)
    return found.select_related("lead", "focal_point").prefetch_related("supporting").first()


def _conflict(request: HttpRequest, party: Party, item: CatalogueItem) -> HttpResponse:
    """Show what stands there now above what was chosen, to be decided again."""
    present = _present(party, item)
    data = on_version(request.POST, present.version if present else 0)
    form = _form(request, party, item, data)
    return _page(request, party, item, form, present=present, status=409)


def _page(
    request: HttpRequest,
    party: Party,
    item: CatalogueItem,
    form: AssignmentForm,
    *,
    present: Assignment | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "party": party,
        "item": item,
        "text": item.text,
        "form": form,
        "present": present,
        "typed": getattr(request, "typed", None),
    }
    return render(request, "actionplans/assignment_edit.html", context, status=status)
