"""The catalogue for every signed-in reader."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import access
from accounts.models import Party
from actionplans.enums import ItemType
from actionplans.forms.catalogue import CatalogueFilterForm
from actionplans.models import Assignment, CatalogueItem, ProgressUpdate, ReportingPeriod, Theme
from actionplans.models.catalogue import ACTORS_OF_PARTY
from common.exports import table_file, wanted_format
from common.listing import sorted_by

SORTS: dict[str, Callable[[CatalogueItem], Any]] = {
    "item": lambda item: item.position,
    "actor": lambda item: item.get_actor_display(),
    "kind": lambda item: item.get_kind_display(),
    "paragraph": lambda item: item.paragraph,
}


@dataclass(frozen=True)
class Group:
    """Items under one heading of the list; without one where another order was asked for."""

    heading: str | Promise
    items: list[CatalogueItem]


@dataclass(frozen=True)
class PartyRow:
    """How one of the reader's own parties deals with an item."""

    party: Party
    assignment: Assignment | None
    update: ProgressUpdate | None


def list_catalogue(request: HttpRequest) -> HttpResponse:
    """All items, the four points first, then by theme; filters are in the address."""
    form = CatalogueFilterForm(request.GET)
    form.is_valid()
    items = list(CatalogueItem.objects.current().with_texts())
    found = [item for item in items if _matches(item, form.cleaned_data)]
    in_order = sorted_by(request, found, SORTS)
    groups = by_theme(found) if in_order is None else [Group("", in_order)]
    if wanted_format(request):
        return _file(request, groups)
    points = sum(item.type == ItemType.ACTION_POINT for item in items)
    context = {
        "form": form,
        "themes": Theme.objects.all(),
        "groups": groups if found else [],
        "found": len(found),
        "total": len(items),
        "points": points,
        "recommendations": len(items) - points,
        "is_filtered": any(form.cleaned_data.values()),
    }
    return render(request, "actionplans/catalogue.html", context)


def _file(request: HttpRequest, groups: list[Group]) -> HttpResponse:
    header = [
        _("Item"),
        _("Title"),
        _("Theme"),
        _("Addressed to"),
        _("Kind"),
        _("Paragraph"),
        _("Summary"),
    ]
    rows = (
        [
            item.code,
            item.text.title,
            item.theme_id,
            item.get_actor_display(),
            item.get_kind_display(),
            item.paragraph,
            item.text.summary,
        ]
        for group in groups
        for item in group.items
    )
    return table_file(request, "waypost-catalogue", header, rows)


def by_theme(items: Iterable[CatalogueItem]) -> list[Group]:
    """The items under the four points and the themes, in the catalogue's order."""
    ordered = sorted(items, key=lambda item: (item.theme_id or 0, item.position))
    groups = []
    for _number, members in groupby(ordered, key=lambda item: item.theme_id):
        listed = list(members)
        theme = listed[0].theme
        groups.append(Group(str(theme) if theme else _("The four-point action plan"), listed))
    return groups


def _matches(item: CatalogueItem, wanted: dict[str, Any]) -> bool:
    """Whether the item fits the filters and holds every word of the search."""
    for name, value in (
        ("theme", item.theme_id),
        ("actor", item.actor),
        ("kind", item.kind),
    ):
        if wanted.get(name) and wanted[name] != value:
            return False
    text = item.text
    searched = " ".join((item.code, text.title, text.summary, text.asked)).casefold()
    return all(word in searched for word in wanted.get("q", "").casefold().split())


def show_item(request: HttpRequest, item_code: str) -> HttpResponse:
    """One item: what is asked, what counts, and how the reader's own parties answer it."""
    items = CatalogueItem.objects.current().with_texts()
    item = get_object_or_404(items, code=item_code)
    related = list(items.filter(code__in=item.see)) if item.see else []
    context = {
        "item": item,
        "text": item.text,
        "related": related,
        "party_rows": _party_rows(request, item),
    }
    return render(request, "actionplans/item_detail.html", context)


def _party_rows(request: HttpRequest, item: CatalogueItem) -> list[PartyRow]:
    mine = {m.party_id: m.party for m in access(request).memberships if m.party}
    parties = [
        party for party in mine.values() if item.actor in ACTORS_OF_PARTY.get(party.kind, ())
    ]
    if not parties:
        return []
    period = ReportingPeriod.objects.running().first()
    assignments = Assignment.objects.filter(item=item, party__in=parties)
    leads = {
        a.party_id: a
        for a in assignments.select_related("party", "lead", "focal_point__absence", "alternate")
    }
    answers = ProgressUpdate.objects.visible_to(access(request).reach).filter(
        assignment__item=item, assignment__party__in=parties, period=period
    )
    updates = {u.assignment.party_id: u for u in answers.select_related("assignment__party")}
    return [PartyRow(p, leads.get(p.pk), updates.get(p.pk)) for p in parties]
