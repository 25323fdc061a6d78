"""A country's national answer, from three ministries' drafts to the report of the close.

Everybody has a window of their own and goes from page to page as a reader would; at each step the
pages say where the answers are and what waits for whom.
"""

import io
import json
import re
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from tests.factories import workbooks
from tests.journeys.browser import follow, person, press, said, violations

pytestmark = pytest.mark.journey

PASSWORD = "a long password"
NARRATIVE = "The plan was adopted in March and three battalions apply it."
CONTRIBUTED = "Our missions abroad report on it each quarter."
MENDED = "The plan of 3 March is applied by battalions 1, 2 and 7."
RETURN_REASON = "Name the battalions."
VERDICT_REASON = "The order shows the decision, not its use in the battalions."
REPLY = "The orders of the three battalions follow in the next period."
ARRANGE = """
import json
from accounts.enums import RoleCode, Sector
from actionplans.models import CatalogueItem, ProgressUpdate
from tests.factories import accounts, actionplans

def item(code):
    return CatalogueItem.objects.get(code=code, is_current=True)

def led(institution, code):
    assignment = actionplans.assignment(nga.party, institution, item(code))
    return ProgressUpdate.objects.create(assignment=assignment, period=nga.period)

nga = actionplans.desk("NGA", item("2.1"))
arg = actionplans.desk("ARG", item("2.1"), nga.period)
accounts.mandate(nga.reviewer, arg.party)
interior = accounts.institution(nga.party, "Ministry of Interior", Sector.INTERIOR)
foreign = accounts.institution(nga.party, "Ministry of Foreign Affairs", Sector.FOREIGN_AFFAIRS)
nga.update.assignment.supporting.add(foreign)
for institution, code in ((interior, "2.1.c"), (interior, "2.1.e"), (foreign, "2.1.d")):
    led(institution, code)
people = {
    "Amina Bello": nga.contributor,
    "Chidi Okafor": nga.validator,
    "Ngozi Eze": nga.coordinator,
    "Ruth Hansen": nga.reviewer,
    "Ibrahim Musa": accounts.member(nga.party, RoleCode.CONTRIBUTOR, interior),
    "Sani Garba": accounts.member(nga.party, RoleCode.VALIDATOR, interior),
    "Femi Ade": accounts.member(nga.party, RoleCode.CONTRIBUTOR, foreign),
    "Paul Meyer": accounts.member(accounts.dpko(), RoleCode.COORDINATOR),
}
for name, one in people.items():
    one.name = name
    one.save()
print(json.dumps({
    "people": {name.split()[0].lower(): one.email for name, one in people.items()},
    "until": nga.period.closes_at.isoformat(),
}))
"""
PAST_DUE = """
from datetime import timedelta
from actionplans.models import ReportingPeriod
from common import clock
ReportingPeriod.objects.update(due_at=clock.now() - timedelta(minutes=1))
"""
CLOSE = """
from datetime import timedelta
from actionplans.models import Extension, ReportingPeriod
from common import clock
closes = clock.now() + timedelta(seconds=4)
Extension.objects.update(until=closes)
ReportingPeriod.objects.update(closes_at=closes)
"""


def _visit(page, path):
    response = page.goto(path)
    assert response.status == 200, path
    assert violations(page) == [], path


def _start(page, *words, waits):
    """The start page says these words, and the bar above it how many answers wait."""
    page.goto("/")  # which is checked for all its readers elsewhere
    _says(page, *words)
    assert page.locator(".topbar .waiting .count").inner_text() == str(waits), said(page)


def _says(page, *words):
    text = said(page)
    for one in words:
        assert one in text, f"{one!r} is not in: {text}"


def _open(page, code):
    """Follow the link of an answer by the number of its item."""
    follow(page, re.compile(rf"^{re.escape(code)}(?![.\w])"))


def _tick_all(page, kind):
    """The list of what waits, with all its rows ticked."""
    follow(page, kind)
    page.get_by_label(re.compile("rows? on this page")).check()


# --- The ministries -----------------------------------------------------------------------------
def _support(femi):
    _start(femi, "Contribute to answers of other institutions 2.1 National action plan", waits=2)
    _open(femi, "2.1")
    _says(
        femi, "Contribution of Ministry of Foreign Affairs to the answer that Ministry of Defence"
    )
    femi.fill("[name=text]", CONTRIBUTED)
    press(femi, "Hand over to the lead institution")
    _says(femi, CONTRIBUTED)


def _write(amina, plan):
    _start(amina, "Write and submit 2.1 National action plan", waits=1)
    _open(amina, "2.1")
    follow(amina, "Write the answer")
    _says(amina, "1 supporting institution: what it contributes", CONTRIBUTED)
    amina.fill("[name=narrative]", NARRATIVE)
    amina.check("[name=rating][value='3']")
    press(amina, "Put into the narrative")
    assert NARRATIVE in amina.input_value("[name=narrative]")
    assert CONTRIBUTED in amina.input_value("[name=narrative]")
    amina.set_input_files("[name=file]", plan)
    amina.fill("[name=file_title]", "National action plan, signed")
    press(amina, "Save draft")
    _start(amina, "Nigeria: 0 of", "Write and submit 2.1", waits=1)
    _open(amina, "2.1")
    follow(amina, "Write the answer")
    assert CONTRIBUTED in amina.input_value("[name=narrative]")
    _says(amina, "National action plan, signed")
    press(amina, "Submit to the validator")
    _says(
        amina,
        "2.1 was submitted. Told by mail: Chidi Okafor (Ministry of Defence).",
        "Has it now: Chidi Okafor",
    )
    _start(amina, "Nigeria: 1 of", waits=0)


def _fill_the_workbook(ibrahim, folder):
    """One institution works in its workbook only, and submits what came of it at once."""
    _start(ibrahim, "Write and submit 2.1.c", "2.1.e", waits=2)
    follow(ibrahim, "Work without a connection")
    _says(ibrahim, "Ministry of Interior 2 2")
    with ibrahim.expect_download() as download:
        ibrahim.get_by_role("link", name="Download Ministry of Interior").click()
    content = Path(download.value.path()).read_bytes()
    for number, text in enumerate(("Figures by sex are published.", "Two posts are funded.")):
        content = workbooks.fill(content, number, narrative=text, rating="2")
    filled = folder / "interior.xlsx"
    filled.write_bytes(content)
    ibrahim.set_input_files("[name=file]", filled)
    press(ibrahim, "Show what it would change")
    _says(ibrahim, "The workbook would change 2 answers", "Figures by sex are published.")
    press(ibrahim, "Take over 2 answers")
    _says(ibrahim, "2 answers were taken over from the workbook", "These answers are drafts")
    press(ibrahim, "See which can be submitted")
    _says(ibrahim, "Will be told by mail: Sani Garba, Ministry of Interior.")
    press(ibrahim, "Submit 2 answers")
    _says(ibrahim, "2 answers were submitted. Told by mail: Sani Garba (Ministry of Interior).")
    ibrahim.go_back()
    ibrahim.go_back()
    ibrahim.reload()
    assert "What comes next" not in said(ibrahim)
    _start(ibrahim, waits=0)


def _sign(validator):
    """The only answer that waits, on its own page."""
    _start(validator, "Sign or return 2.1 National action plan", waits=1)
    _open(validator, "2.1")
    follow(validator, "Sign for Ministry of Defence")
    press(validator, "Sign for Ministry of Defence")
    _says(validator, "2.1 was signed for Ministry of Defence.", "Has it now: Ngozi Eze")
    _start(validator, waits=0)


def _sign_many(sani):
    _start(sani, "Sign or return 2.1.c", "2.1.e", waits=2)
    _tick_all(sani, "Sign or return")
    press(sani, "Sign the ticked answers")
    _says(sani, "They go on to be endorsed.")
    press(sani, "Sign 2 answers")
    _says(sani, "2 answers were signed.")
    _start(sani, waits=0)


# --- Part of an answer goes back ----------------------------------------------------------------
def _return_the_narrative(ngozi):
    _start(ngozi, "Nigeria: 3 of", "Endorse or return 2.1 National action plan", waits=3)
    _open(ngozi, "2.1")
    follow(ngozi, "Return to Ministry of Defence")
    ngozi.fill("[name=narrative]", RETURN_REASON)
    press(ngozi, "Return to Ministry of Defence")
    _says(
        ngozi,
        "2.1 was returned to Ministry of Defence. Told by mail: Amina Bello",
        "Has it now: Amina Bello",
    )


def _mend(amina):
    _start(amina, f"returned: The narrative. Reason: {RETURN_REASON}", waits=1)
    _open(amina, "2.1")
    follow(amina, "Write the answer")
    _says(amina, RETURN_REASON)
    assert amina.locator("[name=measures]").count() == 0
    amina.fill("[name=narrative]", f"{MENDED}\n\n{CONTRIBUTED}")
    press(amina, "Submit to the validator")
    _says(amina, "Has it now: Chidi Okafor")


# --- More time ----------------------------------------------------------------------------------
def _ask_for_time(ngozi, until):
    _visit(ngozi, "/p/NGA/submission/")
    _says(ngozi, "0 of")
    follow(ngozi, "Ask for more time")
    ngozi.fill("[name=until]", until.strftime("%Y-%m-%dT%H:%M"))
    ngozi.fill("[name=reason]", "The flood closed the ministry of foreign affairs.")
    press(ngozi, "Ask for more time")
    _says(ngozi, "DPKO has not decided on more time yet")


def _give_time(paul):
    _start(paul, "Party asks for more time 1", waits=1)
    follow(paul, "Party asks for more time")
    follow(paul, "Decide on Nigeria")
    _says(paul, "Nigeria asks for more time", "The flood closed the ministry", "Ngozi Eze")
    paul.fill("[name=reason]", "The flood is known.")
    press(paul, "Give this time")
    _start(paul, waits=0)


def _write_in_the_time_that_was_given(femi):
    _start(femi, "Lagos time (extended)", "Write and submit 2.1.d", waits=1)
    _open(femi, "2.1.d")
    follow(femi, "Write the answer")
    _says(femi, "the signature is skipped")
    femi.fill("[name=narrative]", "A strategy is being drafted.")
    femi.check("[name=rating][value='1']")
    press(femi, "Submit to the coordinator")
    _says(femi, "Has it now: Ngozi Eze")
    _start(femi, waits=0)


# --- The national answer ------------------------------------------------------------------------
def _endorse_many_and_send(ngozi):
    _start(ngozi, "Nigeria: 4 of", "Endorse or return 2.1 ", "2.1.d", waits=4)
    _tick_all(ngozi, "Endorse or return")
    press(ngozi, "Endorse the ticked answers")
    press(ngozi, "Endorse 4 answers")
    _says(ngozi, "4 answers were endorsed.")
    _start(ngozi, "Send as the national answer 4", waits=4)
    follow(ngozi, "Send as the national answer")
    _says(
        ngozi,
        "Nigeria: 4 of 34 answers ready",
        "4 answers go to their reviewers",
        "It is on time.",
        "Ruth Hansen",
    )
    press(ngozi, "Send the national answer")
    _says(ngozi, "Nigeria: 4 of 34 answers sent, 30 missing", "Lagos time (extended)", "On time")


# --- The review ---------------------------------------------------------------------------------
def _ask_twice(ruth):
    _start(ruth, "Sent and not reviewed yet 4", waits=4)
    follow(ruth, "Sent and not reviewed yet")
    for question in ("Which battalions come next?", "Since when?"):
        _visit(ruth, "/monitoring/queue/")
        _open(ruth, "2.1")
        follow(ruth, "Ask for a clarification")
        ruth.fill("[name=question]", question)
        press(ruth, "Ask the question")
        _says(ruth, "The question was asked.")
    _start(ruth, "Waiting for the party’s clarification 1", waits=4)


def _answer_a_question(page, number, answer):
    _start(page, "Reply to a reviewer’s question 2.1 National action plan", waits=1)
    _open(page, "2.1")
    follow(page, f"Reply to clarification {number}")
    page.fill("[name=answer]", answer)
    press(page, "Send the reply")
    _says(page, "The question was answered.")


def _give_verdicts(ruth):
    _start(ruth, "Clarified, waiting for your verdict 1", waits=4)
    follow(ruth, "Clarified, waiting for your verdict")
    _open(ruth, "2.1")
    _says(ruth, "Battalions 3 and 4.", "Since 3 March.")
    follow(ruth, "Give the verdict")
    ruth.check("[name=verdict][value='2']")
    ruth.fill("[name=verdict_reason]", VERDICT_REASON)
    press(ruth, "Give the verdict")
    _says(ruth, "2.1 of Nigeria was reviewed.", VERDICT_REASON)
    _visit(ruth, "/monitoring/queue/")
    _says(ruth, "3 answers wait for review")
    ruth.get_by_label(re.compile("rows? on this page")).check()
    press(ruth, "Confirm the claims of the ticked answers")
    press(ruth, "Confirm 3 claims")
    _start(ruth, "No answer waits for your review", waits=0)


def _reply_once(ngozi):
    _start(ngozi, "Reply, if you wish, to a verdict that differs 2.1 National", waits=1)
    _open(ngozi, "2.1")
    _says(ngozi, VERDICT_REASON)
    follow(ngozi, "Reply to the verdict")
    ngozi.fill("[name=party_reply]", REPLY)
    press(ngozi, "Reply to the verdict")
    _says(ngozi, "The reply to the verdict on 2.1 was sent.", REPLY)
    assert ngozi.get_by_role("link", name="Reply to the verdict").count() == 0
    _start(ngozi, waits=0)


def _compare(ruth):
    _visit(ruth, "/monitoring/compare/?party=NGA&party=ARG")
    row = ruth.locator("tr", has=ruth.locator("th", has_text=re.compile(r"^\s*2\.1\b"))).first
    words = re.sub(r"\s+", " ", row.inner_text())
    assert "Claim Applied Verdict Adopted differs" in words
    assert "Not submitted" in words
    follow(ruth, re.compile("^Record and reply"))
    _says(ruth, "What the record shows", VERDICT_REASON, REPLY)


def test_national_answer_from_drafts_to_report(portal, browser, tmp_path):
    arranged = json.loads(portal.shell(ARRANGE))
    plan = tmp_path / "plan.txt"
    plan.write_text("The national action plan, adopted on 3 March.")
    with ExitStack() as stack:
        who = {
            name: stack.enter_context(person(browser, portal, email, PASSWORD))
            for name, email in arranged["people"].items()
        }
        amina, ngozi, ruth = who["amina"], who["ngozi"], who["ruth"]
        _support(who["femi"])
        _write(amina, plan)
        _fill_the_workbook(who["ibrahim"], tmp_path)
        _sign(who["chidi"])
        _sign_many(who["sani"])
        _return_the_narrative(ngozi)
        _mend(amina)
        _sign(who["chidi"])
        _ask_for_time(ngozi, datetime.fromisoformat(arranged["until"]) - timedelta(days=1))
        _give_time(who["paul"])
        portal.shell(PAST_DUE)
        _write_in_the_time_that_was_given(who["femi"])
        _endorse_many_and_send(ngozi)
        _ask_twice(ruth)
        _answer_a_question(amina, 1, "Battalions 3 and 4.")
        _answer_a_question(ngozi, 2, "Since 3 March.")
        _start(amina, waits=0)
        _give_verdicts(ruth)
        _reply_once(ngozi)
        _compare(ruth)
        portal.shell(CLOSE)
        _check_pdf(_report_made_by_the_clock(ngozi))


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
    for words in (MENDED, "Claim Applied", "Verdict Adopted", VERDICT_REASON, REPLY):
        assert words in text
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang).startswith("en")
        with pdf.open_metadata() as metadata:
            assert "Nigeria" in metadata["dc:title"]
            assert metadata["pdfuaid:part"] == "1"
