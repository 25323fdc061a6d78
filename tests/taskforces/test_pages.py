"""What the pages show, and that it costs the same for one row and for three."""

import csv
import io

import pytest
from django.urls import reverse

from accounts.enums import Sector
from common.exports import unescape_cell
from tests.factories import accounts
from tests.factories import taskforces as make

# Queries of the list itself, beside those that the frame of every page makes.
LISTS = {"taskforce": 6, "meetings": 6, "consultations": 5, "partners": 1, "dialogues": 5}


def text(response):
    return " ".join(response.content.decode().split())


def url(page, *args):
    return reverse(f"taskforces:{page}", args=["NGA", *args])


def two_more_of_everything(scene):
    by = scene.people["coordinator"]
    for n in (1, 2):
        own = accounts.institution(scene.party, f"Ministry {n}", Sector.DEFENCE)
        seat = make.seat(scene.task_force, own, by=by)
        meeting = make.meeting(scene.task_force, scene.seat, seat, by=by, days=40 + n)
        make.decision(meeting, by=by)
        partner = make.partner(scene.party, f"Group {n}", by=by)
        make.consultation(scene.party, scene.partner, partner, by=by, days=40 + n)
        make.dialogue(scene.party, by=by, days=40 + n)


@pytest.mark.parametrize("page", LISTS)
def test_list_costs_the_same_for_one_row_and_three(scene, page, signed_in, count_queries):
    browser = scene.client(signed_in)
    frame = count_queries(lambda: browser.get(reverse("common:gallery")))
    one = count_queries(lambda: browser.get(url(page))) - frame
    two_more_of_everything(scene)
    three = count_queries(lambda: browser.get(url(page))) - frame
    assert (one, three) == (LISTS[page], LISTS[page])


def test_task_force_page_names_what_is_covered_and_what_is_not(scene, signed_in):
    page = text(scene.client(signed_in).get(url("taskforce")))
    assert "1 of the 4 sectors it needs sit in the task force" in page
    assert page.count("Nobody seated") == 3
    assert page.count("<span>Seated</span>") == 1
    assert "Chaired by Ministry of Women Affairs" in page


def test_page_without_task_force_says_what_to_do(signed_in, db):
    party = accounts.contributor("NGA")
    page = text(signed_in(make.keeper(party)).get(url("taskforce")))
    assert "no task force entered yet" in page
    assert f'href="{url("taskforce-edit")}"' in page


def test_reader_sees_no_way_to_write(scene, signed_in):
    for page in ("taskforce", "meetings", "consultations", "partners", "dialogues"):
        shown = text(scene.client(signed_in, "observer").get(url(page)))
        assert "/add/" not in shown, page
        assert "/edit/" not in shown, page


def test_year_sort_and_withdrawn_are_in_the_address(scene, signed_in):
    by = scene.people["coordinator"]
    old = make.consultation(scene.party, scene.partner, by=by, days=500, subject="Alpha talk")
    browser = scene.client(signed_in)
    of_year = text(browser.get(url("consultations"), {"year": old.date.year}))
    assert "Alpha talk" in of_year
    assert "Barriers to deployment" not in of_year
    sorted_up = text(browser.get(url("consultations"), {"sort": "subject"}))
    assert sorted_up.index("Alpha talk") < sorted_up.index("Barriers to deployment")
    sorted_down = text(browser.get(url("consultations"), {"sort": "-subject"}))
    assert sorted_down.index("Alpha talk") > sorted_down.index("Barriers to deployment")
    assert "No consultation to show" in text(
        browser.get(url("consultations"), {"shown": "withdrawn"})
    )


@pytest.mark.parametrize(
    "query", [{"year": "x"}, {"year": "99999"}, {"page": "x"}, {"sort": "password"}, {"page": "99"}]
)
def test_address_that_asks_for_what_is_not_there_shows_the_list(scene, query, signed_in):
    response = scene.client(signed_in).get(url("dialogues"), query)
    assert response.status_code == 200
    assert "Selection" in text(response)


def test_lists_are_cut_into_pages(scene, signed_in):
    by = scene.people["coordinator"]
    for n in range(26):
        make.meeting(scene.task_force, scene.seat, by=by, days=100 + n, subject=f"Old {n}")
    browser = scene.client(signed_in)
    assert "1 to 25 of 27" in text(browser.get(url("meetings")))
    assert "26 to 27 of 27" in text(browser.get(url("meetings"), {"page": 2}))


def rows_of(response):
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_csv_holds_the_filtered_list_and_runs_nothing(scene, signed_in):
    by = scene.people["coordinator"]
    make.consultation(scene.party, scene.partner, by=by, days=20, subject="=1+1")
    rows = rows_of(scene.client(signed_in).get(url("consultations"), {"format": "csv"}))
    assert rows[0][:3] == ["Date", "Subject", "Partners"]
    assert [row[1] for row in rows[1:]] == ["'=1+1", "Barriers to deployment"]
    assert unescape_cell(rows[1][1]) == "=1+1"


@pytest.mark.parametrize("page", ["meetings", "consultations", "dialogues"])
def test_csv_costs_the_same_for_one_row_and_three(scene, page, signed_in, count_queries):
    browser = scene.client(signed_in)
    one = count_queries(lambda: rows_of(browser.get(url(page), {"format": "csv"})))
    two_more_of_everything(scene)
    three = count_queries(lambda: rows_of(browser.get(url(page), {"format": "csv"})))
    assert one == three
    assert len(rows_of(browser.get(url(page), {"format": "csv"}))) == 4


def test_meeting_shows_overdue_decisions_and_who_was_there(scene, signed_in):
    by = scene.people["coordinator"]
    make.decision(scene.meeting, by=by, due=make.days_ago(1), text="Late one")
    done = make.days_ago(2)
    make.decision(scene.meeting, by=by, due=make.days_ago(1), done_on=done, text="Done one")
    page = text(scene.client(signed_in, "observer").get(url("meeting", scene.meeting.pk)))
    assert page.count("Overdue") == 1
    assert "Ministry of Women Affairs: Amina Bello" in page


def test_dialogue_of_one_sector_is_marked(scene, signed_in):
    by = scene.people["coordinator"]
    army, navy = (accounts.institution(scene.party, n, Sector.MILITARY) for n in ("Army", "Navy"))
    make.dialogue(scene.party, army, navy, by=by)
    page = text(scene.client(signed_in).get(url("dialogues")))
    assert page.count("One sector only") == 1


def test_page_stays_in_its_language_direction(scene, signed_in):
    browser = scene.client(signed_in)
    page = text(browser.get(url("taskforce"), headers={"accept-language": "ar"}))
    assert 'dir="rtl"' in page


def test_meeting_and_seat_need_a_task_force(signed_in, db):
    party = accounts.contributor("PAK")
    browser = signed_in(make.keeper(party))
    for page in ("seat-add", "meeting-add"):
        assert browser.get(reverse(f"taskforces:{page}", args=["PAK"])).status_code == 404
