"""The cells of an XLSX file (ISO/IEC 29500) as JSON: run as a process of its own by `sheets`.

It imports the standard library alone and takes its own memory and time away first, so that no
file, however made, costs the portal more than a process that ends.
"""

import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Callable
from typing import Any
from xml.parsers import expat  # never given a document with a DTD: see `_no_dtd`

MEMORY = 512 * 1024 * 1024  # bytes
SECONDS = 10  # of processor time
MOST_CELLS = 100_000
MOST_CHARACTERS = 8_000_000  # of text, in all cells together
CHUNK = 64 * 1024
CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})$")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how the format writes what XML cannot hold

Attributes = dict[str, str]


class TooMuch(Exception):
    pass


class Damaged(Exception):
    pass


class Texts:
    """The strings that cells share; a rich text's runs are joined, its reading aids left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.characters = 0
        self.parts: list[str] = []
        self.is_text = False
        self.aids = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self.parts = []
        self.aids += name == "rPh"
        self.is_text = name == "t" and not self.aids

    def data(self, text: str) -> None:
        if self.is_text:
            self.characters += len(text)
            if self.characters > MOST_CHARACTERS:
                raise TooMuch
            self.parts.append(text)

    def end(self, name: str) -> None:
        self.aids -= name == "rPh"
        self.is_text = False
        if name == "si":
            self.found.append(_unescape("".join(self.parts)))


class Cells(Texts):
    """One sheet: [row, column, kind, text] of each cell that holds something, from 1.

    `kind` is s (text), n (number or date), b (true or false), e (error) or f (formula).
    """

    KINDS = {"s": "s", "inlineStr": "s", "str": "s", "b": "b", "e": "e"}

    def __init__(self, shared: list[str]) -> None:
        super().__init__()
        self.shared = shared
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}
        self.merged: list[str] = []
        self.row, self.column = 0, 0
        self.type, self.is_formula, self.is_cell = "", False, False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self.row, self.column = _number(attributes.get("r"), self.row + 1), 0
        elif name == "c":
            self._begin(attributes)
        elif name == "f":
            self.is_formula = True
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
            self._count()
        self.aids += name == "rPh"
        self.is_text = self.is_cell and not self.aids and name in ("t", "v")

    def _begin(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        self.column += 1
        if place is not None:
            found = CELL.match(place)
            if not found:
                raise Damaged(place)
            self.column, self.row = _column(found[1]), int(found[2])
        self.type = attributes.get("t", "n")
        self.parts, self.is_formula, self.is_cell = [], False, True

    def end(self, name: str) -> None:
        self.aids -= name == "rPh"
        self.is_text = False
        if name == "c":
            self.is_cell = False
            self._keep("".join(self.parts))

    def _keep(self, text: str) -> None:
        kind = "f" if self.is_formula else self.KINDS.get(self.type, "n")
        if self.type == "s" and text:
            number = _number(text, -1)
            if not 0 <= number < len(self.shared):
                raise Damaged(text)
            text = self.shared[number]
            self.characters += len(text)
        elif self.type in ("inlineStr", "str"):
            text = _unescape(text)
        if not text and kind != "f":
            return
        if (self.row, self.column) in self.cells:
            raise Damaged("a cell twice")
        self.cells[self.row, self.column] = (kind, text)
        self._count()

    def _count(self) -> None:
        if len(self.cells) + len(self.merged) > MOST_CELLS or self.characters > MOST_CHARACTERS:
            raise TooMuch


class Outline:
    """The workbook's sheets in order: name, state, relation; or a part's relations."""

    def __init__(self) -> None:
        self.sheets: list[Attributes] = []
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            self.sheets.append(attributes)
        elif name == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")
            if attributes.get("Type", "").endswith("/sharedStrings"):
                self.targets["sharedStrings"] = attributes.get("Target", "")
            elif attributes.get("Type", "").endswith("/officeDocument"):
                self.targets["officeDocument"] = attributes.get("Target", "")

    def data(self, text: str) -> None:
        """Outlines are all attributes."""

    def end(self, name: str) -> None:
        """Outlines are all attributes."""


def _unescape(text: str) -> str:
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _number(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not text.isascii() or not text.strip().isdigit() or len(text) > 9:
        raise Damaged(text)
    return int(text)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _no_dtd(*_declared: Any) -> None:
    raise Damaged("a document type definition")


def _local(call: Callable[..., None]) -> Callable[..., None]:
    """Names without their namespace: the format has a transitional and a strict one."""

    def called(name: str, *rest: Attributes) -> None:
        call(name.rpartition(" ")[2], *({_last(k): v for k, v in a.items()} for a in rest))

    return called


def _last(name: str) -> str:
    """`id` of a relation keeps apart from a plain one."""
    space, _blank, local = name.rpartition(" ")
    return f"r:{local}" if space.endswith("/relationships") else local


def _read(archive: zipfile.ZipFile, member: str, into: Any) -> Any:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = _local(into.start)
    parser.EndElementHandler = _local(into.end)
    parser.CharacterDataHandler = into.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _no_dtd
    with archive.open(member) as content:
        while chunk := content.read(CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return into


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Relation id (or kind) -> member of the archive."""
    folder, name = posixpath.split(part)
    found = _read(archive, posixpath.join(folder, "_rels", f"{name}.rels"), Outline())
    joined = ((key, posixpath.join(f"/{folder}", target)) for key, target in found.targets.items())
    return {key: posixpath.normpath(path).lstrip("/") for key, path in joined}


def sheets(path: str) -> list[dict[str, Any]]:
    """Every sheet with its state, merged ranges and cells."""
    with zipfile.ZipFile(path) as archive:
        main = _relations(archive, "")["officeDocument"]
        targets = _relations(archive, main)
        shared = Texts()
        if "sharedStrings" in targets:
            _read(archive, targets["sharedStrings"], shared)
        outline = _read(archive, main, Outline())
        return [_sheet(archive, targets, shared.found, entry) for entry in outline.sheets]


def _sheet(
    archive: zipfile.ZipFile, targets: dict[str, str], shared: list[str], entry: Attributes
) -> dict[str, Any]:
    found = _read(archive, targets[entry.get("r:id", "")], Cells(shared))
    return {
        "name": entry.get("name", ""),
        "state": entry.get("state", "visible"),
        "merged": found.merged,
        "cells": [[*place, *cell] for place, cell in found.cells.items()],
    }


def main() -> int:
    """0 with the sheets on standard output, 2 damaged, 3 too much."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        found = sheets(sys.argv[1])
    except (TooMuch, MemoryError):
        return 3
    except Exception:  # the file is hostile or broken in a way that nobody thought of
        return 2
    text = json.dumps(found, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
