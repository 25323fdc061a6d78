"""A file that comes in chunks: kept until it is whole, checked like any other, then kept as one.

Each chunk is an object of its own in the file storage, so that any web process takes the next
one. `purpose` names what the file is for ("figures", "update:12"); who may open an upload for a
purpose is the opening view's to say, and after that an upload is its owner's alone.
"""

import hashlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock, uploads
from common.errors import Conflict, DomainError
from common.models import PartialUpload, StoredFile
from common.querysets import compare_and_set

LONGEST_CHUNK = 1024 * 1024  # bytes
KEPT_FOR = timedelta(hours=24)  # after the last chunk
MOST_AT_ONCE = 20  # uploads of one person that are not used yet
NO_LONGER_KEPT = gettext_lazy("A file that was sent is no longer kept. Choose it again.")


class OutOfPlace(Conflict):
    """The chunk does not follow what came before; `received` says where to go on."""

    def __init__(self, received: int) -> None:
        super().__init__(_("A part of the file is missing. It is sent again."))
        self.received = received


def open_upload(
    *, owner: int, purpose: str, name: str, size: int, sha256: str, allowed: Collection[str]
) -> PartialUpload:
    """Begin to take a file, or go on with the same one. `size` in bytes, `sha256` in hex."""
    name = uploads.clean_name(name)
    uploads.check_announced(name, size, allowed)
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise DomainError(_("The file could not be read. Choose it again."), field="file")
    wanted = {"owner": owner, "purpose": purpose, "sha256": sha256, "size": size, "name": name}
    open_ones = PartialUpload.objects.open()
    if found := open_ones.filter(**wanted).first():
        return found
    if open_ones.filter(owner=owner).count() >= MOST_AT_ONCE:
        raise DomainError(
            _("Too many files wait to be used. Save the page or remove some first."), field="file"
        )
    values = {"allowed": sorted(allowed), "expires_at": clock.now() + KEPT_FOR}
    try:
        with transaction.atomic():
            return PartialUpload.objects.create(**wanted, **values)
    except IntegrityError:  # two tabs began at the same moment, or an expired one awaits the tick
        PartialUpload.objects.filter(**wanted, used_at=None).update(expires_at=values["expires_at"])
        return PartialUpload.objects.get(**wanted, used_at=None)


def add_chunk(*, upload: PartialUpload, offset: int, content: bytes) -> PartialUpload:
    """Take the next bytes; what came already is passed over, a gap is OutOfPlace.

    With the last chunk the file is checked and kept as a StoredFile; one that is refused is
    forgotten, and DomainError says what is wrong with it.
    """
    if len(content) > LONGEST_CHUNK or offset + len(content) > upload.size:
        raise DomainError(_("More was sent than the file holds. Choose it again."), field="file")
    if offset > upload.received:
        raise OutOfPlace(upload.received)
    if offset + len(content) > upload.received:
        _append(upload, content[upload.received - offset :])
    if upload.received == upload.size and upload.stored_file is None:
        _keep_whole(upload)
    return upload


def _append(upload: PartialUpload, content: bytes) -> None:
    """Bytes first, then the row; of two that send the same chunk the second is passed over."""
    part = default_storage.save(
        f"partial/{upload.token}/{secrets.token_hex(8)}", ContentFile(content)
    )
    try:
        compare_and_set(
            upload,
            expected={"received": upload.received},
            received=upload.received + len(content),
            parts=[*upload.parts, part],
            expires_at=clock.now() + KEPT_FOR,
        )
    except Conflict:
        default_storage.delete(part)
        _look_again(upload)


def _look_again(upload: PartialUpload) -> None:
    """What another call made of it; DomainError where it was removed meanwhile."""
    try:
        upload.refresh_from_db()
    except PartialUpload.DoesNotExist:
        raise DomainError(NO_LONGER_KEPT, field="file") from None


def _keep_whole(upload: PartialUpload) -> None:
    try:
        with _whole(upload) as file:
            stored = uploads.store_file(file, allowed=upload.allowed)
    except DomainError:
        forget(upload)
        raise
    parts = upload.parts
    try:
        compare_and_set(upload, expected={"stored_file": None}, stored_file=stored, parts=[])
    except Conflict:
        uploads.delete_file(stored)
        _look_again(upload)
    _delete(parts)


@contextmanager
def _whole(upload: PartialUpload) -> Iterator["File[bytes]"]:
    """All parts as one file on disk; DomainError where they are not what was announced."""
    digest = hashlib.sha256()
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as whole:
        for part in upload.parts:
            with default_storage.open(part) as content:
                for chunk in content.chunks():
                    digest.update(chunk)
                    whole.write(chunk)
        if digest.hexdigest() != upload.sha256:
            raise DomainError(
                _("%(name)s did not arrive as it was sent. Choose it again.")
                % {"name": upload.name},
                field="file",
            )
        file: File[bytes] = File(whole, name=upload.name)
        file.size = upload.size
        yield file


def take(*, tokens: Iterable[str], owner: int, purpose: str) -> list[StoredFile]:
    """The whole files of these uploads, in their order, each handed out once.

    One that was used already is passed over, so that the same form may be sent twice.
    DomainError where one is no longer kept. Belongs into the transaction that uses the files.
    """
    found = {
        upload.token: upload
        for upload in PartialUpload.objects.filter(
            token__in=list(tokens), owner=owner, purpose=purpose
        ).select_related("stored_file")
    }
    taken = []
    for token in dict.fromkeys(tokens):
        upload = found.get(token)
        if upload is None or upload.stored_file is None:
            raise DomainError(NO_LONGER_KEPT)
        with suppress(Conflict):
            compare_and_set(upload, expected={"used_at": None}, used_at=clock.now())
            taken.append(upload.stored_file)
    return taken


def forget(upload: PartialUpload) -> None:
    """Drop the upload and what came of it, except a file that is in use."""
    with transaction.atomic():
        as_known = PartialUpload.objects.filter(pk=upload.pk, used_at=upload.used_at)
        forgotten, _by_model = as_known.delete()
        if forgotten and upload.stored_file and upload.used_at is None:
            uploads.delete_file(upload.stored_file)
    if forgotten:
        _delete(upload.parts)


def forget_expired() -> int:
    """Drop every upload whose time is over; called by the tick. Returns how many."""
    expired = PartialUpload.objects.filter(expires_at__lte=clock.now()).select_related(
        "stored_file"
    )
    for upload in expired:
        forget(upload)
    return len(expired)


def _delete(parts: Iterable[str]) -> None:
    for part in parts:
        default_storage.delete(part)


@contextmanager
def local_copy(stored: StoredFile) -> Iterator[Path]:
    """The file's bytes under a path, wherever the storage keeps them."""
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        with stored.file.open("rb") as content:
            shutil.copyfileobj(content, copy, uploads.CHUNK)
        copy.flush()
        yield Path(copy.name)


def unused(*, owner: int, purpose: str) -> list[PartialUpload]:
    """Files that came through, whole or in part, and are not used yet."""
    return list(PartialUpload.objects.open().filter(owner=owner, purpose=purpose).order_by("pk"))
