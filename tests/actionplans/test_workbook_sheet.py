"""What a downloaded workbook looks like: what can be filled in, what is locked and says why."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from xlsxwriter.utility import xl_cell_to_rowcol

from actionplans.enums import ItemKind, Part
from actionplans.models import ProgressUpdate
from actionplans.services import updates
from common.sheets import read_sheets
from tests.factories import actionplans
from tests.factories import workbooks as make
from tests.factories.pages import more_answers

pytestmark = pytest.mark.django_db
M = f"{{{make.MAIN}}}"
STATE = 5  # column


@pytest.fixture
def desk() -> Any:
    return actionplans.desk()


@pytest.fixture
def browser(desk: Any, signed_in: Callable[..., Client]) -> Client:
    return signed_in(desk.contributor)


@pytest.fixture
def sheets(tmp_path: Any) -> Callable[[bytes], list[Any]]:
    def read(content: bytes) -> list[Any]:
        path = tmp_path / "workbook.xlsx"
        path.write_bytes(content)
        return read_sheets(path)

    return read


def open_cells(content: bytes) -> set[str]:
    """Cells that the sheet's protection lets be written."""
    editor = make.Editor(content)
    formats = list(editor.tree("xl/styles.xml").find(f"{M}cellXfs") or ())
    unlocked = {n for n, one in enumerate(formats) if _is_unlocked(one)}
    cells = editor.tree().iter(f"{M}c")
    return {cell.get("r", "") for cell in cells if int(cell.get("s", "0")) in unlocked}


def _is_unlocked(one: Any) -> bool:
    protection = one.find(f"{M}protection")
    return protection is not None and protection.get("locked") == "0"


def validations(content: bytes) -> dict[str, str]:
    """Cell -> range of the list that it offers."""
    found = make.Editor(content).tree().iter(f"{M}dataValidation")
    return {one.get("sqref", ""): one[0].text or "" for one in found if one.get("type") == "list"}


def test_only_answers_that_can_be_written_are_open(
    desk: Any, browser: Client, sheets: Callable[[bytes], list[Any]]
) -> None:
    second, third = more_answers(desk, 2)
    desk.update = second
    actionplans.bring_to(desk, "submitted")
    desk.update = third
    actionplans.bring_to(desk, "submitted")
    third.refresh_from_db()
    updates.return_update(
        update=third, version=third.version, reasons={Part.RATING: "Too high."}, by=desk.validator
    )
    content = make.download(browser, desk.lead)
    assert open_cells(content) == {"F5", "G5", "H5", "I5", "J5", "G7", "H7"}
    assert set(validations(content)) == {"G5", "G7"}
    _guidance, answers, _machine = sheets(content)
    assert answers.text(5, STATE) == "Draft"
    assert answers.text(6, STATE) == "Locked. State of the answer now: submitted."
    assert answers.text(7, STATE).startswith("Returned, open until ")
    assert answers.text(7, STATE).endswith("Only the white cells were returned. Too high.")


@pytest.mark.parametrize("kind", ItemKind)
def test_the_list_offers_the_ratings_of_the_kind_in_words(
    kind: str, signed_in: Callable[..., Client], sheets: Callable[[bytes], list[Any]]
) -> None:
    desk = actionplans.desk(made_item=actionplans.item(kind=kind))
    content = make.download(signed_in(desk.contributor), desk.lead)
    area = validations(content)["G5"].removeprefix("_waypost!").replace("$", "")
    (row, first), (_row, last) = (xl_cell_to_rowcol(corner) for corner in area.split(":"))
    machine = sheets(content)[2]
    offered = [machine.text(row + 1, column + 1) for column in range(first, last + 1)]
    assert (
        offered
        == {
            "standing": [
                "0 Not started",
                "1 In preparation",
                "2 Adopted",
                "3 Applied",
                "4 Sustained",
                "Not applicable",
            ],
            "act": ["Not done", "Under way", "Done", "Not applicable"],
            "consider": ["Open", "Decided: yes", "Decided: no", "Not applicable"],
        }[kind]
    )


@pytest.mark.parametrize(("language", "from_the_right"), [("en", None), ("ar", "1")])
def test_each_sheet_is_protected_and_runs_as_its_language(
    language: str, from_the_right: str | None, desk: Any, browser: Client
) -> None:
    browser.cookies["django_language"] = language
    editor = make.Editor(make.download(browser, desk.lead))
    for name in ("xl/worksheets/sheet1.xml", make.ANSWERS):
        tree = editor.tree(name)
        view = tree.find(f"{M}sheetViews/{M}sheetView")
        assert view is not None
        assert view.get("rightToLeft") == from_the_right
        assert tree.find(f"{M}sheetProtection") is not None
    states = [one.get("state") for one in editor.tree(make.BOOK).iter(f"{M}sheet")]
    assert states == [None, None, "veryHidden"]


def test_text_that_looks_like_a_formula_bears_the_formats_apostrophe(
    desk: Any, browser: Client
) -> None:
    ProgressUpdate.objects.update(narrative="=1+1", measures="Plain.")
    editor = make.Editor(make.download(browser, desk.lead))
    formats = list(editor.tree("xl/styles.xml").find(f"{M}cellXfs") or ())
    marked = {
        ref: formats[int(editor.cell(ref).get("s", "0"))].get("quotePrefix") for ref in ("F5", "I5")
    }
    assert marked == {"F5": "1", "I5": None}
    assert list(editor.tree().iter(f"{M}f")) == []


def test_guidance_names_the_deadline_whom_to_ask_and_where_to_send_it(
    desk: Any, browser: Client, sheets: Callable[[bytes], list[Any]]
) -> None:
    guidance = sheets(make.download(browser, desk.lead))[0]
    lines = [cell.text for cell in guidance.cells.values()]
    assert f"{desk.coordinator.name}, {desk.other.name}" in lines
    assert "1 of 1 can be filled in; the others say why not." in lines
    page = "http://testserver/p/NGA/workbook/?period=2026-H1"
    assert f"Sign in and send it here: {page}" in lines
    assert [line for line in lines if line.endswith("time")] != []


def test_last_claim_is_that_of_the_period_before(
    desk: Any, browser: Client, sheets: Callable[[bytes], list[Any]]
) -> None:
    actionplans.bring_to(desk, "transmitted")
    later = actionplans.period("2026-H2", opened_days_ago=1)
    ProgressUpdate.objects.create(assignment=desk.update.assignment, period=later)
    answers = sheets(make.download(browser, desk.lead, period=later.code))[1]
    assert answers.text(5, 4) == "3 Applied (Period 2026-H1)"
