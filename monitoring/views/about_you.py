"""What the portal keeps about the person who asks: to read, and as a file."""

from collections.abc import Sequence
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import access
from accounts.preferences import zones_of
from common import formats
from common.templatetags.waypost import NOTHING
from monitoring.queries.about_you import LATEST, Part, kept_about


@never_cache
@require_safe
def about_you(request: HttpRequest) -> HttpResponse:
    user = access(request).user
    parts = kept_about(user)
    if request.GET.get("format") == "json":
        return _file(parts)
    zone = zones_of([user])[user.pk]
    shown = [(part, [_cells(part, row, zone) for row in part.rows]) for part in parts]
    return render(request, "monitoring/about_you.html", {"parts": shown, "latest": LATEST})


def _cells(part: Part, row: Sequence[object], zone: str) -> list[tuple[object, object]]:
    """Head and words of each cell."""
    return [(head, _words(cell, zone)) for head, cell in zip(part.heads, row, strict=True)]


def _words(cell: object, zone: str) -> object:
    if isinstance(cell, datetime):
        return formats.instant(cell, zone)
    if isinstance(cell, date):
        return formats.day(cell)
    return cell or NOTHING


def _file(parts: list[Part]) -> HttpResponse:
    data = {
        part.key: [dict(zip(part.keys, row, strict=True)) for row in part.rows] for part in parts
    }
    response = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="waypost-about-you.json"'
    return response
