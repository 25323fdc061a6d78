"""What a browser keeps for when there is no connection: a page of words, and who shows it."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

WORKER = Path(settings.BASE_DIR) / "static" / "js" / "service-worker.js"


def _page(language: str) -> str:
    with translation.override(language):
        return render_to_string("offline.html")


@cache
def _worker() -> str:
    """The file, headed by a digest of the pages: a browser takes up new ones when it changes."""
    pages = "".join(_page(language) for language, _name in settings.LANGUAGES)
    digest = hashlib.sha256(pages.encode()).hexdigest()
    return f"// pages {digest}\n{WORKER.read_text(encoding='utf-8')}"


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that it may answer for every page."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def offline(request: HttpRequest, language: str) -> HttpResponse:
    """The page that stands in for any other; holds nothing about anybody."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return HttpResponse(_page(language))
