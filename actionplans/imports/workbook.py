"""A filled workbook, cell by cell: what stands in each answer, or what is wrong and where."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from actionplans.enums import RATINGS_BY_KIND, RATINGS_WITH_REASON
from actionplans.forms.fields import one_line_end
from actionplans.forms.updates import UpdateForm
from actionplans.services.texts import UNREADABLE, refuse_bad_text
from actionplans.services.workbook_layout import (
    CODE,
    COLUMNS,
    FIELDS,
    FIRST_ANSWER,
    FIRST_FIELD,
    FORMAT,
    HEADER,
    KEYS,
    MACHINE_SHEET,
    Belonging,
    digest,
)
from common import formats
from common.errors import DomainError
from common.ratings import RATINGS
from common.sheets import Cell, Sheet, place

MOST_FAULTS = 100
MOST_IGNORED = 20  # names of sheets
SHOWN = 120  # characters of a wrong cell
LABELS = {name: UpdateForm.base_fields[name].label for name in FIELDS}
DIGEST = re.compile("[0-9a-f]{16}")
NUMBER = re.compile("[0-9]{1,15}")
CODE_OF_ITEM = re.compile("[0-9A-Za-z.]{1,8}")


@dataclass(frozen=True)
class Made:
    """One answer as it was written into the workbook: its id, version, digest of each field."""

    code: str
    update: int
    version: int
    digests: dict[str, str]


@dataclass(frozen=True)
class Machine:
    """What the workbook says of itself on the sheet that nobody sees."""

    keys: dict[str, str]
    header: list[str]
    answers: list[Made]

    @property
    def belonging(self) -> Belonging:
        names = ("party", "institution", "period", "catalogue")
        return Belonging(**{name: self.keys[name] for name in names})


@dataclass
class Filled:
    """What came back: rows to compare, or faults; sheets that nobody reads."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, str]] = field(default_factory=list)
    more_faults: int = 0
    ignored: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        if self.faults:
            return {"faults": self.faults, "more_faults": self.more_faults}
        return {"rows": self.rows, "ignored": self.ignored}


def read_machine(sheets: Sequence[Sheet]) -> Machine:
    """The workbook's own fields; DomainError where it is not one of this portal's."""
    sheet = next((sheet for sheet in sheets if sheet.name == MACHINE_SHEET), None)
    if sheet is None:
        raise _refused(
            _("This is not a workbook of this portal. Fill in one that you download here.")
        )
    lines = dict(_lines(sheet))
    keys = {name: cells[0] for name, cells in lines.items() if name in KEYS and cells}
    if keys.get("format") != FORMAT:
        raise _refused(
            _(
                "This workbook is of another version of the portal. "
                "Download a new one and copy your texts."
            )
        )
    machine = Machine(keys, lines.get("header", []), _made(sheet))
    if set(keys) != set(KEYS) or len(machine.header) != COLUMNS or sheet.merged:
        raise _tampered()
    return machine


def _lines(sheet: Sheet) -> Iterator[tuple[str, list[str]]]:
    """Name in the first column -> the cells beside it, up to the first empty one."""
    for row in sorted({row for row, _column in sheet.cells}):
        column, cells = 1, []
        while cell := sheet.cells.get((row, column)):
            if cell.kind not in "sn" or UNREADABLE.search(cell.text):
                raise _tampered()
            cells.append(cell.text)
            column += 1
        if cells:
            yield cells[0], cells[1:]


def _made(sheet: Sheet) -> list[Made]:
    found = []
    for name, cells in _lines(sheet):
        if name == "answer":
            if len(cells) != 3 + len(FIELDS):
                raise _tampered()
            code, update, version, *digests = cells
            numbers = all(NUMBER.fullmatch(number) for number in (update, version))
            if not (
                CODE_OF_ITEM.fullmatch(code) and numbers and all(map(DIGEST.fullmatch, digests))
            ):
                raise _tampered()
            pairs = dict(zip(FIELDS, digests, strict=True))
            found.append(Made(code, int(update), int(version), pairs))
    if len({made.update for made in found}) != len(found):
        raise _tampered()
    return found


def _tampered() -> DomainError:
    return _refused(
        _("The hidden sheet “%(sheet)s” was changed. Download a new workbook and copy your texts.")
        % {"sheet": MACHINE_SHEET}
    )


def _refused(message: str | Promise) -> DomainError:
    return DomainError(message, field="file")


def read_answers(
    sheets: Sequence[Sheet], machine: Machine, items: dict[int, tuple[str, str]]
) -> Filled:
    """Every answer as it was typed, or every fault with its place.

    `items`: update id -> code and kind of its item, for the answers that the reader may see.
    """
    if any(items.get(made.update, (made.code,))[0] != made.code for made in machine.answers):
        raise _tampered()
    filled = Filled()
    hidden = [s for s in sheets if s.state != "visible" and s.name != MACHINE_SHEET]
    for sheet in hidden:
        _fault(filled, sheet.name, "", "", _("This sheet is hidden. Show it or delete it."))
    answers = next((s for s in sheets if s.name == machine.keys["sheet"]), None)
    if answers is None:
        words = _("This sheet is missing or has another name. Give it its name again.")
        _fault(filled, machine.keys["sheet"], "", "", words)
        return filled
    read = (answers, *hidden, *(s for s in sheets if s.name == MACHINE_SHEET))
    filled.ignored = [_showable(s.name) for s in sheets[1:] if s not in read][:MOST_IGNORED]
    _check_heads(answers, machine, filled)
    for number, made in enumerate(machine.answers):
        row = FIRST_ANSWER + number
        if _has_its_code(answers, row, made, filled):
            _read_row(answers, row, made, items.get(made.update, ("", ""))[1], filled)
    _check_around(answers, FIRST_ANSWER + len(machine.answers) - 1, filled)
    return filled


def _fault(filled: Filled, sheet: str, cell: str, value: str, message: str | Promise) -> None:
    if len(filled.faults) >= MOST_FAULTS:
        filled.more_faults += 1
        return
    found = {"sheet": sheet, "cell": cell, "value": value[:SHOWN], "message": str(message)}
    filled.faults.append({name: _showable(text) for name, text in found.items()})


def _showable(text: str) -> str:
    """Without what neither a page nor the database takes."""
    return UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _check_heads(sheet: Sheet, machine: Machine, filled: Filled) -> None:
    for merged in sheet.merged:
        _fault(filled, sheet.name, merged, "", _("These cells are merged. Undo that."))
    for column, wanted in enumerate(machine.header, start=1):
        if (found := sheet.text(HEADER, column)) != wanted:
            words = _("The head of this column has to be “%(wanted)s”.") % {"wanted": wanted}
            _fault(filled, sheet.name, place(HEADER, column), found, words)


def _check_around(sheet: Sheet, last: int, filled: Filled) -> None:
    for (row, column), cell in sorted(sheet.cells.items()):
        outside = row > last or column > COLUMNS
        if row >= HEADER and outside and (cell.text.strip() or cell.kind == "f"):
            words = _("Nothing belongs here: rows and columns cannot be added. Empty this cell.")
            _fault(filled, sheet.name, place(row, column), cell.text, words)


def _has_its_code(sheet: Sheet, row: int, made: Made, filled: Filled) -> bool:
    found = sheet.cells.get((row, CODE), Cell("s", ""))
    if found.text.strip() == made.code and found.kind in "sn":
        return True
    words = _("This row belongs to item %(code)s. Rows cannot be moved, doubled or taken away.")
    _fault(filled, sheet.name, place(row, CODE), found.text, words % {"code": made.code})
    return False


def _read_row(sheet: Sheet, row: int, made: Made, kind: str, filled: Filled) -> None:
    typed = {}
    for column, name in enumerate(FIELDS, start=FIRST_FIELD):
        cell = sheet.cells.get((row, column), Cell("s", ""))
        try:
            typed[name] = _rating(cell, kind) if name == "rating" else _text(cell)
            refuse_bad_text(typed[name], field=name)
        except DomainError as refusal:
            message = f"{made.code}, {LABELS[name]}: {refusal.message}"
            _fault(filled, sheet.name, place(row, column), cell.text, message)
    changed = [name for name, text in typed.items() if digest(text) != made.digests[name]]
    _check_reason(sheet, row, made, typed, changed, filled)
    filled.rows.append(
        {
            "update": made.update,
            "code": made.code,
            "version": made.version,
            "typed": typed,
            "changed": changed,
            "digests": made.digests,
        }
    )


def _check_reason(
    sheet: Sheet, row: int, made: Made, typed: dict[str, str], changed: list[str], filled: Filled
) -> None:
    touched = {"rating", "rating_reason"} & set(changed)
    rating = typed.get("rating")  # none where it was refused
    if touched and rating in RATINGS_WITH_REASON and typed.get("rating_reason") == "":
        name = "rating_reason"
        message = f"{made.code}, {LABELS[name]}: {_('Say why: this rating needs a reason.')}"
        _fault(filled, sheet.name, place(row, FIRST_FIELD + FIELDS.index(name)), "", message)


def _text(cell: Cell) -> str:
    """As the form takes it: line ends are one character, blanks before and after are dropped."""
    if cell.kind == "f":
        raise DomainError(_("This is a formula. Type the text itself."))
    if cell.kind != "s":
        raise DomainError(_("This is a number or a date, not a text. Type it anew as a text."))
    return one_line_end(cell.text).strip()


def _rating(cell: Cell, kind: str) -> str:
    """The rating whose word, in any of the portal's languages, or whose code stands there."""
    if cell.kind == "f":
        raise DomainError(_("This is a formula. Choose one of the ratings in the list."))
    word = _plain(cell.text.removesuffix(".0") if cell.kind == "n" else cell.text)
    if not word:
        return ""
    if not kind:  # of an answer that is not the reader's any more: shown as it was typed
        return cell.text.strip()
    found = _words(kind).get(word)
    if found is None or cell.kind not in "sn":
        allowed = formats.listed(rating.label for rating in RATINGS_BY_KIND[kind])
        raise DomainError(_("Choose one of these: %(allowed)s.") % {"allowed": allowed})
    return found


def _words(kind: str) -> dict[str, str]:
    """Each way to say a rating of the kind -> its code."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for rating in RATINGS_BY_KIND[kind]:
                ways = (rating.value, rating.label, RATINGS[rating.value].word)
                found.update({_plain(str(way)): rating.value for way in ways})
    return found


def _plain(word: str) -> str:
    """Without regard to blanks, case, and whose digits they are."""
    digits = "".join(str(int(c)) if c.isdecimal() else c for c in word)
    return " ".join(digits.split()).casefold()


def refuse_foreign(found: Belonging, wanted: Belonging, period: str) -> None:
    """DomainError for a workbook of other answers than those of the page it is sent on."""
    if found.party != wanted.party:
        words = _(
            "This workbook is of another party: %(found)s. Here are the answers of %(wanted)s."
        )
        raise _refused(words % {"found": found.party, "wanted": wanted.party})
    if found.institution != wanted.institution:
        raise _refused(_("This workbook is of an institution that you do not answer for."))
    if found.period != wanted.period:
        words = _("This workbook is for another period: %(found)s. This page is for %(wanted)s.")
        raise _refused(words % {"found": found.period, "wanted": period})
    if found.catalogue != wanted.catalogue:
        raise _refused(
            _("The catalogue has changed since. Download a new workbook and copy your texts.")
        )
