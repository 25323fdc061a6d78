"""What an office file (a zip of XML) may hold, checked before anything parses it."""

import re
import struct
import zipfile
import zlib
from typing import IO

MAX_MEMBERS = 2_000
MAX_UNPACKED = 200 * 1024 * 1024  # bytes
MAX_RATIO = 100  # unpacked to packed bytes
CHUNK = 1024 * 1024

_MACROS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml)$|^(basic|scripts)/", re.IGNORECASE)
_XML = re.compile(r"\.(xml|rels|rdf|vml)$", re.IGNORECASE)
_DTD = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_LONGEST_DTD = max(map(len, _DTD))
_ENCRYPTED_ODF = b"encryption-data"
# What zipfile raises for bytes that are no archive, or a broken one.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)


class UnsafeArchive(Exception):
    """The archive is broken, dangerous, or locked by a password."""


class Encrypted(UnsafeArchive):
    pass


class HasMacros(UnsafeArchive):
    pass


def checked_members(file: IO[bytes], *, size: int) -> zipfile.ZipFile:
    """The opened archive, once its directory and every XML member passed; `size` in bytes."""
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
        _check_sizes(members, size)
        for member in members:
            _check_name(member)
        for member in members:
            _check_content(archive, member)
    except _DAMAGED as error:
        raise UnsafeArchive(str(error)) from error
    except RuntimeError as error:  # zipfile's word for a password
        raise Encrypted(str(error)) from error
    return archive


def start_of(archive: zipfile.ZipFile, name: str, length: int) -> bytes:
    """The first bytes of a member; none where it is absent or damaged."""
    try:
        with archive.open(name) as content:
            return content.read(length)
    except (KeyError, *_DAMAGED):
        return b""


def _check_sizes(members: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS:
        raise UnsafeArchive("too many members")
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1):
        raise UnsafeArchive("unpacks to too much")
    if packed > size:
        raise UnsafeArchive("members overlap")


def _check_name(member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name:
        raise UnsafeArchive("a member points outside the file")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnsafeArchive("a member is packed in a way that no office file is")
    if member.flag_bits & 0x1:
        raise Encrypted("a member is encrypted")
    if _MACROS.search(name):
        raise HasMacros(name)


def _check_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if not _XML.search(member.filename):
        return
    tail = b""
    with archive.open(member) as content:
        while chunk := content.read(CHUNK):
            window = tail + chunk
            _check_xml(member.filename, window)
            tail = window[-_LONGEST_DTD:]


def _check_xml(name: str, window: bytes) -> None:
    if any(word in window for word in _DTD):
        raise UnsafeArchive("a document type definition")
    if name == "[Content_Types].xml" and b"macroEnabled" in window:
        raise HasMacros(name)
    if name == "META-INF/manifest.xml" and _ENCRYPTED_ODF in window:
        raise Encrypted(name)
