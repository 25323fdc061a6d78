"""Input that no form of ours could have sent is answered 400 or 413, never 500."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

LONGEST_QUERY = 4096
LONGEST_PATH = 1024


class BadInputMiddleware:
    """Refuse NUL characters, overlong addresses and oversized bodies before anything reads them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        too_long = len(query) > LONGEST_QUERY or len(request.path) > LONGEST_PATH
        if too_long or "\x00" in request.path or "%00" in query or "\x00" in query:
            return render(request, "400.html", status=400)
        if _announced_bytes(request) > largest_body():
            return render(request, "413.html", status=413)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        if request.method != "POST":
            return None
        try:
            posted = [value for _name, values in request.POST.lists() for value in values]
        except RequestDataTooBig:
            return render(request, "413.html", status=413)
        if any("\x00" in value for value in posted):
            raise BadRequest("NUL character in a posted field")
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """An id that no row can have: SQLite's driver raises where PostgreSQL finds nothing."""
        if isinstance(error, OverflowError) and "SQLite INTEGER" in str(error):
            return render(request, "400.html", status=400)
        return None


def largest_body() -> int:
    """Bytes of one file and of the text beside it."""
    return settings.EVIDENCE_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _announced_bytes(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length[:18]) if length.isdecimal() else 0  # more digits are too much as well


class LeaveNothingBehindMiddleware:
    """Signing out makes the browser forget the pages it could go back to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and request.path == reverse("account_logout"):
            response["Clear-Site-Data"] = '"cache"'
        return response
