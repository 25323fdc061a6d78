"""Who may open which page; entering, correcting and listing sessions."""

import csv
import io

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from tests.factories import training as make
from tests.factories.cast import CAST
from tests.factories.taskforces import days_ago
from tests.training.conftest import build
from training.enums import SessionKind
from training.models import TrainingSession
from training.services.sessions import change_session

READERS = (
    "same_institution",
    "validator",
    "other_institution",
    "coordinator",
    "country_administrator",
    "observer",
)
KEEPERS = ("same_institution", "other_institution", "coordinator")
READ = {"anonymous": 302, **dict.fromkeys(READERS, 200)}
WRITE = {"anonymous": 302, **dict.fromkeys(READERS, 403), **dict.fromkeys(KEEPERS, 200)}
PAGES = {
    "sessions": READ,
    "session-add": WRITE,
    "session": READ,
    "session-edit": WRITE,
    "session-withdraw": WRITE,
}
LIST_QUERIES = 4  # beside those that the frame of every page makes


def address(scene, page, of=None):
    of_record = page not in ("sessions", "session-add")
    pk = [(of or scene).session.pk] if of_record else []
    return reverse(f"training:{page}", args=[scene.party.code, *pk])


def text(response):
    return " ".join(response.content.decode().split())


def data_of(**fields):
    """What a browser sends: days as text, yes or no for expertise."""
    values = make.session_fields(**fields)
    values["national_expertise"] = "yes" if values["national_expertise"] else "no"
    return {name: "" if value is None else str(value) for name, value in values.items()}


@pytest.mark.parametrize("page", PAGES)
def test_page_by_cast(scene, page, client, signed_in):
    seen = {}
    for name in CAST:
        browser = client if name == "anonymous" else scene.client(signed_in, name)
        seen[name] = browser.get(address(scene, page)).status_code
    assert seen == {name: PAGES[page].get(name, 404) for name in CAST}


@pytest.mark.parametrize("page", [page for page, who in PAGES.items() if who is WRITE])
def test_nobody_but_keepers_posts(scene, page, client, signed_in):
    for name in CAST:
        if name in KEEPERS:
            continue
        browser = client if name == "anonymous" else scene.client(signed_in, name)
        expected = {"anonymous": 401}.get(name, 403 if name in READERS else 404)
        assert browser.post(address(scene, page), {"version": 1}).status_code == expected, name


@pytest.mark.parametrize("page", ["session", "session-edit", "session-withdraw"])
def test_foreign_session_in_own_address_is_absent(scene, page, signed_in):
    other = build("ZAF")
    assert scene.client(signed_in).get(address(scene, page, of=other)).status_code == 404
    assert scene.client(signed_in).get(address(other, page)).status_code == 404


def test_list_costs_the_same_for_one_row_and_three(scene, signed_in, count_queries):
    browser = scene.client(signed_in)
    frame = count_queries(lambda: browser.get(reverse("common:gallery")))
    one = count_queries(lambda: browser.get(address(scene, "sessions"))) - frame
    for days in (40, 50):
        make.session(scene.party, by=scene.people["coordinator"], days=days)
    three = count_queries(lambda: browser.get(address(scene, "sessions"))) - frame
    assert (one, three) == (LIST_QUERIES, LIST_QUERIES)


def test_list_gives_a_share_with_its_numbers_and_names_what_was_not_counted(scene, signed_in):
    make.uncounted(scene.party, days=20)
    page = text(scene.client(signed_in).get(address(scene, "sessions")))
    assert "28.6 % (12 of 42), counted in 1 of 2 sessions" in page
    assert page.count("not collected") == 1
    assert "Nigeria: 2 training sessions in the last twelve months" in page


def test_list_says_that_nothing_was_entered(scene, signed_in):
    page, words = address(scene, "sessions"), "No training session was entered so far."
    assert words not in text(scene.client(signed_in).get(page))
    TrainingSession.objects.all().delete()
    assert words in text(scene.client(signed_in).get(page))


def test_list_by_kind_and_year(scene, signed_in):
    by = scene.people["coordinator"]
    lead = {"kind": SessionKind.LEADERSHIP, "title": "Leaders"}
    old = make.session(scene.party, by=by, days=500, **lead)
    browser, page = scene.client(signed_in), address(scene, "sessions")
    for query in ({"kind": "leadership"}, {"year": old.ends_on.year}):
        shown = text(browser.get(page, query))
        assert "Leaders" in shown
        assert "Course before deployment" not in shown


def test_csv_leaves_uncounted_cells_empty(scene, signed_in):
    make.uncounted(scene.party, days=20)
    response = scene.client(signed_in).get(address(scene, "sessions"), {"format": "csv"})
    header, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    women = header.index("Women")
    assert [row[women - 1 : women + 2] for row in rows] == [
        ["Not collected", "", ""],
        ["Counted", "12", "30"],
    ]


def test_session_is_entered(scene, signed_in):
    own = scene.people["validator"].memberships.get().institution
    fields = data_of(days=3, title="New course", national_expertise=True)
    data = {**fields, "expertise_from": own.pk}
    response = scene.client(signed_in).post(address(scene, "session-add"), data)
    session = TrainingSession.objects.get(title="New course")
    assert response.url == session.get_absolute_url()
    assert (session.national_expertise, session.expertise_from, session.entered_by) == (
        True,
        own,
        scene.people["coordinator"],
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"days": -1}, "This day has not come yet"),
        ({"starts_on": days_ago(1)}, "The last day comes before the first"),
        ({"women": -5}, "greater than or equal to 0"),
        ({"women": "1.5"}, "Enter a whole number"),
        ({"women": None}, "Enter both women and men"),
        ({"national_expertise": True}, "Name the institution"),
        ({"attendance": "not_collected"}, "neither where not"),
    ],
)
def test_session_is_refused_with_the_reason(scene, signed_in, fields, words):
    data = data_of(**{"days": 30, "title": "Typed title", **fields})
    response = scene.client(signed_in).post(address(scene, "session-add"), data)
    assert words in text(response)
    assert "Typed title" in text(response)
    assert TrainingSession.objects.count() == 1


def test_form_shows_what_is_stored(scene, signed_in):
    page = text(scene.client(signed_in).get(address(scene, "session-edit")))
    assert f'value="{scene.session.ends_on.isoformat()}"' in page
    assert 'name="version" value="1"' in page
    assert page.count("checked") == 2  # counted; without expertise


def test_stale_form_shows_both_and_keeps_what_was_typed(scene, signed_in):
    other = scene.people["same_institution"]
    change_session(scene.session, version=1, by=other, materials=None, women=15)
    browser, page = scene.client(signed_in), address(scene, "session-edit")
    data = {**data_of(women=20), "version": "1"}
    response = browser.post(page, data)
    shown = text(response)
    assert response.status_code == 409
    assert other.name in shown
    assert '<td data-label="Now" class="prewrap">15</td>' in shown
    assert '<td data-label="Yours" class="prewrap">20</td>' in shown
    assert browser.post(page, {**data, "version": "2"}).status_code == 302
    assert TrainingSession.objects.get().women == 20


def test_withdrawn_session_keeps_its_page(scene, signed_in):
    browser = scene.client(signed_in)
    data = {"reason": "Entered twice", "version": 1}
    assert browser.post(address(scene, "session-withdraw"), data).status_code == 302
    assert "Entered twice" in text(browser.get(address(scene, "session")))
    assert browser.get(address(scene, "session-edit")).url == address(scene, "session")
    assert AuditEvent.objects.filter(action="trainingsession.withdrawn").count() == 1
