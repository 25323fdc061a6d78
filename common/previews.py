"""A picture of the start of a stored file, made by a process with limits of its own."""

import structlog
from django.http import HttpResponse

from common import limited, preview_child
from common.models import StoredFile

log = structlog.get_logger(__name__)
KINDS = {"application/pdf": "pdf", "image/png": "picture", "image/jpeg": "picture"}
ONE_DAY = 24 * 60 * 60


def has_preview(stored: StoredFile) -> bool:
    """Whether a picture can be made of files of this kind."""
    return stored.content_type in KINDS


def picture_of(stored: StoredFile) -> bytes | None:
    """PNG bytes of the first page, at most 900 x 1,300 points; None where it cannot be made."""
    done = limited.run(preview_child, stored.file.path, KINDS[stored.content_type])
    if done is None:
        log.info("preview_too_slow", file=stored.pk)
        return None
    if done.returncode:
        log.info("preview_failed", file=stored.pk, code=done.returncode)
        return None
    return done.stdout


def serve_picture(stored: StoredFile, picture: bytes) -> HttpResponse:
    """The picture, inert; the reader's own browser may keep it for a day."""
    response = HttpResponse(picture, content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = f"private, max-age={ONE_DAY}, immutable"
    response["ETag"] = f'"{stored.sha256}"'
    return response
