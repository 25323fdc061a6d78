"""A workbook that cannot be taken over is refused with reasons, and nothing is written."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.test import Client

from actionplans.enums import WorkbookState
from actionplans.models import WorkbookImport
from common.models import StoredFile
from tests.factories import actionplans
from tests.factories import workbooks as make
from tests.factories.pages import more_answers, text, words

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def desk() -> Any:
    return actionplans.desk()


@pytest.fixture
def browser(desk: Any, signed_in: SignIn) -> Client:
    return signed_in(desk.contributor)


def refusal(browser: Client, content: bytes, **options: Any) -> str:
    """What the page says of a file of which nothing is kept."""
    with make.nothing_written():
        response = make.post(browser, content, **options)
    assert (response.status_code, WorkbookImport.objects.count()) == (200, 0)
    assert StoredFile.objects.count() == 0
    page = response.content.decode()
    return words(page.partition('role="alert"')[2].partition("</ul>")[0])


def faults(browser: Client, content: bytes) -> list[tuple[str, str]]:
    """Cell and message of what is wrong with a workbook that is kept as refused."""
    with make.nothing_written():
        sent = make.send(browser, content)
    assert sent.state == WorkbookState.REFUSED
    page = text(browser, sent.get_absolute_url())
    assert [f["message"] for f in sent.result["faults"] if f["message"] not in page] == []
    assert not browser.get(sent.get_absolute_url()).content.count(b"/accept/")
    return [(f["cell"], f["message"]) for f in sent.result["faults"]]


# --- What is refused ----------------------------------------------------------------------------
def test_a_workbook_of_other_answers_is_refused_with_its_reason(
    desk: Any, browser: Client, signed_in: SignIn
) -> None:
    abroad = actionplans.desk("ZAF", desk.update.assignment.item, desk.period)
    foreign = make.download(signed_in(abroad.contributor), abroad.lead)
    assert "of another party: ZAF" in refusal(browser, foreign)
    actionplans.assignment(desk.party, desk.other, actionplans.item("4.2"))
    other = make.download(signed_in(desk.coordinator), desk.other)
    assert "an institution that you do not answer for" in refusal(browser, other)
    earlier = actionplans.period("2025-H2", opened_days_ago=200)
    older = make.download(browser, desk.lead, period=earlier.code)
    assert "for another period: 2025-H2" in refusal(browser, older)
    newer = make.download(browser, desk.lead)
    said = refusal(browser, newer, period=earlier.code)
    assert "for another period: 2026-H1. This page is for Period 2025-H2" in said


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("format", "2", "of another version of the portal"),
        ("catalogue", "7", "The catalogue has changed since"),
        ("institution", "x", "an institution that you do not answer for"),
        ("institution", "9" * 40, "an institution that you do not answer for"),
        ("answer", "other", "The hidden sheet “_waypost” was changed"),
        ("sheet", "Elsewhere", ""),
    ],
)
def test_what_the_hidden_sheet_says_is_checked(
    key: str, value: str, said: str, desk: Any, browser: Client
) -> None:
    editor = make.Editor(make.download(browser, desk.lead))
    names = ("format", "party", "institution", "period", "catalogue", "language", "made", "sheet")
    row = (*names, "header", "answer").index(key) + 1
    editor.write(f"B{row}", value, make.MACHINE)
    if said:
        assert said in refusal(browser, editor.content())
    else:
        assert faults(browser, editor.content()) == [
            ("", "This sheet is missing or has another name. Give it its name again.")
        ]


def change(what: str) -> Callable[[make.Editor], None]:
    """A way to spoil a workbook of two answers."""

    def hide(editor: make.Editor) -> None:
        book = editor.tree(make.BOOK)
        book.find(f"{{{make.MAIN}}}sheets")[0].set("state", "hidden")

    def swap(editor: make.Editor) -> None:
        for ref, words_there in (("A5", "2.1.a"), ("A6", "2.1")):
            editor.write(ref, words_there)

    return {
        "formula": lambda e: e.formula(make.ref("narrative"), "1+1"),
        "formula for a rating": lambda e: e.formula(make.ref("rating"), "1+1"),
        "number": lambda e: e.number(make.ref("measures"), "45000"),
        "merge": lambda e: e.merge("F5:G5"),
        "head": lambda e: e.write("F4", "Something else"),
        "two heads": lambda e: (e.write("I4", "Next steps"), e.write("J4", "Measures"))[0],
        "row added": lambda e: e.write("A7", "9.9"),
        "column added": lambda e: e.write("K5", "mine"),
        "code gone": lambda e: e.bare("A5") and None,
        "rows swapped": swap,
        "row doubled": lambda e: e.write("A6", "2.1"),
        "hidden sheet": hide,
        "no such rating": lambda e: e.write(make.ref("rating"), "Excellent"),
        "no such rating, with a reason": lambda e: (
            e.write(make.ref("rating"), "N/A"),
            e.write(make.ref("rating_reason"), "It is not ours."),
        )[0],
        "rating of another kind": lambda e: e.write(make.ref("rating"), "done"),
        "no reason": lambda e: e.write(make.ref("rating"), "Not applicable"),
        "too long": lambda e: e.write(make.ref("narrative"), "x" * 20_001),
        "override": lambda e: e.write(make.ref("narrative"), "ab\u202ecd"),
        "NUL": lambda e: e.write(make.ref("narrative"), "ab_x0000_cd"),
        "bell": lambda e: e.write(make.ref("narrative"), "ab_x0007_cd"),
        "half a character": lambda e: e.write(make.ref("narrative"), "ab_xD800_cd"),
    }[what]  # type: ignore[return-value]


MOVED = "This row belongs to item %s. Rows cannot be moved, doubled or taken away."
EMPTY = "Nothing belongs here: rows and columns cannot be added. Empty this cell."
UNSEEN = "2.1, What was done: A character that nobody can see or read (%s) stands after “ab”."
SCALE = "0 Not started, 1 In preparation, 2 Adopted, 3 Applied, 4 Sustained, Not applicable"


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("formula", [("F5", "2.1, What was done: This is a formula. Type the text itself.")]),
        (
            "formula for a rating",
            [
                (
                    "G5",
                    "2.1, Rating: This is a formula. Choose one of the ratings in the list.",
                )
            ],
        ),
        (
            "number",
            [
                (
                    "I5",
                    "2.1, Measures in this period: This is a number or a date, not a text. "
                    "Type it anew as a text.",
                )
            ],
        ),
        ("merge", [("F5:G5", "These cells are merged. Undo that.")]),
        ("head", [("F4", "The head of this column has to be “What was done”.")]),
        (
            "two heads",
            [
                ("I4", "The head of this column has to be “Measures in this period”."),
                ("J4", "The head of this column has to be “Next steps”."),
            ],
        ),
        ("row added", [("A7", EMPTY)]),
        ("column added", [("K5", EMPTY)]),
        ("code gone", [("A5", MOVED % "2.1")]),
        ("rows swapped", [("A5", MOVED % "2.1"), ("A6", MOVED % "2.1.a")]),
        ("row doubled", [("A6", MOVED % "2.1.a")]),
        ("hidden sheet", [("", "This sheet is hidden. Show it or delete it.")]),
        ("no such rating", [("G5", f"2.1, Rating: Choose one of these: {SCALE}.")]),
        ("no such rating, with a reason", [("G5", f"2.1, Rating: Choose one of these: {SCALE}.")]),
        ("rating of another kind", [("G5", f"2.1, Rating: Choose one of these: {SCALE}.")]),
        (
            "no reason",
            [("H5", "2.1, Reason for the rating: Say why: this rating needs a reason.")],
        ),
        (
            "too long",
            [("F5", "2.1, What was done: This text has 20001 characters; the most is 20000.")],
        ),
        ("override", [("F5", UNSEEN % "U+202E")]),
        ("NUL", [("F5", UNSEEN % "U+0000")]),
        ("bell", [("F5", UNSEEN % "U+0007")]),
        ("half a character", [("F5", UNSEEN % "U+D800")]),
    ],
)
def test_what_is_wrong_is_named_with_its_cell(
    what: str, found: list[tuple[str, str]], desk: Any, browser: Client
) -> None:
    more_answers(desk, 1)
    editor = make.Editor(make.download(browser, desk.lead))
    change(what)(editor)
    assert faults(browser, editor.content()) == found


@pytest.mark.parametrize("bad", ["ab\u202ecd", "ab\x07cd"])
def test_the_form_refuses_the_same_characters(bad: str, desk: Any, browser: Client) -> None:
    address = f"/p/NGA/updates/{desk.update.pk}/edit/"
    response = browser.post(address, {"version": 0, "narrative": bad})
    assert f"(U+{ord(bad[2]):04X}) stands after “ab”" in words(response.content.decode())
    kept = browser.post(address, {"version": 0, "narrative": bad, "action": "autosave"})
    assert (kept.status_code, desk.refresh().version) == (400, 0)


def _encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000


def _macros(content: bytes) -> bytes:
    return make.packed({**make.members(content), "xl/vbaProject.bin": b"macro"})


def _other_workbook(content: bytes) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("Answers").write(0, 0, "2.1")
    return out.getvalue()


def _bomb(content: bytes) -> bytes:
    found = make.members(content)
    found["xl/sharedStrings.xml"] = b"<sst>" + b" " * (60 * 1024 * 1024) + b"</sst>"
    return make.packed(found)


def _many_cells(content: bytes) -> bytes:
    """Within the archive's limits, and far more than answers."""
    found = make.members(content)
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n * 7919 % 99991}</v></c></row>' for n in range(5, 120_000)
    )
    found[make.ANSWERS] = (
        f'<worksheet xmlns="{make.MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    )
    return make.packed(found)


def _entities(content: bytes) -> bytes:
    found = make.members(content)
    found[make.ANSWERS] = b'<!DOCTYPE x [<!ENTITY a "a">]>' + found[make.ANSWERS]
    return make.packed(found)


@pytest.mark.parametrize(
    ("name", "make_it", "said"),
    [
        ("filled.xlsx", lambda c: b"", "The submitted file is empty."),
        (
            "filled.xlsx",
            lambda c: b"PK\x03\x04" + b"\0" * 100,
            "damaged or packed",
        ),
        ("filled.xlsx", lambda c: c[: len(c) // 2], "damaged or packed"),
        ("filled.xlsx", lambda c: _encrypted(), "locked by a password or of an old format"),
        ("filled.xlsx", _macros, "it holds macros"),
        ("filled.xlsm", lambda c: c, "files of this kind are not accepted"),
        ("filled.csv", lambda c: b"a,b", "files of this kind are not accepted"),
        ("filled.xlsx", lambda c: b"Item,Title\n2.1,x", "of another kind than its name says"),
        ("filled.xlsx", _other_workbook, "This is not a workbook of this portal"),
        ("filled.xlsx", _bomb, "damaged or packed"),
        ("filled.xlsx", _many_cells, "far more than answers"),
        ("filled.xlsx", _entities, "damaged or packed"),
    ],
)
def test_a_file_that_is_no_filled_workbook(
    name: str, make_it: Callable[[bytes], bytes], said: str, desk: Any, browser: Client
) -> None:
    content = make.download(browser, desk.lead)
    assert said in refusal(browser, make_it(content), name=name)


def test_sheets_of_ones_own_are_named_as_not_read(desk: Any, browser: Client) -> None:
    editor = make.Editor(make.fill(make.download(browser, desk.lead), narrative="Done."))
    sheets = editor.tree(make.BOOK).find(f"{{{make.MAIN}}}sheets")
    assert sheets is not None
    sheets.append(sheets[0].__copy__())
    sheets[-1].set("name", "Notes")
    sent = make.send(browser, editor.content())
    assert (sent.state, sent.result["ignored"]) == (WorkbookState.READY, ["Notes"])
    assert "Notes. What stands on them is not taken over." in text(browser, sent.get_absolute_url())
