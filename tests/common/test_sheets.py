"""Spreadsheets of other programs are read cell by cell, hostile ones at no cost to the portal."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from common import sheet_child
from common.errors import DomainError
from common.exports import _xlsx
from common.sheets import Cell, Sheet, place, read_sheets

TRANSITIONAL = "http://schemas.openxmlformats.org"
STRICT = "http://purl.oclc.org/ooxml"
TYPES = "{base}/officeDocument{year}/relationships"
Write = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """The least that is a workbook: one sheet with these rows, these shared strings."""

    def write(rows: str, shared: str = "", *, base: str = TRANSITIONAL, head: str = "") -> Path:
        year = "/2006" if base == TRANSITIONAL else ""
        main, relations = f"{base}/spreadsheetml{year}/main", TYPES.format(base=base, year=year)
        package = f"{TRANSITIONAL}/package/2006/relationships"
        members = {
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="a" '
            f'Type="{relations}/officeDocument" Target="/book/main.xml"/></Relationships>',
            "book/main.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
            '<sheet name="One" sheetId="1" r:id="b" state="hidden"/></sheets></workbook>',
            "book/_rels/main.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="b" '
            f'Type="{relations}/worksheet" Target="sheets/s.xml"/><Relationship Id="c" '
            f'Type="{relations}/sharedStrings" Target="../book/strings.xml"/></Relationships>',
            "book/strings.xml": f'<sst xmlns="{main}">{shared}</sst>',
            "book/sheets/s.xml": f'{head}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>'
            '<mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>',
        }
        path = tmp_path / "written.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path

    return write


SHARED = (
    "<si><t>plain</t></si>"
    "<si><r><rPr><b/></rPr><t>two </t></r><r><t>runs</t></r><rPh><t>aid</t></rPh></si>"
    "<si><t>_x005F_x0041_ and _x000D_</t></si>"
)
ROWS = (
    '<row r="2"><c r="B2" t="s"><v>0</v></c><c t="s"><v>1</v></c><c r="E2" t="s"><v>2</v></c></row>'
    '<row><c t="inlineStr"><is><t xml:space="preserve"> in place </t></is></c><c><v>4.5</v></c>'
    '<c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="str"><f>A1</f><v>out</v></c><c/></row>'
)
FOUND = {
    (2, 2): Cell("s", "plain"),
    (2, 3): Cell("s", "two runs"),
    (2, 5): Cell("s", "_x0041_ and \r"),
    (3, 1): Cell("s", " in place "),
    (3, 2): Cell("n", "4.5"),
    (3, 3): Cell("b", "1"),
    (3, 4): Cell("e", "#N/A"),
    (3, 5): Cell("f", "out"),
}


@pytest.mark.parametrize("base", [TRANSITIONAL, STRICT])
def test_every_kind_of_cell_of_either_dialect(base: str, written: Write) -> None:
    (sheet,) = read_sheets(written(ROWS, SHARED, base=base))
    assert sheet == Sheet("One", "hidden", ["A1:B1"], FOUND)
    assert [sheet.text(2, 2), sheet.text(9, 9), place(2, 28)] == ["plain", "", "AB2"]


def test_what_is_read_is_what_a_library_reads(tmp_path: Path) -> None:
    rows = [["=1+1", "- a\n- b", " spaced "], ["٣ مطبَّق", "🕊️", "_x0041_"]]
    path = tmp_path / "table.xlsx"
    path.write_bytes(_xlsx(["One", "Two", "Three"], rows, []))
    sheet = read_sheets(path)[0]
    ours = [[sheet.text(row, column) for column in (1, 2, 3)] for row in (1, 2, 3)]
    assert ours == CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize(
    ("rows", "head"),
    [
        ('<row><c t="s"><v>3</v></c></row>', ""),
        ('<row><c t="s"><v>-1</v></c></row>', ""),
        ('<row><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', ""),
        ('<row><c r="1A"><v>1</v></c></row>', ""),
        ('<row r="x"><c><v>1</v></c></row>', ""),
        ("<row>", ""),
        ("<row><c><v>&a;</v></c></row>", '<!DOCTYPE worksheet [<!ENTITY a "b">]>'),
    ],
)
def test_a_broken_sheet_is_refused(rows: str, head: str, written: Write) -> None:
    with pytest.raises(DomainError, match="The workbook is damaged"):
        read_sheets(written(rows, SHARED, head=head))


def test_too_many_cells_or_letters_end_the_reading(written: Write) -> None:
    cells = "".join("<row><c><v>1</v></c></row>" for _ in range(sheet_child.MOST_CELLS + 1))
    with pytest.raises(DomainError, match="far more than answers"):
        read_sheets(written(cells))
    letters = "x" * (sheet_child.MOST_CHARACTERS + 1)
    with pytest.raises(DomainError, match="far more than answers"):
        read_sheets(written("", f"<si><t>{letters}</t></si>"))


def test_one_text_that_many_cells_share_counts_each_time(written: Write) -> None:
    cells = "".join('<row><c t="s"><v>0</v></c></row>' for _ in range(1_000))
    with pytest.raises(DomainError, match="far more than answers"):
        read_sheets(written(cells, f"<si><t>{'x' * 9_000}</t></si>"))


def test_a_process_that_does_not_end_is_stopped(
    written: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.limited.SECONDS", 0.001)
    with pytest.raises(DomainError, match="far more than answers"):
        read_sheets(written(ROWS, SHARED))
