"""What is taken, what is refused with which words, and how a file goes out again."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from common import archives
from common.enums import ScanState
from common.errors import DomainError
from common.models import StoredFile
from common.uploads import accept_attribute, clean_name, serve_file, store_file, wanted

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
WORD = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"}
EXCEL = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}
OPEN = "application/vnd.oasis.opendocument."


def zipped(members: dict[str, Any]) -> bytes:
    """A zip of the given members, deflated."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def flagged_encrypted(content: bytes) -> bytes:
    """The same zip with the password bit set in every header."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(signature, at + 4)
    return bytes(changed)


def damaged(content: bytes, within: bytes) -> bytes:
    """The same zip, stored plainly, with a byte changed in a member."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return packed.getvalue().replace(within, b"X" + within[1:], 1)


def packed_by(method: int, members: dict[str, Any]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def store(name: str, content: bytes, **options: Any) -> StoredFile:
    return store_file(SimpleUploadedFile(name, content), **options)


GOOD = {
    "report.pdf": PDF,
    "photo.png": PNG,
    "photo.jpg": JPG,
    "photo.JPEG": JPG,
    "plan.docx": zipped(WORD),
    "figures.xlsx": zipped(EXCEL),
    "plan.odt": zipped({"mimetype": f"{OPEN}text", "content.xml": "<x/>"}),
    "figures.ods": zipped({"mimetype": f"{OPEN}spreadsheet", "content.xml": "<x/>"}),
    "figures.csv": "country,women\nCôte d’Ivoire,3\n".encode(),
    "old figures.csv": "country;women\nCôte d'Ivoire;3\n".encode("cp1252"),
    "notes.txt": "\ufeffThe task force met < 3 times.\n".encode(),
}


@pytest.mark.parametrize("name", GOOD)
def test_store_file_accepted(name: str) -> None:
    stored = store(name, GOOD[name])
    with stored.file.open("rb") as file:
        kept = file.read()
    assert kept == GOOD[name]
    assert stored.sha256 == hashlib.sha256(GOOD[name]).hexdigest()
    assert (stored.name, stored.size) == (name, len(GOOD[name]))
    assert stored.scan_state == ScanState.CLEAN


def test_store_file_uses_a_made_up_name() -> None:
    stored = store("report.pdf", PDF)
    assert "report" not in stored.file.name
    assert Path(stored.file.name).suffix == ""
    assert Path(stored.file.path).stat().st_mode & 0o777 == 0o600


KIND = "its content is of another kind than its name says"
UNSAFE = "it is damaged or packed in an unsafe way; save it anew"
LOCKED = "it is locked by a password; save it without one"
MACROS = "it holds macros; save it without them"
REFUSED = {
    "empty": ("a.pdf", b"", "the file is empty"),
    "svg": ("a.svg", b"<svg/>", "files of this kind are not accepted"),
    "html": ("a.html", b"<html>", "files of this kind are not accepted"),
    "no extension": ("report", PDF, "files of this kind are not accepted"),
    "executable behind a pdf": ("a.pdf.exe", PDF, "files of this kind are not accepted"),
    "html named pdf": ("a.pdf", b"<html><script>", KIND),
    "html named txt": ("a.txt", b"\n<!DOCTYPE html><script>", KIND),
    "svg named csv": ("a.csv", b'<svg onload="x">', KIND),
    "svg named png": ("a.png", b"<svg/>", KIND),
    "png named jpg": ("a.jpg", PNG, KIND),
    "text named docx": ("a.docx", b"hello", KIND),
    "xlsx named docx": ("a.docx", zipped(EXCEL), KIND),
    "docx named odt": ("a.odt", zipped(WORD), KIND),
    "binary named txt": ("a.txt", b"MZ\x00\x01", "it is not plain text in UTF-8; save it as such"),
    "locked pdf": ("a.pdf", PDF.replace(b"/Root", b"/Encrypt 5 0 R /Root"), LOCKED),
    "locked docx": ("a.docx", flagged_encrypted(zipped(WORD)), LOCKED),
    "locked odt": (
        "a.odt",
        zipped(
            {
                "mimetype": f"{OPEN}text",
                "META-INF/manifest.xml": "<manifest:encryption-data/>",
            }
        ),
        LOCKED,
    ),
    "old or locked office file": (
        "a.docx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
        "it is locked by a password or of an old format; save it anew without a password",
    ),
    "macros": ("a.docx", zipped({**WORD, "word/vbaProject.bin": b"x"}), MACROS),
    "macros by type": (
        "a.docx",
        zipped({**WORD, "[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled"}),
        MACROS,
    ),
    "macros in an open document": (
        "a.odt",
        zipped({"mimetype": f"{OPEN}text", "Basic/Standard/Module1.xml": "<x/>"}),
        MACROS,
    ),
    "path out of the archive": ("a.docx", zipped({**WORD, "../../evil.xml": "x"}), UNSAFE),
    "dtd": ("a.docx", zipped({**WORD, "word/document.xml": "<!DOCTYPE x [<!ENTITY"}), UNSAFE),
    "dtd in utf-16": (
        "a.docx",
        zipped({**WORD, "word/document.xml": "<!DOCTYPE x>".encode("utf-16")}),
        UNSAFE,
    ),
    "ratio over 100": ("a.xlsx", zipped({**EXCEL, "xl/media/a.bin": bytes(5_000_000)}), UNSAFE),
    "over 2,000 members": (
        "a.xlsx",
        zipped({**EXCEL, **{f"xl/{n}": b"" for n in range(2_001)}}),
        UNSAFE,
    ),
    "packed as no office file is": ("a.xlsx", packed_by(zipfile.ZIP_LZMA, EXCEL), UNSAFE),
    "damaged media type": (
        "a.odt",
        damaged(zipped({"mimetype": f"{OPEN}text", "content.xml": "<x/>"}), b"application"),
        KIND,
    ),
    "damaged document": ("a.docx", damaged(zipped(WORD), b"<w:document/>"), UNSAFE),
    "cut short": ("a.xlsx", zipped(EXCEL)[:-30], UNSAFE),
}


@pytest.mark.parametrize("case", REFUSED)
def test_store_file_refused(case: str) -> None:
    name, content, reason = REFUSED[case]
    with pytest.raises(DomainError) as refused:
        store(name, content)
    assert str(refused.value.message) == f"{name} was not stored: {reason}. Send {wanted()}."
    assert refused.value.field == "file"
    assert StoredFile.objects.count() == 0


def test_store_file_largest_size(settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = len(PDF)
    assert store("a.pdf", PDF).size == len(PDF)
    with pytest.raises(DomainError, match="the file is too large"):
        store("a.pdf", PDF + b"\n")


def test_store_file_only_what_the_place_allows() -> None:
    with pytest.raises(DomainError, match=r"not accepted\. Send CSV, up to"):
        store("a.pdf", PDF, allowed={"csv"})


def test_store_file_unpacked_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 10)
    with pytest.raises(DomainError, match="unsafe way"):
        store("a.docx", zipped(WORD))


def test_checked_members_overlapping() -> None:
    """Members that share their bytes unpack to more than their ratio tells."""
    content = zipped(WORD)
    with pytest.raises(archives.UnsafeArchive, match="overlap"):
        archives.checked_members(io.BytesIO(content), size=10)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("evil\u202efdp.txt", "evilfdp.txt"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("x" * 300 + ".pdf", "x" * 140 + ".pdf"),
        ("تقرير.pdf", "تقرير.pdf"),
    ],
)
def test_clean_name(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


def test_serve_file_is_inert() -> None:
    stored = store("تقرير.pdf", PDF)
    response = serve_file(stored)
    assert b"".join(response.streaming_content) == PDF  # type: ignore[arg-type]
    response.close()
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%D8")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_serve_file_gone_from_the_disk_is_404(client: Any) -> None:
    from django.http import Http404

    stored = store("report.pdf", PDF)
    Path(stored.file.path).unlink()
    with pytest.raises(Http404):
        serve_file(stored)


def test_accept_attribute_lists_every_extension() -> None:
    assert accept_attribute({"pdf", "jpg"}) == ".jpeg,.jpg,.pdf"
