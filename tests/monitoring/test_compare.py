"""Countries side by side: who sees which, what stands in a cell, and at what cost."""

import csv
import io
from datetime import date

import pytest
from django.test import Client

from accounts.enums import RoleCode
from accounts.models import Country
from actionplans.enums import UpdateState, Verb
from actionplans.models import CatalogueItem, CatalogueText, ProgressUpdate, UpdateRevision
from common import formats
from common.exports import unescape_cell
from monitoring.services.pilots import declare_endorsed
from tests.factories import accounts, monitoring, recruitment
from tests.factories.cast import CAST, cast
from tests.factories.pages import words

ADDRESS = "/monitoring/compare/"
PILOTS = ("ARG", "NGA", "PAK", "ZAF")
TWENTY = (*PILOTS, *(f"C{letter}X" for letter in "ABCDEFGHIJKLMNOP"))


@pytest.fixture
def period(db):
    monitoring.catalogue()
    return monitoring.period()


@pytest.fixture
def nigeria(period):
    return accounts.contributor("NGA")


@pytest.fixture
def argentina(period):
    return accounts.contributor("ARG")


@pytest.fixture
def client(period, signed_in):
    """A reviewer from DPKO with a mandate for all contributors."""
    return signed_in(accounts.reviewer())


def shown(client, **query):
    return client.get(ADDRESS, query)


def comparison(client, **query):
    return shown(client, **query).context["comparison"]


def codes(client, **query):
    return [party.code for party in comparison(client, **query).parties]


def cells(client, code, **query):
    """party code -> cell of one item."""
    rows = comparison(client, **query).rows
    row = next(row for row in rows if row.item.code == code)
    return {cell.party.code: cell for cell in row.cells}


def endorse(party):
    declare_endorsed(party=party, endorsed_by="Cabinet", document_text="Decree", by=accounts.user())


# --- Who, which countries, which period ---------------------------------------------------------


@pytest.mark.parametrize("name", CAST)
def test_who_compares(nigeria, name):
    person = cast(nigeria)[name]
    client = Client()
    if name != "anonymous":
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")

    expected = {"anonymous": 302, "reviewer": 200, "reviewer_without_mandate": 200}
    assert client.get(ADDRESS).status_code == expected.get(name, 403)


def test_reviewer_without_a_mandate_sees_no_country(nigeria, signed_in):
    client = signed_in(accounts.member(accounts.partner(), RoleCode.REVIEWER))

    page = shown(client, party="NGA")

    assert page.context["choice"].chosen == []
    assert "You have no mandate for a contributing country" in page.content.decode()


def test_only_countries_under_the_mandate_are_offered_and_shown(nigeria, argentina, signed_in):
    client = signed_in(accounts.reviewer(argentina))

    assert codes(client, party="NGA") == ["ARG"]
    assert "Nigeria" not in shown(client, party=["NGA", "ARG"]).content.decode()


def test_nobody_compares_the_own_country(nigeria, argentina, signed_in):
    person = accounts.reviewer()
    accounts.member(nigeria, RoleCode.OBSERVER, person=person)

    assert codes(signed_in(person)) == ["ARG"]


def test_endorsed_pilots_are_the_first_choice(nigeria, argentina, client):
    assert codes(client) == ["ARG", "NGA"]
    endorse(nigeria)

    assert codes(client) == ["NGA"]
    assert [p.code for p in shown(client).context["choice"].candidates] == ["NGA", "ARG"]
    assert codes(client, party=["ARG", "NGA"]) == ["NGA", "ARG"]


def test_latest_period_with_transmitted_answers_is_the_first_choice(nigeria, period, client):
    monitoring.answer(nigeria, "2.1", period)
    monitoring.submission(nigeria, period)
    later = monitoring.period("2026-H2", closed_days_ago=-85)

    assert comparison(client).period == period
    assert comparison(client, period="2026-H2").period == later
    assert shown(client, period="2099-H1").status_code == 404


# --- Cells --------------------------------------------------------------------------------------


def test_cell_has_claim_and_verdict_and_leads_to_the_answer(nigeria, argentina, period, client):
    update = monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    monitoring.answer(argentina, "2.1", period, rating="2")

    found = cells(client, "2.1")
    page = shown(client).content.decode()

    assert (found["NGA"].claim, found["NGA"].verdict, found["NGA"].differs) == ("3", "2", True)
    assert (found["ARG"].claim, found["ARG"].verdict, found["ARG"].differs) == ("2", "", False)
    assert f'href="/p/NGA/updates/{update.pk}/"' in page
    assert '<span class="gap-mark">' in page
    assert "Not reviewed" in page


def test_differing_verdict_leads_to_the_record_and_the_reply(nigeria, argentina, period, client):
    replied = monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    monitoring.reply(replied, "Two battalions apply it.")
    silent = monitoring.answer(nigeria, "3.1", period, rating="3", verdict="2")
    agreed = monitoring.answer(argentina, "2.1", period, rating="2", verdict="2")

    page = shown(client).content.decode()

    for update, said in ((replied, "Record and reply"), (silent, "Record and reasons")):
        link = f'href="/p/NGA/updates/{update.pk}/#record">{said}<'
        assert link in page
        answer = client.get(f"/p/NGA/updates/{update.pk}/").content.decode()
        assert 'id="record"' in answer
    assert f"/updates/{agreed.pk}/#record" not in page


def test_all_30_items_and_4_points_stand_in_the_table(nigeria, period, client):
    monitoring.answer(nigeria, "2.1", period)

    rows = comparison(client).rows

    assert len(rows) == 34
    assert [row.item.code for row in rows[:4]] == ["a", "b", "c", "d"]
    assert cells(client, "2.2")["NGA"].update is None
    assert "Not submitted" in shown(client).content.decode()


def test_unsent_text_stays_inside(nigeria, period, client):
    update = monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    went_back = period.due_at + monitoring.DAY
    UpdateRevision.objects.create(
        update=update, number=4, verb=Verb.REOPEN, state=UpdateState.DRAFT, at=went_back
    )
    ProgressUpdate.objects.filter(pk=update.pk).update(
        state=UpdateState.DRAFT, rating="4", verdict="", verdict_reason=""
    )

    cell = cells(client, "2.1")["NGA"]

    assert (cell.claim, cell.verdict, cell.amending_since) == ("3", "2", went_back)
    assert "Being amended since" in shown(client).content.decode()


def test_reply_and_day_of_the_amendment_stand_in_the_cell(nigeria, period, client):
    update = monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    monitoring.reply(update, "Two battalions apply it.")
    ProgressUpdate.objects.filter(pk=update.pk).update(amended_at=period.due_at)

    cell = cells(client, "2.1")["NGA"]

    assert (cell.reply, cell.amended_at) == ("Two battalions apply it.", period.due_at)
    assert cell.states == {"reviewed", "amended"}
    page = words(shown(client).content.decode())
    assert "The party's reply Two battalions apply it." in page
    assert f"Amended on {formats.day(period.due_at.date())}" in page
    assert [row.item.code for row in comparison(client, state="amended").rows] == ["2.1"]
    row = next(row for row in csv_of(client, theme="2") if row["Country code"] == "NGA")
    assert row["The party's reply"] == "Two battalions apply it."
    assert row["State"] == "Reviewed, Amended after its review"


# --- Filters ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"theme": "points"}, ["a", "b", "c", "d"]),
        ({"theme": "1"}, ["1.1", "1.2", "1.3"]),
        ({"actor": "womens_machinery", "theme": "1"}, []),
        ({"rating": "2"}, ["2.1", "3.1"]),
        ({"rating": "4"}, []),
        ({"state": "reviewed"}, ["2.1"]),
        ({"state": "not_reviewed"}, ["3.1"]),
        ({"state": "reviewed", "theme": "3"}, []),
    ],
)
def test_filters(nigeria, argentina, period, client, query, expected):
    monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    monitoring.answer(argentina, "3.1", period, rating="2")

    assert [row.item.code for row in comparison(client, **query).rows] == expected


def test_filter_that_finds_nothing_says_so(nigeria, period, client):
    monitoring.answer(nigeria, "2.1", period)

    assert "No item matches these filters" in shown(client, rating="4").content.decode()


# --- On time, shares, DPKO ----------------------------------------------------------------------


def test_national_answers_are_on_time_or_late(nigeria, argentina, period, client):
    monitoring.answer(nigeria, "2.1", period)
    sent = monitoring.submission(nigeria, period, on_time=False)
    sent.amendments.create(number=1, sent_by=sent.sent_by, on_time=False, answers=1)
    sent.amendments.create(number=2, sent_by=sent.sent_by, on_time=True, answers=1)

    rows = {row.party.code: row for row in comparison(client).sendings}

    assert rows["NGA"].submission.on_time is False
    assert (rows["NGA"].amendments, rows["NGA"].late_amendments) == (2, 1)
    assert rows["ARG"].submission is None


def test_shares_are_those_of_the_latest_month_with_their_numbers(db, signed_in):
    recruitment.load_reference()
    monitoring.catalogue()
    period = monitoring.period()
    nigeria = accounts.contributor("NGA")
    recruitment.release(
        {
            ("NGA", "UNMIL", "troops", date(2013, 11, 1)): (1, 9),
            ("NGA", "UNMIL", "troops", date(2013, 12, 1)): (334, 4502),
        }
    )
    monitoring.answer(nigeria, "2.1", period)
    client = signed_in(accounts.reviewer())

    share = comparison(client).shares["NGA"]
    page = " ".join(shown(client).content.decode().split())

    assert (share.month, share.by_type["troops"].women) == (date(2013, 12, 1), 334)
    assert "6.9 %" in page
    assert "334 of 4,836" in page
    assert "December 2013" in page


def test_dpko_has_its_15_in_a_table_of_its_own(nigeria, period, client):
    dpko = accounts.dpko()
    monitoring.answer(nigeria, "2.1", period)
    monitoring.answer(dpko, "3.2", period, rating="1")

    found = comparison(client)

    assert len(found.dpko_rows) == 15
    assert {row.item.actor for row in found.dpko_rows} == {"all", "dpko"}
    assert all(cell.party.code == "NGA" for row in found.rows for cell in row.cells)
    assert "addressed to DPKO or to all" in shown(client).content.decode()


def test_dpko_is_there_for_those_with_a_mandate_and_absent_for_others(nigeria, period, signed_in):
    dpko = accounts.dpko()
    partner = accounts.partner()
    for scope, expected in ((dpko, 15), (nigeria, 0)):
        person = accounts.member(partner, RoleCode.REVIEWER)
        accounts.mandate(person, scope)
        assert len(comparison(signed_in(person)).dpko_rows) == expected


# --- CSV ----------------------------------------------------------------------------------------


def csv_of(client, **query):
    answer = shown(client, format="csv", **query)
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_csv_is_exactly_what_is_shown(nigeria, argentina, period, client):
    monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    monitoring.submission(nigeria, period)

    rows = csv_of(client, theme="2")
    page = comparison(client, theme="2")

    answers = [row for row in rows if row["Table"] == "Answers"]
    assert [(r["Item or personnel type"], r["Country code"]) for r in answers] == [
        (row.item.code, cell.party.code)
        for row in (*page.rows, *page.dpko_rows)
        for cell in row.cells
    ]
    assert {
        "Country code": "NGA",
        "Claim": "Applied",
        "Verdict": "Adopted",
        "State": "Reviewed",
    }.items() <= next(
        row
        for row in answers
        if row["Item or personnel type"] == "2.1" and row["Country code"] == "NGA"
    ).items()
    sent = {row["Country code"]: row["State"] for row in rows if row["Table"] == "National answer"}
    assert sent == {"NGA": "on time", "ARG": "Not submitted", "DPKO": "Not submitted"}


def test_csv_runs_no_formula(nigeria, period, client):
    monitoring.answer(nigeria, "2.1", period)
    item = CatalogueItem.objects.current().get(code="2.1")
    CatalogueText.objects.filter(item=item).update(title="=1+1")

    titles = {row["Title"] for row in csv_of(client, theme="2")}

    assert "'=1+1" in titles
    assert "=1+1" in {unescape_cell(title) for title in titles}


def test_csv_link_keeps_the_filters(nigeria, period, client):
    monitoring.answer(nigeria, "2.1", period)

    page = shown(client, party="NGA", theme="2").content.decode()

    assert "?party=NGA&amp;theme=2&amp;format=csv" in page


# --- Cost ---------------------------------------------------------------------------------------


def test_queries_are_11_for_1_3_and_20_countries(db, signed_in, count_queries):
    recruitment.load_reference()
    monitoring.catalogue()
    period = monitoring.period()
    for code in TWENTY:
        party = accounts.contributor(code) if code in PILOTS else made_up(code)
        for item in ("a", "2.1", "2.2", "3.1"):
            monitoring.answer(party, item, period, rating="3", verdict="2")
        monitoring.submission(party, period)
    recruitment.release({("NGA", "UNMIL", "troops", date(2013, 12, 1)): (334, 4502)})
    client = signed_in(accounts.reviewer())

    def cost(*wanted):
        shown(client, party=wanted)
        return count_queries(lambda: shown(client, party=wanted))

    assert len(codes(client, party=TWENTY)) == 20
    assert {cost("NGA"), cost(*PILOTS[:3]), cost(*TWENTY)} == {11}


def made_up(code):
    """A contributor whose country is on no list, with an M49 code that no country has."""
    names = {f"name_{language}": code for language in ("en", "fr", "es", "ar", "ru", "zh")}
    number = 2000 + TWENTY.index(code)
    Country.objects.create(iso3=code, iso2=f"{code[1]}{number % 10}", m49=number, **names)
    return accounts.contributor(code)
