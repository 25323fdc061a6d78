"""Many assignments at once: choose what changes, see it row by row, then all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import ngettext

from accounts.access import access, own_party_or_404, require
from accounts.models import Party
from accounts.permissions import Permission
from accounts.typed import form_data
from actionplans.forms.bulk import AssignManyForm, chosen
from actionplans.models import Assignment
from actionplans.queries.people import people_of
from actionplans.services import bulk
from actionplans.services.assignments import unfitness
from actionplans.services.bulk import MOST, Changes, Refused
from actionplans.services.updates import NotAllowed
from actionplans.views.lookups import told_words
from common import formats
from common.errors import DomainError


@dataclass(frozen=True)
class Row:
    """One assignment as it is, as it will be, and why it cannot become so."""

    given: Assignment
    future: Mapping[str, Any]
    why: str | Promise = ""


def assign_many(request: HttpRequest, code: str) -> HttpResponseBase:
    """GET asks what is to change and then shows it; POST does it to the rows shown."""
    party = own_party_or_404(request, code)
    require(request, Permission.ASSIGN, party)
    sent = form_data(request)
    data = request.GET if sent is None else sent
    keys = chosen(data)
    form = AssignManyForm(data if "lead" in data else None, party=party, people=people_of(party))
    if request.method == "POST" and form.is_valid():
        return _take(request, party, form, keys)
    return _page(request, party, form, keys)


def _take(
    request: HttpRequest, party: Party, form: AssignManyForm, keys: dict[int, int]
) -> HttpResponseBase:
    try:
        made = bulk.assign_many(
            party=party, rows=keys, changes=form.changes, by=access(request).user
        )
    except Refused as refusal:
        return _page(request, party, form, keys, refused=refusal.reasons)
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(request, party, form, keys)
    n = len(made)
    done = ngettext("%(n)s item was changed.", "%(n)s items were changed.", n)
    messages.success(request, f"{done % {'n': formats.number(n)}} {told_words([])}")
    return redirect("actionplans:assignments", party.code)


def _page(
    request: HttpRequest,
    party: Party,
    form: AssignManyForm,
    keys: dict[int, int],
    *,
    refused: bulk.Reasons | None = None,
) -> HttpResponse:
    rows = _rows(party, keys, form.changes if form.is_bound and form.is_valid() else Changes())
    named = {row.given.pk: str(row.given.item) for row in rows}
    context = {
        "party": party,
        "form": form,
        "is_shown": form.is_bound and form.is_valid(),
        "carried": [(n, v) for n in form.fields if form.is_bound for v in form.data.getlist(n)],  # type: ignore[attr-defined]
        "moving": [row for row in rows if not row.why],
        "staying": [row for row in rows if row.why],
        "is_refused": refused is not None,
        "hindered": [(named.get(pk, ""), why) for pk, why in (refused or {}).items()],
        "most": MOST,
        "is_too_many": len(keys) > MOST,
        "typed": getattr(request, "typed", None),
    }
    status = 200 if refused is None else 409
    return render(request, "actionplans/bulk_assign.html", context, status=status)


def _rows(party: Party, keys: dict[int, int], changes: Changes) -> Sequence[Row]:
    if len(keys) > MOST:
        return []
    given = Assignment.objects.filter(party=party, pk__in=keys, item__is_current=True)
    people = given.select_related("item", "lead", "focal_point", "alternate")
    return [
        _row(one, changes.of(one)) for one in people.prefetch_related("supporting", "item__texts")
    ]


def _row(given: Assignment, future: Mapping[str, Any]) -> Row:
    unfit = unfitness(given.item, future["lead"], future["supporting"])
    return Row(given, future, unfit[1] if unfit else "")
