"""Pictures of evidence: made by a process of its own, whatever the file holds."""

import io
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from common.models import StoredFile
from common.previews import has_preview, picture_of, serve_picture
from common.uploads import store_file
from tests.common.test_uploads import PDF, PNG

pytestmark = pytest.mark.django_db


def stored(name: str, content: bytes) -> StoredFile:
    return store_file(SimpleUploadedFile(name, content))


def png(width: int, height: int, **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(made, "PNG", **options)
    return made.getvalue()


def pdf() -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(595, 842))
        document.save(made)
    return made.getvalue()


def size_of(picture: bytes | None) -> tuple[int, int]:
    assert picture is not None
    return Image.open(io.BytesIO(picture)).size


def test_pdf_shows_its_first_page_within_the_frame() -> None:
    assert size_of(picture_of(stored("plan.pdf", pdf()))) == (900, 1274)


def test_large_picture_is_made_smaller_and_small_one_stays() -> None:
    assert size_of(picture_of(stored("a.png", png(1800, 400)))) == (900, 200)
    assert size_of(picture_of(stored("b.png", png(30, 20)))) == (30, 20)


def test_picture_keeps_its_points_alone() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "taken at the minister's house")
    picture = picture_of(stored("a.png", png(30, 20, pnginfo=note)))
    assert picture is not None
    assert b"minister" not in picture


@pytest.mark.parametrize(("name", "content"), [("bad.pdf", PDF), ("bad.png", PNG)])
def test_damaged_file_has_no_picture(name: str, content: bytes) -> None:
    assert picture_of(stored(name, content)) is None


def test_picture_of_more_points_than_memory_has_none() -> None:
    """A few kilobytes that unpack to gigabytes end the process, not the portal."""
    assert picture_of(stored("bomb.png", png(20_000, 20_000, compress_level=9))) is None


def test_text_has_no_preview() -> None:
    assert has_preview(stored("a.txt", b"Words")) is False


def test_picture_is_served_inert() -> None:
    file = stored("b.png", png(30, 20))
    response = serve_picture(file, b"png")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"].startswith("private")
