"""Files that people send: checked by name and content, kept under a made-up name, served inert."""

import codecs
import hashlib
import re
import secrets
import unicodedata
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import IO

import structlog
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common import archives, formats
from common.enums import ScanState
from common.errors import DomainError
from common.models import PartialUpload, StoredFile

log = structlog.get_logger(__name__)
CHUNK = 64 * 1024
LONGEST_TAG = 64  # bytes of the name of a markup's first element
LONGEST_TYPE = 200  # bytes of a media type in an office file
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class _Refusal(Exception):
    """Why the content is not taken, in the user's words."""


def _check_start(*signatures: bytes) -> Callable[[IO[bytes], int], None]:
    def check(file: IO[bytes], size: int) -> None:
        if not file.read(16).startswith(signatures):
            raise _Refusal(_("its content is of another kind than its name says"))

    return check


def _check_pdf(file: IO[bytes], size: int) -> None:
    _check_start(b"%PDF-")(file, size)
    tail = b""
    while chunk := file.read(CHUNK):
        if re.search(rb"/Encrypt\s*(\d+\s+\d+\s+R|<<)", tail + chunk):
            raise _Refusal(_("it is locked by a password; save it without one"))
        tail = chunk[-64:]


def _check_office(required: str) -> Callable[[IO[bytes], int], None]:
    """An office file of ISO/IEC 29500, known by its main part."""

    def check(file: IO[bytes], size: int) -> None:
        with _opened(file, size) as archive:
            names = set(archive.namelist())
        if not {"[Content_Types].xml", required} <= names:
            raise _Refusal(_("its content is of another kind than its name says"))

    return check


def _check_opendocument(media_type: str) -> Callable[[IO[bytes], int], None]:
    """An office file of ISO/IEC 26300, known by its member `mimetype`."""

    def check(file: IO[bytes], size: int) -> None:
        with _opened(file, size) as archive:
            stated = archives.start_of(archive, "mimetype", LONGEST_TYPE)
        if stated.strip() != media_type.encode():
            raise _Refusal(_("its content is of another kind than its name says"))

    return check


def _opened(file: IO[bytes], size: int) -> zipfile.ZipFile:
    start = file.read(len(OLD_OFFICE))
    if start == OLD_OFFICE:
        raise _Refusal(
            _("it is locked by a password or of an old format; save it anew without a password")
        )
    if not start.startswith(b"PK\x03\x04"):
        raise _Refusal(_("its content is of another kind than its name says"))
    try:
        return archives.checked_members(file, size=size)
    except archives.Encrypted as error:
        raise _Refusal(_("it is locked by a password; save it without one")) from error
    except archives.HasMacros as error:
        raise _Refusal(_("it holds macros; save it without them")) from error
    except archives.UnsafeArchive as error:
        raise _Refusal(_("it is damaged or packed in an unsafe way; save it anew")) from error


def _check_text(file: IO[bytes], size: int) -> None:
    start = b""  # what follows the first blanks, as long as a tag may be
    while chunk := file.read(CHUNK):
        if re.search(rb"[\x00-\x08\x0e-\x1f]", chunk):
            raise _Refusal(_("it is not plain text in UTF-8; save it as such"))
        if len(start) < LONGEST_TAG:
            start = (start + chunk).removeprefix(codecs.BOM_UTF8).lstrip()[:CHUNK]
    if re.match(rb"<(!doctype|\?xml|!--|[a-z]+[\s>/])", start, re.IGNORECASE):
        raise _Refusal(_("its content is of another kind than its name says"))


@dataclass(frozen=True)
class FileType:
    """A kind of file that is accepted: its words for people, its media type, its check."""

    label: str
    media_type: str
    check: Callable[[IO[bytes], int], None]


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPENDOCUMENT = "application/vnd.oasis.opendocument."
TYPES = {
    "pdf": FileType("PDF", "application/pdf", _check_pdf),
    "png": FileType("PNG", "image/png", _check_start(b"\x89PNG\r\n\x1a\n")),
    "jpg": FileType("JPEG", "image/jpeg", _check_start(b"\xff\xd8\xff")),
    "docx": FileType(
        "DOCX", f"{_OFFICE}wordprocessingml.document", _check_office("word/document.xml")
    ),
    "xlsx": FileType("XLSX", f"{_OFFICE}spreadsheetml.sheet", _check_office("xl/workbook.xml")),
    "odt": FileType("ODT", f"{_OPENDOCUMENT}text", _check_opendocument(f"{_OPENDOCUMENT}text")),
    "ods": FileType(
        "ODS",
        f"{_OPENDOCUMENT}spreadsheet",
        _check_opendocument(f"{_OPENDOCUMENT}spreadsheet"),
    ),
    "csv": FileType("CSV", "text/csv", _check_text),
    "txt": FileType("TXT", "text/plain", _check_text),
}
ALIASES = {"jpeg": "jpg"}
EVIDENCE = frozenset(TYPES)


def accept_attribute(allowed: Collection[str] = EVIDENCE) -> str:
    """The value of a file field's accept attribute."""
    names = sorted({*allowed, *(alias for alias, name in ALIASES.items() if name in allowed)})
    return ",".join(f".{name}" for name in names)


def wanted(allowed: Collection[str] = EVIDENCE) -> str:
    """What is accepted, in words for a hint: "PDF, PNG, ..., up to 20 MB"."""
    return _("%(types)s, up to %(size)s") % {
        "types": formats.listed(TYPES[name].label for name in TYPES if name in allowed),
        "size": formats.size(settings.EVIDENCE_MAX_BYTES),
    }


@transaction.atomic
def store_file(uploaded: "File[bytes]", *, allowed: Collection[str] = EVIDENCE) -> StoredFile:
    """Check the file by name and content and keep it; DomainError says what is wrong with it."""
    name = clean_name(uploaded.name or "")
    kind = _checked_kind(uploaded, name, allowed)
    digest = _sha256(uploaded)
    uploaded.seek(0)
    stored = StoredFile(
        name=name,
        sha256=digest,
        size=uploaded.size,
        content_type=kind.media_type,
        scan_state=ScanState.CLEAN,
    )
    stored.file.save(secrets.token_hex(16), uploaded, save=False)
    stored.save()
    return stored


def delete_file(stored: StoredFile) -> None:
    """Drop a file that nothing uses; its bytes go once the database has forgotten it.

    The upload it came by goes with it: it may still wait for its own time to be over.
    """
    PartialUpload.objects.filter(stored_file=stored).delete()
    stored.delete()
    transaction.on_commit(lambda: stored.file.delete(save=False))


def serve_file(stored: StoredFile) -> FileResponse:
    """The file to save, never to show: nothing in it runs with the portal's rights."""
    try:
        content = stored.file.open("rb")
    except FileNotFoundError as error:
        log.error("stored_file_missing", stored_file=stored.pk)
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=stored.name, content_type=stored.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def clean_name(name: str) -> str:
    """The last part of the name, without control and direction characters, at most 150 long."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = re.sub("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", name).strip()
    stem, dot, extension = name.rpartition(".")
    return f"{stem[:140]}{dot}{extension[:9]}"


def check_announced(name: str, size: int, allowed: Collection[str]) -> FileType:
    """The kind that the name says; DomainError before a byte of a wrong or large file is sent."""
    extension = name.rpartition(".")[2].lower()
    kind = TYPES.get(ALIASES.get(extension, extension))
    if kind is None or ALIASES.get(extension, extension) not in allowed:
        raise _refused(name, _("files of this kind are not accepted"), allowed)
    if not size:
        raise _refused(name, _("the file is empty"), allowed)
    if size > settings.EVIDENCE_MAX_BYTES:
        raise _refused(name, _("the file is too large"), allowed)
    return kind


def _checked_kind(uploaded: "File[bytes]", name: str, allowed: Collection[str]) -> FileType:
    kind = check_announced(name, uploaded.size, allowed)
    uploaded.seek(0)
    try:
        kind.check(uploaded, uploaded.size)
    except _Refusal as refusal:
        raise _refused(name, str(refusal), allowed) from refusal
    return kind


def _refused(name: str, reason: str | Promise, allowed: Collection[str]) -> DomainError:
    message = _("%(name)s was not stored: %(reason)s. Send %(wanted)s.") % {
        "name": name,
        "reason": reason,
        "wanted": wanted(allowed),
    }
    return DomainError(message, field="file")


def _sha256(uploaded: "File[bytes]") -> str:
    digest = hashlib.sha256()
    for chunk in uploaded.chunks():
        digest.update(chunk)
    return digest.hexdigest()
