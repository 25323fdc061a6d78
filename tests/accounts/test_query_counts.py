"""How many queries each list makes: the same at one row and at three."""

import copy

import pytest

from accounts.enums import RoleCode
from accounts.models import Institution
from accounts.services.invitations import invite_person
from actionplans.models import Assignment, ProgressUpdate
from tests.accounts.pages import url
from tests.factories import accounts as make
from tests.factories import actionplans

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_the_frame(settings):
    """The frame around every page asks queries of its own, counted in tests/monitoring."""
    [engine] = copy.deepcopy(settings.TEMPLATES)
    engine["OPTIONS"]["context_processors"].remove("monitoring.context_processors.shell")
    settings.TEMPLATES = [engine]


def _queries_at_one_and_three(count_queries, browser, page, add):
    seen = []
    for number in (1, 2):
        for _ in range(number):
            add()
        seen.append(count_queries(lambda: browser.get(page)))
    return seen


@pytest.mark.parametrize(("params", "expected"), [("", 8), ("?format=csv", 5)])
def test_queries_of_people(browser, party, count_queries, params, expected):
    def add():
        body = make.institution(party, f"Body {Institution.objects.count()}")
        make.member(party, RoleCode.CONTRIBUTOR, body)
        make.invitation(party, make.member(party, RoleCode.OBSERVER))

    seen = _queries_at_one_and_three(count_queries, browser, url("people", "NGA") + params, add)
    assert seen == [expected] * 2


def test_queries_of_one_person(browser, party, count_queries):
    person = make.member(party, RoleCode.OBSERVER)

    def add():
        body = make.institution(party, f"Body {Institution.objects.count()}")
        make.member(party, RoleCode.CONTRIBUTOR, body, person)

    page = url("person", "NGA", person.pk)
    assert _queries_at_one_and_three(count_queries, browser, page, add) == [9, 9]


def test_queries_of_one_person_who_looks_after_items(browser, party, count_queries):
    body = make.institution(party)
    person = make.member(party, RoleCode.CONTRIBUTOR, body)
    period = actionplans.period()

    def add():
        item = actionplans.item(f"3.{Assignment.objects.count() + 1}")
        assignment = actionplans.assignment(party, body, item)
        Assignment.objects.filter(pk=assignment.pk).update(focal_point=person)
        ProgressUpdate.objects.create(assignment=assignment, period=period)

    page = url("person", "NGA", person.pk)
    assert _queries_at_one_and_three(count_queries, browser, page, add) == [12, 12]


def test_queries_of_institutions(browser, party, count_queries):
    def add():
        body = make.institution(party, f"Body {Institution.objects.count()}")
        make.member(party, RoleCode.CONTRIBUTOR, body)

    page = url("institutions", "NGA")
    assert _queries_at_one_and_three(count_queries, browser, page, add) == [5, 5]


@pytest.mark.parametrize(("params", "expected"), [("", 9), ("?format=csv", 6)])
def test_queries_of_the_log(browser, party, count_queries, params, expected):
    def add():
        by = make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
        email = f"{by.pk}@example.org"
        invite_person(email=email, name="A", role="observer", party=party, by=by)

    seen = _queries_at_one_and_three(count_queries, browser, url("log", "NGA") + params, add)
    assert seen == [expected] * 2


def test_queries_of_parties(portal, count_queries):
    codes = iter(("PAK", "ZAF", "ARG"))

    def add():
        make.member(make.contributor(next(codes)), RoleCode.COUNTRY_ADMINISTRATOR)

    assert _queries_at_one_and_three(count_queries, portal, url("parties"), add) == [5, 5]


def test_queries_of_one_party(portal, party, count_queries):
    def add():
        by = make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
        make.invitation(party, by)

    assert _queries_at_one_and_three(count_queries, portal, url("party", "NGA"), add) == [7, 7]


@pytest.mark.parametrize(("params", "expected"), [("", 6), ("?format=csv", 4)])
def test_queries_of_mandates(portal, party, count_queries, params, expected):
    def add():
        make.mandate(make.member(make.dpko(), RoleCode.REVIEWER), party)

    seen = _queries_at_one_and_three(count_queries, portal, url("mandates") + params, add)
    assert seen == [expected] * 2


def test_queries_of_portal_administrators(portal, count_queries):
    def add():
        make.member(None, RoleCode.PORTAL_ADMINISTRATOR)
        make.invitation(None, role=RoleCode.PORTAL_ADMINISTRATOR)

    page = url("administrators")
    assert _queries_at_one_and_three(count_queries, portal, page, add) == [5, 5]


def test_queries_of_a_list_of_people_shown(browser, party, count_queries):
    """However long the list, what it says is looked up at once."""
    page, seen = url("people-invite-list", "NGA"), []
    for number in (1, 3):
        text = "\n".join(f"p{n}@example.org,P,observer" for n in range(number))
        seen.append(count_queries(lambda text=text: browser.post(page, {"people": text})))
    assert seen == [6, 6]
