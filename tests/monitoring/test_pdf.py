"""The PDF: accessible, complete, in each script, and honest where it cannot be all of that."""

import io
import json
from datetime import UTC, date, datetime

import pikepdf
import pypdfium2
import pytest
from django.utils import translation

from accounts.models import Party
from monitoring.reports import pdf
from monitoring.reports.build import document_of
from monitoring.reports.document import is_rtl, paragraphs
from tests.factories import accounts, monitoring, recruitment

MADE = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
ARABIC = "فتحت الوزارة كل الوحدات للنساء"


@pytest.fixture
def nigeria(db):
    recruitment.load_reference()
    monitoring.catalogue()
    recruitment.release(
        {
            ("NGA", "UNMIL", "troops", date(2013, 11, 1)): (100, 900),
            ("NGA", "UNMIL", "troops", date(2013, 12, 1)): (334, 4502),
        }
    )
    return accounts.contributor("NGA")


@pytest.fixture
def period(db):
    return monitoring.period()


def file_of(snapshot, language="en"):
    rendition = snapshot.renditions.get(format="pdf", language=language)
    with rendition.stored_file.file.open("rb") as stored:
        return stored.read()


def text_of(data):
    with pypdfium2.PdfDocument(data) as document:
        pages = [document[n].get_textpage().get_text_range() for n in range(len(document))]
    return "\n".join(pages).replace("\r\n", "\n")


def squeezed(text):
    return " ".join(text.split())


def test_pdf_is_tagged_titled_and_says_that_it_is_pdf_ua(nigeria, period):
    monitoring.answer(nigeria, "2.1", period, verdict="2")
    snapshot = monitoring.report(nigeria, period)

    with pikepdf.open(io.BytesIO(file_of(snapshot))) as document:
        root = document.Root
        assert "/StructTreeRoot" in root
        assert root.MarkInfo.Marked
        assert str(root.Lang) == "en"
        assert root.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == f"Nigeria: report on resolution 1325, {period.name}"
            assert metadata["pdfuaid:part"] == "1"
    assert snapshot.renditions.get(format="pdf").standard == "ua-1"


def test_text_has_narrative_both_ratings_reason_and_digest(nigeria, period):
    monitoring.answer(
        nigeria, "2.1", period, rating="3", verdict="2", evidence=("The plan of June",)
    )
    snapshot = monitoring.report(nigeria, period)

    text = squeezed(text_of(file_of(snapshot)))

    for line in monitoring.NARRATIVE.splitlines():
        assert line in text
    assert "Claim Record Verdict" in text
    assert "Applied" in text
    assert "Adopted" in text
    assert "differs from the claim" in text
    assert "Only on paper." in text
    assert "The plan of June" in text
    assert "https://example.org/nga/2.1" in text
    assert snapshot.sha256 in text
    assert "Page 1 of" in text


def test_text_has_shares_with_numbers_and_says_when_figures_end(nigeria, period):
    snapshot = monitoring.report(nigeria, period)

    text = squeezed(text_of(file_of(snapshot)))

    assert "6.9 % 334 of 4,836" in text
    assert "No figures by type since December 2013" in text
    assert "Source:" in text


def test_missing_answers_stand_as_not_submitted(nigeria, period):
    text = squeezed(text_of(file_of(monitoring.report(nigeria, period))))

    assert "0 of 30 recommendations sent, 0 reviewed" in text
    assert "National answer Not submitted" in text
    assert text.count("Not submitted") > 30


def test_arabic_narrative_can_be_copied_out(nigeria, period):
    monitoring.answer(nigeria, "2.1", period, narrative=f"In Arabic:\n{ARABIC}")

    text = text_of(file_of(monitoring.report(nigeria, period)))

    assert all(word in text for word in ARABIC.split())


def test_arabic_report_is_arabic_throughout(nigeria, period):
    monitoring.answer(nigeria, "2.1", period, verdict="2", narrative=ARABIC)
    snapshot = monitoring.report(nigeria, period, language="ar")
    data = file_of(snapshot, "ar")

    with pikepdf.open(io.BytesIO(data)) as document:
        assert str(document.Root.Lang) == "ar"
        with document.open_metadata() as metadata:
            assert metadata["dc:title"].startswith("نيجيريا")
    text = text_of(data)
    assert all(word in text for word in ARABIC.split())
    assert "2.1" in text
    assert snapshot.renditions.get(format="pdf", language="ar").standard == "ua-1"


@pytest.mark.parametrize(
    "narrative",
    [
        "Done \N{THUMBS UP SIGN} in all units",
        "维和 in all units",
        "Done \U0001f469\u200d\u2708\ufe0f in all units",
    ],
)
def test_character_without_a_letter_form_costs_the_standard_not_the_report(
    nigeria, period, narrative
):
    monitoring.answer(nigeria, "2.1", period, narrative=narrative)

    snapshot = monitoring.report(nigeria, period)

    assert snapshot.renditions.get(format="pdf").standard == ""
    assert "in all units" in text_of(file_of(snapshot))


def test_control_characters_are_left_out(nigeria, period):
    monitoring.answer(nigeria, "2.1", period, narrative="A\x07bell\x1b and\x85 a\ttab\ufffe.")

    snapshot = monitoring.report(nigeria, period)

    assert snapshot.renditions.get(format="pdf").standard == "ua-1"
    assert "Abell and" in squeezed(text_of(file_of(snapshot)))


@pytest.mark.parametrize(
    "narrative",
    [
        '#panic("no")',
        "*bold* _it_ `raw` $x$ @ref <label>",
        '"\\u{0}" // comment /* */',
        "= Heading\n- list",
    ],
)
def test_what_somebody_wrote_is_never_markup(nigeria, period, narrative):
    monitoring.answer(nigeria, "2.1", period, narrative=narrative)

    snapshot = monitoring.report(nigeria, period)

    text = squeezed(text_of(file_of(snapshot)))
    assert squeezed(narrative) in text
    assert snapshot.renditions.get(format="pdf").standard == "ua-1"


def test_same_document_gives_the_same_bytes(nigeria, period):
    monitoring.answer(nigeria, "2.1", period, verdict="2")
    snapshot = monitoring.report(nigeria, period)
    with translation.override("en"):
        section = document_of(snapshot)

    assert pdf.render(section, MADE).data == pdf.render(section, MADE).data


def test_illustrative_party_is_marked_on_every_page(nigeria, period):
    Party.objects.filter(pk=nigeria.pk).update(is_illustrative=True)
    monitoring.answer(nigeria, "2.1", period)
    data = file_of(monitoring.report(Party.objects.get(pk=nigeria.pk), period))

    with pypdfium2.PdfDocument(data) as document:
        pages = [document[n].get_textpage().get_text_range() for n in range(len(document))]

    assert len(pages) > 2
    assert all("Illustrative" in page for page in pages)


def test_chart_has_a_text_for_those_who_cannot_see_it(nigeria, period):
    section = document_of(monitoring.report(nigeria, period))
    data = file_of(monitoring.report(nigeria, period))

    with pikepdf.open(io.BytesIO(data)) as document:
        texts = [
            str(o.Alt)
            for o in document.objects
            if isinstance(o, pikepdf.Dictionary) and "/Alt" in o
        ]

    assert section["deployment"]["alt"].startswith("Women among uniformed personnel: 6.9\u00a0%")
    assert section["deployment"]["alt"] in texts


@pytest.mark.parametrize(
    ("text", "expected"), [("Done", False), (ARABIC, True), ("2.1: " + ARABIC, True), ("12", False)]
)
def test_direction_is_that_of_the_first_letter(text, expected):
    assert is_rtl(text) is expected


def test_paragraphs_leave_out_empty_lines():
    assert paragraphs("One\n\n  \nTwo ") == [
        {"text": "One", "rtl": False},
        {"text": "Two", "rtl": False},
    ]


def test_report_of_dpko_has_no_figures_and_no_points(period, db):
    monitoring.catalogue()
    snapshot = monitoring.report(accounts.dpko(), period)

    section = document_of(snapshot)

    assert section["points"] == []
    assert section["deployment"]["rows"] == []
    assert "No deployment figures are in the portal" in text_of(file_of(snapshot))
    assert json.loads(snapshot.content)["party"]["code"] == "DPKO"
