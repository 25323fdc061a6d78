from collections.abc import Collection

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common import gallery as samples
from common import health, partial_uploads
from common.errors import DomainError
from common.forms import sent_number
from common.models import PartialUpload
from common.partial_uploads import OutOfPlace


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component of the pages in each state, for those who write or judge them."""
    return render(request, "common/gallery.html", samples.context())


@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The web process answers; says nothing of what it needs."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Ready to serve: 200, or 503 with the causes for whoever asks on this host."""
    causes = health.causes()
    answer: dict[str, object] = {"status": "not ready" if causes else "ok"}
    if causes and health.from_this_host(request):
        answer["causes"] = causes
    return JsonResponse(answer, status=503 if causes else 200)


def begin_upload(request: HttpRequest, *, purpose: str, allowed: Collection[str]) -> JsonResponse:
    """Open an upload for a page that has looked at the rights: POST name, size and sha256."""
    try:
        upload = partial_uploads.open_upload(
            owner=_person(request),
            purpose=purpose,
            name=request.POST.get("name", ""),
            size=sent_number(request.POST.get("size", "")) or 0,
            sha256=request.POST.get("sha256", ""),
            allowed=allowed,
        )
    except DomainError as refusal:
        return JsonResponse({"error": str(refusal.message)}, status=400)
    return _state_of(upload)


def _person(request: HttpRequest) -> int:
    """Number of the person who asks; these pages are closed to visitors."""
    return int(request.user.pk or 0)


def _state_of(upload: PartialUpload, status: int = 200) -> JsonResponse:
    state = {
        "url": reverse("common:upload", args=[upload.token]),
        "token": upload.token,
        "name": upload.name,
        "size": upload.size,
        "received": upload.received,
        "complete": upload.stored_file_id is not None,
    }
    return JsonResponse(state, status=status)


@never_cache
@require_http_methods(["GET", "POST", "DELETE"])
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """One upload of the person's own: how far it is, its next chunk, or its end."""
    own = PartialUpload.objects.open().filter(owner=_person(request))
    found = get_object_or_404(own.select_related("stored_file"), token=token)
    if request.method == "POST":
        return _add_chunk(request, found)
    if request.method == "DELETE":
        partial_uploads.forget(found)
        return HttpResponse(status=204)
    return _state_of(found)


def _add_chunk(request: HttpRequest, upload: PartialUpload) -> JsonResponse:
    """The body is the chunk; the header Upload-Offset says at which byte it begins."""
    offset = sent_number(request.headers.get("Upload-Offset", ""))
    content = request.read(partial_uploads.LONGEST_CHUNK + 1)
    try:
        if offset is None:
            raise OutOfPlace(upload.received)
        partial_uploads.add_chunk(upload=upload, offset=offset, content=content)
    except OutOfPlace:
        return _state_of(upload, status=409)
    except DomainError as refusal:
        return JsonResponse({"error": str(refusal.message)}, status=400)
    return _state_of(upload)
