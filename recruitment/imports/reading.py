"""A file as rows with their line numbers, streamed; what cannot be read at all is Unreadable."""

import codecs
import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from django.utils.translation import gettext as _

from recruitment.imports.cells import BLANKS

CHUNK = 1 << 20
Rows = Iterator[tuple[int, list[str]]]


class Unreadable(Exception):
    """The file cannot be taken for a table at all: absent, binary, unknown layout."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Inspected(NamedTuple):
    """What a first pass over the bytes found."""

    sha256: str
    encoding: str
    lines: int  # line ends, for progress: a quoted cell may hold some


def inspect(path: Path) -> Inspected:
    """SHA-256 and encoding of a text file: UTF-8 with or without BOM, else Windows-1252."""
    digest = hashlib.sha256()
    lines = 0
    utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                lines += chunk.count(b"\n")
                if b"\x00" in chunk:
                    raise Unreadable(_("This is not a text file. Save it as CSV, in UTF-8."))
                utf8 = utf8 if utf8 and _decodes(utf8, chunk) else None
    except OSError as error:
        raise Unreadable(_("Cannot be opened: %(why)s.") % {"why": error.strerror}) from error
    if utf8 and _decodes(utf8, b"", final=True):
        return Inspected(digest.hexdigest(), "utf-8-sig", lines)
    return Inspected(digest.hexdigest(), "cp1252", lines)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def opened(path: Path, encoding: str) -> Iterator[Rows]:
    """The file's rows with the number of the line each begins at; blank lines are passed over."""
    with path.open(encoding=encoding, newline="") as file:
        yield _rows(file)


def _rows(file: IO[str]) -> Rows:
    reader = csv.reader(file)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip(BLANKS) for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise Unreadable(
            _("Line %(line)s is neither UTF-8 nor Windows-1252.") % {"line": begins}
        ) from error
    except csv.Error as error:
        raise Unreadable(
            _("Line %(line)s cannot be split into cells: %(why)s.") % {"line": begins, "why": error}
        ) from error
