"""From a ministry's draft to the report that the scheduler makes, in a real browser."""

import io
import json
import re
import time

import pikepdf
import pypdfium2
import pytest

from tests.journeys.browser import person, press, violations

pytestmark = pytest.mark.journey

PASSWORD = "a long password"
NARRATIVE = "The plan was adopted in March and three battalions apply it."
MENDED = "The plan of 3 March is applied by battalions 1, 2 and 7."
RETURN_REASON = "Name the battalions."
VERDICT_REASON = "The order shows the decision, not its use in the battalions."
ARRANGE = """
import json
from actionplans.models import CatalogueItem
from tests.factories import accounts, actionplans
item = CatalogueItem.objects.get(code="2.1", is_current=True)
nga = actionplans.desk("NGA", item)
arg = actionplans.desk("ARG", item, nga.period)
accounts.mandate(nga.reviewer, arg.party)
people = ("contributor", "validator", "coordinator", "reviewer")
print(json.dumps({"update": nga.update.pk, **{p: getattr(nga, p).email for p in people}}))
"""
CLOSE = """
from datetime import timedelta
from actionplans.models import ReportingPeriod
from common import clock
ReportingPeriod.objects.update(
    due_at=clock.now() + timedelta(seconds=1), closes_at=clock.now() + timedelta(seconds=4)
)
"""


def _visit(page, path):
    response = page.goto(path)
    assert response.status == 200, path
    assert violations(page) == [], path


def _draft_with_evidence(page, update, plan):
    _visit(page, "/")
    _visit(page, f"{update}edit/")
    page.fill("[name=narrative]", NARRATIVE)
    page.check("[name=rating][value='3']")
    page.set_input_files("[name=file]", plan)
    page.fill("[name=file_title]", "National action plan")
    press(page, re.compile("Save"))
    _visit(page, f"{update}edit/")
    assert page.input_value("[name=narrative]") == NARRATIVE
    assert page.get_by_text("National action plan").count() >= 1
    press(page, re.compile("Submit"))
    assert page.get_by_text("Submitted").count() >= 1


def _sign(page, update):
    _visit(page, "/")
    _visit(page, f"{update}sign/")
    press(page, re.compile("Sign"))


def _return_the_narrative(page, update):
    _visit(page, "/p/NGA/updates/")
    _visit(page, f"{update}return/")
    page.fill("[name=narrative]", RETURN_REASON)
    press(page, re.compile("Return"))


def _mend(page, update):
    _visit(page, "/")
    _visit(page, f"{update}edit/")
    assert page.get_by_text(RETURN_REASON).count() >= 1
    assert page.locator("[name=measures]").count() == 0
    page.fill("[name=narrative]", MENDED)
    press(page, re.compile("Submit"))


def _endorse_and_send(page, update):
    _visit(page, f"{update}endorse/")
    press(page, re.compile("Endorse"))
    _visit(page, "/p/NGA/submission/")
    press(page, re.compile("Send"))


def _review_lower_and_compare(page, update):
    _visit(page, "/monitoring/")
    _visit(page, "/monitoring/queue/")
    _visit(page, f"{update}review/")
    page.check("[name=verdict][value='2']")
    page.fill("[name=verdict_reason]", VERDICT_REASON)
    press(page, re.compile("verdict|review|Review"))
    _visit(page, update)
    assert page.get_by_text(VERDICT_REASON).count() >= 1
    _visit(page, "/monitoring/compare/?party=NGA&party=ARG")
    row = page.locator("tr", has=page.locator("th", has_text=re.compile(r"^\s*2\.1\b"))).first
    words = re.sub(r"\s+", " ", row.inner_text())
    assert "Claim Applied Verdict Adopted differs" in words


def test_national_answer_from_draft_to_report(portal, browser, tmp_path):
    arranged = json.loads(portal.shell(ARRANGE))
    update = f"/p/NGA/updates/{arranged['update']}/"
    plan = tmp_path / "plan.txt"
    plan.write_text("The national action plan, adopted on 3 March.")
    steps = (
        ("contributor", lambda page: _draft_with_evidence(page, update, plan)),
        ("validator", lambda page: _sign(page, update)),
        ("coordinator", lambda page: _return_the_narrative(page, update)),
        ("contributor", lambda page: _mend(page, update)),
        ("validator", lambda page: _sign(page, update)),
        ("coordinator", lambda page: _endorse_and_send(page, update)),
        ("reviewer", lambda page: _review_lower_and_compare(page, update)),
    )
    for who, step in steps:
        with person(browser, portal, arranged[who], PASSWORD) as page:
            step(page)
    portal.shell(CLOSE)
    with person(browser, portal, arranged["coordinator"], PASSWORD) as page:
        pdf = _report_made_by_the_clock(page)
    _check_pdf(pdf)


def _report_made_by_the_clock(page):
    """Wait for the scheduler's final report; its PDF."""
    for _second in range(60):
        page.goto("/p/NGA/reports/")
        final = page.locator("main tr", has_text="Final").locator("a[href*='report.pdf']")
        if final.count():
            break
        time.sleep(1)
    assert violations(page) == []
    response = page.request.get(final.first.get_attribute("href"))
    page.goto(re.sub(r"report\.pdf.*$", "", final.first.get_attribute("href")))
    assert violations(page) == []
    return response.body()


def _check_pdf(data):
    document = pypdfium2.PdfDocument(data)
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    text = re.sub(r"\s+", " ", text)
    for words in (MENDED, "Claim Applied", "Verdict Adopted", VERDICT_REASON):
        assert words in text
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang).startswith("en")
        with pdf.open_metadata() as metadata:
            assert "Nigeria" in metadata["dc:title"]
            assert metadata["pdfuaid:part"] == "1"
