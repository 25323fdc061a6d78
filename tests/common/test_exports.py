"""A spreadsheet must run nothing, and the text must read back the same."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from common import clock
from common.exports import escape_cell, table_file, unescape_cell, wanted_format

STARTS = ("=", "+", "-", "@", "\t", "\r")
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"])) | st.builds(
    "{}{}".format,
    st.sampled_from(["=", "+", "-", "@", "\t", "'=", "''@", "_x0041_"]),
    st.text("a1("),
)


def file_of(
    kind: str, header: Sequence[str], rows: Sequence[Sequence[object]], query: str = ""
) -> HttpResponse:
    request = RequestFactory().get(f"/p/NGA/list/?format={kind}{query}")
    return table_file(request, "figures", header, rows, source="United Nations")


def sheet_of(response: HttpResponse, name: str = "Table") -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    return book.get_sheet_by_name(name).to_python()


# --- Cells ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("start", STARTS)
def test_escape_cell_text_that_starts_a_formula(start: str) -> None:
    assert escape_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("value", [-5, 0, 1.5, None, "Nigeria", "'s-Hertogenbosch", ""])
def test_escape_cell_leaves_numbers_and_plain_text(value: object) -> None:
    assert escape_cell(value) == value


def test_escape_cell_lazy_text() -> None:
    assert escape_cell(gettext_lazy("=SUM(A1)")) == "'=SUM(A1)"


@given(WORDS)
def test_escape_cell_reads_back_the_same(text: str) -> None:
    escaped = escape_cell(text)
    assert isinstance(escaped, str)
    assert not escaped.startswith(STARTS)
    assert unescape_cell(escaped) == text


def test_escape_cell_takes_whatever_becomes_text() -> None:
    class Institution:
        def __str__(self) -> str:
            return "=HYPERLINK(1)"

    assert escape_cell(Institution()) == "'=HYPERLINK(1)"


# --- Files ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("asked", "given_"), [("csv", "csv"), ("xlsx", "xlsx"), ("pdf", "")])
def test_wanted_format_is_one_that_there_is(asked: str, given_: str) -> None:
    assert wanted_format(RequestFactory().get("/", {"format": asked})) == given_


def test_csv_is_a_file_for_a_spreadsheet() -> None:
    rows = [
        ["Côte d’Ivoire", -1, date(2013, 12, 1)],
        ["@x", 2, datetime(2013, 1, 2, 3, tzinfo=UTC)],
    ]
    response = file_of("csv", ["land", "=women", "day"], rows)
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")))) == [
        ["land", "'=women", "day"],
        ["Côte d’Ivoire", "-1", "2013-12-01"],
        ["'@x", "2", "2013-01-02T03:00:00+00:00"],
    ]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="figures.csv"'


def test_xlsx_keeps_numbers_as_numbers_and_dates_as_dates() -> None:
    rows = [
        ["NGA", 334, Decimal("6.9"), date(2013, 12, 1), datetime(2013, 1, 2, 3, tzinfo=UTC), None]
    ]
    response = file_of("xlsx", ["Code", "Women", "Share", "Day", "At", "Remark"], rows)
    head, row = sheet_of(response)
    assert head == ["Code", "Women", "Share", "Day", "At", "Remark"]
    assert row == ["NGA", 334.0, 6.9, date(2013, 12, 1), datetime(2013, 1, 2, 3), ""]  # noqa: DTZ001
    assert response["Content-Disposition"] == 'attachment; filename="figures.xlsx"'


@given(st.lists(WORDS.filter(bool), min_size=1, max_size=5))
def test_xlsx_runs_nothing_and_reads_back_the_same(texts: list[str]) -> None:
    response = file_of("xlsx", ["Text"], [[text] for text in texts])
    cells = [str(row[0]) for row in sheet_of(response)[1:]]
    assert [cell for cell in cells if cell.startswith(STARTS)] == []
    assert [unescape_cell(cell) for cell in cells] == texts
    assert b"<f>" not in ZipFile(io.BytesIO(response.content)).read("xl/worksheets/sheet1.xml")


def test_xlsx_makes_no_link_of_an_address() -> None:
    response = file_of("xlsx", ["Text"], [["https://example.org/"]])
    sheet = ZipFile(io.BytesIO(response.content)).read("xl/worksheets/sheet1.xml")
    assert b"hyperlink" not in sheet


def test_xlsx_names_the_page_the_filters_and_the_source() -> None:
    with clock.at(datetime(2026, 6, 30, 17, tzinfo=UTC)):
        response = file_of("xlsx", ["Text"], [], "&theme=2&page=3&sort=-date&state=")
    assert sheet_of(response, "About this table") == [
        ["Page", "http://testserver/p/NGA/list/?theme=2&sort=-date&state="],
        ["Filters", "theme = 2"],
        ["Source", "United Nations"],
        ["Made (UTC)", datetime(2026, 6, 30, 17)],  # noqa: DTZ001
    ]


def test_xlsx_head_row_is_bold_and_stays() -> None:
    book = ZipFile(io.BytesIO(file_of("xlsx", ["Text"], [["x"]]).content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert '<pane xSplit="1" ySplit="1"' in sheet
    assert 'state="frozen"' in sheet
    assert b"<b/>" in book.read("xl/styles.xml")


@pytest.mark.parametrize(("language", "runs"), [("ar", True), ("en", False)])
def test_xlsx_runs_from_right_to_left_in_arabic(language: str, runs: bool) -> None:
    with translation.override(language):
        book = ZipFile(io.BytesIO(file_of("xlsx", ["Text"], []).content))
    assert (b'rightToLeft="1"' in book.read("xl/worksheets/sheet1.xml")) is runs


def test_xlsx_says_where_a_text_is_too_long_for_it() -> None:
    response = file_of("xlsx", ["Text"], [["x" * 40_000]])
    cell = str(sheet_of(response)[1][0])
    assert len(cell) == 32_767
    assert cell.endswith("(cut here; the CSV file has the whole text)")


def test_file_name_in_another_script() -> None:
    request = RequestFactory().get("/?format=csv")
    disposition = table_file(request, "تقرير", [], [])["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''%D8")
