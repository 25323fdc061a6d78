"""Search over all that one may see."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import access
from monitoring.enums import SearchKind
from monitoring.queries.search.find import MOST, Found, find, hits

PER_PAGE = 20
LONGEST = 200  # characters of a question, as in the box
GROUPS: dict[SearchKind, str | Promise] = {
    SearchKind.ITEM: _("Catalogue"),
    SearchKind.ANSWER: _("Answers"),
    SearchKind.EVIDENCE: _("Evidence"),
    SearchKind.MEETING: _("Meetings"),
    SearchKind.DECISION: _("Decisions"),
    SearchKind.CONSULTATION: _("Consultations"),
    SearchKind.DIALOGUE: _("Dialogues"),
    SearchKind.PERSON: _("People"),
}


@dataclass(frozen=True)
class Group:
    """A kind to choose, with how many hits it has; `is_cut`: at least so many."""

    value: str
    label: str | Promise
    count: int
    is_cut: bool


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Hits for ?q=, of one ?kind= or of all, best first."""
    asked = request.GET.get("q", "").strip()
    is_long = len(asked) > LONGEST
    kind = request.GET.get("kind", "")
    kind = kind if kind in SearchKind.values else ""
    found = find(access(request), "" if is_long else asked, kind)
    page = Paginator(found.keys, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "is_long": is_long,
        "longest": LONGEST,
        "found": found,
        "groups": _groups(found),
        "chosen": kind,
        "is_cut": bool(found.cut) if not kind else kind in found.cut,
        "most": MOST,
        "page": page,
        "hits": hits(found.question, page.object_list),
    }
    return render(request, "monitoring/search.html", context, status=400 if is_long else 200)


def _groups(found: Found) -> list[Group]:
    """All kinds together, then each that has hits."""
    every = Group("", _("All"), found.total, bool(found.cut))
    kinds = [kind for kind in GROUPS if found.counts.get(kind)]
    own = [Group(k, GROUPS[k], found.counts[k], k in found.cut) for k in kinds]
    return [every, *own] if own else []
