"""An institution's answers as a workbook to fill in without a connection."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_range_abs  # type: ignore[import-untyped]

from accounts.models import Institution
from actionplans.enums import RATINGS_BY_KIND, Rating
from actionplans.forms.fields import RATING_MEANINGS
from actionplans.forms.updates import UpdateForm
from actionplans.models import ProgressUpdate, ReportingPeriod, ReturnedPart
from actionplans.rules import open_fields
from actionplans.services.texts import LONGEST_TEXT
from actionplans.services.workbook_layout import (
    COLUMNS,
    FIELDS,
    FIRST_ANSWER,
    FIRST_FIELD,
    FORMAT,
    HEADER,
    MACHINE_SHEET,
    Belonging,
    digest,
)
from common import clock, formats
from common.exports import STARTS_A_FORMULA

WIDTHS = (8, 24, 38, 14, 17, 46, 16, 26, 32, 32)  # characters
PAGE_ENDS_BEFORE = FIRST_FIELD  # column at which the second printed page begins, from 0
A4 = 9
ACCENT, GREY, LINE, QUIET = "#0F4C5C", "#EEF0F1", "#B9BFC4", "#4A5157"
LIST_COLUMN = 1  # of the machine sheet, from 0: where a kind's ratings begin


@dataclass(frozen=True)
class Answer:
    """One row; `last_claim` is rating and period, `why_locked` is empty where it is not."""

    update: ProgressUpdate
    why_locked: str | Promise
    to_mend: Sequence[ReturnedPart]
    last_claim: tuple[str, str] | None

    @property
    def open_fields(self) -> frozenset[str]:
        return open_fields(row.part for row in self.to_mend)


@dataclass(frozen=True)
class Contents:
    """All that a workbook says; `deadline` in words, `contacts` as name and institution."""

    institution: Institution
    period: ReportingPeriod
    belonging: Belonging
    answers: Sequence[Answer]
    deadline: str
    contacts: Sequence[str]
    address: str


def write_workbook(contents: Contents) -> bytes:
    """The XLSX in the active language."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        _Writer(book, contents).write()
    return out.getvalue()


class _Writer:
    def __init__(self, book: "xlsxwriter.Workbook", contents: Contents) -> None:
        self.book, self.contents = book, contents
        self.styles: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.names = {"guidance": _("Guidance")[:31], "answers": _("Answers")[:31]}
        book.set_properties({"title": self._title(), "author": _("Waypost")})

    def write(self) -> None:
        self._guidance(self._sheet(self.names["guidance"]))
        answers = self._sheet(self.names["answers"])
        machine = self.book.add_worksheet(MACHINE_SHEET)
        self._lists = self._machine(machine)
        machine.very_hidden()
        self._answers(answers)

    def style(self, **wanted: Any) -> Any:
        """One format for each look; which way a text runs, its own first letter says."""
        key = tuple(sorted(wanted.items()))
        if key not in self.styles:
            base = {"valign": "top", "text_wrap": True, "font_size": 10}
            self.styles[key] = self.book.add_format({**base, **wanted})
        return self.styles[key]

    def _sheet(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name)
        if get_language_bidi():
            sheet.right_to_left()
        sheet.hide_gridlines(2)
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_footer(f"&L&9{self._title()[:150].replace('&', '&&')}&R&9&P / &N")
        return sheet

    def _title(self) -> str:
        words = {
            "institution": formats.apart(self.contents.institution.name),
            "party": formats.apart(self.contents.institution.party.display_name),
            "period": formats.apart(self.contents.period),
        }
        return _("%(party)s, %(institution)s: answers for %(period)s") % words

    # --- Guidance -----------------------------------------------------------------------------
    def _guidance(self, sheet: Any) -> None:
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 84)
        sheet.write_string(
            0, 0, self._title(), self.style(text_wrap=False, bold=True, font_size=16)
        )
        row = 2
        for heading, lines in self._sections():
            sheet.write_string(row, 0, heading, self.style(bold=True, font_color=ACCENT))
            for line in lines:
                sheet.write_string(row, 1, line, self.style())
                row += 1
            row += 1
        sheet.fit_to_pages(1, 0)
        sheet.protect()

    def _sections(self) -> list[tuple[str, list[str]]]:
        contents = self.contents
        fillable = [answer for answer in contents.answers if not answer.why_locked]
        meanings = {
            r: None for a in fillable for r in RATINGS_BY_KIND[a.update.assignment.item.kind]
        }
        sections = [
            (_("Deadline"), [contents.deadline]),
            (
                _("Answers"),
                [
                    _("%(open)s of %(all)s can be filled in; the others say why not.")
                    % {"open": len(fillable), "all": len(contents.answers)}
                ],
            ),
            (_("What to fill in"), self._what_to_fill()),
            (_("What to leave"), self._what_to_leave()),
            (_("Sending it"), self._sending()),
            (_("Whom to ask"), list(contents.contacts) or [_("The coordinator of your party.")]),
        ]
        if meanings:
            sections.append((_("Ratings"), [str(RATING_MEANINGS[rating]) for rating in meanings]))
        return sections

    def _what_to_fill(self) -> list[str]:
        return [
            _("The white cells of the sheet “%(sheet)s”. You need no connection for it.")
            % {"sheet": self.names["answers"]},
            _("Choose a rating from the list in its cell. Some ratings need a reason beside them."),
            _("A new line inside a cell: Alt and Enter. Line ends are kept as they are.")
            + " "
            + _("A text has at most %(most)s characters; blanks before and after it are dropped.")
            % {"most": formats.number(LONGEST_TEXT)},
        ]

    def _what_to_leave(self) -> list[str]:
        return [
            _("Grey cells are locked. Add, move, merge and delete no rows, columns or sheets."),
            _("Formulas are not taken: type the text itself."),
        ]

    def _sending(self) -> list[str]:
        return [
            _("Save the file as an Excel workbook (XLSX), without a password and without macros."),
            _("Sign in and send it here: %(address)s") % {"address": self.contents.address},
            _("You see what it would change before anything is kept, and where others wrote too."),
            _("It is kept as drafts. Attach evidence and submit in the portal."),
        ]

    # --- Answers ------------------------------------------------------------------------------
    def _answers(self, sheet: Any) -> None:
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        title = self.style(text_wrap=False, bold=True, font_size=14)
        sheet.write_string(0, 0, self._title(), title)
        quiet = self.style(text_wrap=False, font_color=QUIET)
        sheet.write_string(1, 0, f"{_('Deadline')}: {self.contents.deadline}", quiet)
        sheet.write_string(2, 0, _("Fill in the white cells; grey ones are locked."), quiet)
        head = self.style(
            bold=True, font_color="#FFFFFF", bg_color=ACCENT, border=1, border_color=ACCENT
        )
        for column, label in enumerate(self._header()):
            sheet.write_string(HEADER - 1, column, label, head)
        for number, answer in enumerate(self.contents.answers):
            self._answer(sheet, FIRST_ANSWER - 1 + number, answer)
        self._set_up(sheet)

    def _header(self) -> list[str]:
        words = (
            _("Item"),
            _("Title"),
            _("What is asked"),
            _("Last period's claim"),
            _("State"),
            *(UpdateForm.base_fields[name].label for name in FIELDS),
        )
        return [str(word) for word in words]

    def _answer(self, sheet: Any, row: int, answer: Answer) -> None:
        update = answer.update
        text = update.assignment.item.text
        given = self.style(bg_color=GREY, border=1, border_color=LINE, font_color=QUIET)
        code = self.style(bg_color=GREY, border=1, border_color=LINE, bold=True)
        sheet.write_string(row, 0, update.assignment.item.code, code)
        for column, words in enumerate(
            (text.title, text.asked, _claim(answer.last_claim), self._state(answer)), start=1
        ):
            sheet.write_string(row, column, words, given)
        for column, name in enumerate(FIELDS, start=FIRST_FIELD - 1):
            is_open = not answer.why_locked and name in answer.open_fields
            self._field(sheet, row, column, _shown(update, name), is_open)
            if is_open:
                sheet.data_validation(row, column, row, column, self._validation(update, name))

    def _field(self, sheet: Any, row: int, column: int, text: str, is_open: bool) -> None:
        """Text that a spreadsheet would take for a formula bears the format's own apostrophe."""
        look: dict[str, Any] = {"num_format": "@", "border": 1, "border_color": LINE}
        look |= {"locked": False} if is_open else {"bg_color": GREY, "font_color": QUIET}
        if text.startswith(STARTS_A_FORMULA):
            look["quote_prefix"] = True
        if text:
            sheet.write_string(row, column, text, self.style(**look))
        else:
            sheet.write_blank(row, column, None, self.style(**look))

    def _state(self, answer: Answer) -> str:
        update = answer.update
        state = str(update.get_state_display())
        if update.editable_until and not answer.why_locked:
            zone = update.assignment.party.time_zone
            until = formats.instant(update.editable_until, zone)
            state = _("%(state)s, open until %(until)s") % {"state": state, "until": until}
        if answer.why_locked:
            return f"{_('Locked')}. {answer.why_locked}"
        reasons = " ".join(row.reason for row in answer.to_mend)
        if not set(FIELDS) <= answer.open_fields:
            return f"{state}. {_('Only the white cells were returned.')} {reasons}"
        return f"{state}. {reasons}" if reasons else state

    def _validation(self, update: ProgressUpdate, name: str) -> dict[str, Any]:
        if name == "rating":
            return {
                "validate": "list",
                "source": self._lists[update.assignment.item.kind],
                "error_title": _("Rating"),
                "error_message": _("Choose one of the ratings in the list."),
            }
        return {
            "validate": "length",
            "criteria": "<=",
            "value": LONGEST_TEXT,
            "error_title": _("Too long"),
            "error_message": _("A text has at most %(most)s characters.") % {"most": LONGEST_TEXT},
        }

    def _set_up(self, sheet: Any) -> None:
        """Two printed pages side by side: what is asked and was done; the rest of the answer."""
        last = FIRST_ANSWER - 2 + len(self.contents.answers)
        sheet.freeze_panes(FIRST_ANSWER - 1, 2)
        sheet.set_landscape()
        sheet.set_print_scale(85)
        sheet.repeat_rows(HEADER - 1)
        sheet.repeat_columns(0, 1)
        sheet.set_v_pagebreaks([PAGE_ENDS_BEFORE])
        sheet.print_area(0, 0, max(last, HEADER - 1), COLUMNS - 1)
        sheet.protect("", {"format_rows": True, "format_columns": True})
        sheet.set_selection(FIRST_ANSWER - 1, FIRST_FIELD - 1, FIRST_ANSWER - 1, FIRST_FIELD - 1)

    # --- For the way back ---------------------------------------------------------------------
    def _machine(self, sheet: Any) -> dict[str, str]:
        """Writes the fields that the way back reads; kind of an item -> range of its ratings."""
        rows = [
            *self._keys(),
            ("header", *self._header()),
            *map(_machine_row, self.contents.answers),
        ]
        lists = {}
        for kind, ratings in RATINGS_BY_KIND.items():
            last = LIST_COLUMN + len(ratings) - 1
            area = xl_range_abs(len(rows), LIST_COLUMN, len(rows), last)
            lists[str(kind)] = f"={MACHINE_SHEET}!{area}"
            rows.append((f"list {kind}", *(str(rating.label) for rating in ratings)))
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, cell)
        return lists

    def _keys(self) -> list[tuple[str, str]]:
        to = self.contents.belonging
        return [
            ("format", FORMAT),
            ("party", to.party),
            ("institution", to.institution),
            ("period", to.period),
            ("catalogue", to.catalogue),
            ("language", get_language() or "en"),
            ("made_at", clock.now().isoformat(timespec="seconds")),
            ("sheet", self.names["answers"]),
        ]


def _claim(last: tuple[str, str] | None) -> str:
    if last is None:
        return _("none")
    rating, period = last
    return f"{Rating(rating).label} ({formats.apart(period)})"


def _shown(update: ProgressUpdate, name: str) -> str:
    """A rating by its words; every other field as it is."""
    value: str = getattr(update, name)
    return str(Rating(value).label) if name == "rating" and value else value


def _machine_row(answer: Answer) -> tuple[str, ...]:
    update = answer.update
    digests = (digest(getattr(update, name)) for name in FIELDS)
    code = update.assignment.item.code
    return ("answer", code, str(update.pk), str(update.version), *digests)
