"""The search page: what it says and shows, for nothing, none, one and many hits."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.access import access_of
from actionplans.services import updates
from actionplans.services.contents import Content
from monitoring.queries.search.find import MOST, find
from monitoring.services import search
from tests.factories import actionplans, taskforces
from tests.factories.actionplans import Desk
from tests.factories.pages import heading, more_answers, text

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
SEARCH = "/monitoring/search/"


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


@pytest.fixture
def reader(desk: Desk, signed_in: SignIn) -> Client:
    return signed_in(desk.coordinator)


def meetings(desk: Desk, n: int, subject: str = "Quokka") -> None:
    force = taskforces.task_force(desk.party)
    seat, by = taskforces.seat(force), taskforces.keeper(desk.party)
    for number in range(n):
        taskforces.meeting(force, seat, by=by, subject=f"{subject} {number}")


def html(client: Client, **query: str) -> str:
    return client.get(SEARCH, query).content.decode()


def test_nothing_asked_is_explained(reader: Client) -> None:
    assert heading(reader, SEARCH) == "Search all that you may read"
    assert "Enter one word or more" in text(reader, SEARCH, q=" ")


def test_no_hit_says_what_to_try(reader: Client) -> None:
    assert heading(reader, SEARCH, q="quokka") == "Nothing found for “quokka”"
    assert "Try fewer words" in text(reader, SEARCH, q="quokka")


def test_one_hit_is_marked_where_it_stands_and_links_to_its_page(
    desk: Desk, reader: Client
) -> None:
    content = Content(narrative="<i>Women</i> were trained.")
    update = actionplans.bring_to(desk, "draft")
    updates.save_update(update=update, version=0, content=content, by=desk.contributor)
    page = html(reader, q="training women")
    assert heading(reader, SEARCH, q="training women") == "1 hit for “training women”"
    assert "&lt;i&gt;<mark>Women</mark>&lt;/i&gt; were <mark>trained</mark>." in page
    assert f'<a href="{update.get_absolute_url()}">' in page
    assert "Answer · Nigeria · Period 2026-H1" in text(reader, SEARCH, q="training")


def test_many_hits_come_twenty_a_page_newest_first(desk: Desk, reader: Client) -> None:
    meetings(desk, 23)
    response: Any = reader.get(SEARCH, {"q": "quokka"})
    titles = [str(hit.title) for hit in response.context["hits"]]
    assert titles == [f"<mark>Quokka</mark> {n}" for n in range(22, 2, -1)]
    last: Any = reader.get(SEARCH, {"q": "quokka", "page": "2"})
    assert [str(hit.title) for hit in last.context["hits"]] == [
        f"<mark>Quokka</mark> {n}" for n in (2, 1, 0)
    ]


def test_hits_in_the_title_come_first(desk: Desk, reader: Client) -> None:
    meetings(desk, 1)
    taskforces.consultation(desk.party, outcome="A quokka.")
    response: Any = reader.get(SEARCH, {"q": "quokka"})
    assert [hit.kind for hit in response.context["hits"]] == ["meeting", "consultation"]


def test_kinds_are_counted_and_can_be_chosen(desk: Desk, reader: Client) -> None:
    meetings(desk, 2)
    taskforces.consultation(desk.party, outcome="A quokka.")
    assert "All 3 Meetings 2 Consultations 1" in text(reader, SEARCH, q="quokka")
    chosen: Any = reader.get(SEARCH, {"q": "quokka", "kind": "consultation"})
    assert [hit.kind for hit in chosen.context["hits"]] == ["consultation"]
    unknown: Any = reader.get(SEARCH, {"q": "quokka", "kind": "nonsense"})
    assert len(unknown.context["hits"]) == 3


def test_more_hits_than_are_counted_say_so(
    desk: Desk, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.queries.search.find.MOST", 2)
    meetings(desk, 3)
    assert heading(reader, SEARCH, q="quokka") == "More than 2 hits for “quokka”"
    found = find(access_of(desk.coordinator), "quokka")
    assert (found.total, found.cut >= {"meeting"}) == (2, True)
    assert MOST == 500


def test_arabic_is_found_and_marked_with_its_vowels(desk: Desk, reader: Client) -> None:
    meetings(desk, 1, "دورُ الْمَرأةِ في السَّلام")
    page = html(reader, q="المراة السلام")
    assert "دورُ <mark>الْمَرأةِ</mark> في <mark>السَّلام</mark>" in page


def test_reader_in_arabic_gets_the_page_from_the_right(desk: Desk, signed_in: SignIn) -> None:
    meetings(desk, 1)
    client = signed_in(desk.coordinator)
    page = client.get(SEARCH, {"q": "quokka"}, headers={"accept-language": "ar"})
    assert 'dir="rtl"' in page.content.decode()
    assert "<bdi><mark>Quokka</mark> 0</bdi>" in page.content.decode()


@pytest.mark.parametrize("query", ["q=%00", f"q={'x' * 5000}", f"q={'x' * 201}"])
def test_bad_input_is_refused(reader: Client, query: str) -> None:
    assert reader.get(f"{SEARCH}?{query}").status_code == 400


def test_long_question_is_given_back_with_the_reason(reader: Client) -> None:
    response = reader.get(SEARCH, {"q": "x" * 201})
    assert "It has 201 characters; the most is 200." in response.content.decode()
    assert "x" * 201 in response.content.decode()


@pytest.mark.parametrize("query", ["q=%22", "q=*", "q=AND%20OR%20NOT", "q=a%27%22%29&page=99"])
def test_signs_of_query_languages_are_words_or_nothing(reader: Client, query: str) -> None:
    assert reader.get(f"{SEARCH}?{query}").status_code == 200


def test_box_of_every_page_asks_here(reader: Client) -> None:
    assert f'role="search" action="{SEARCH}" method="get"' in html(reader)


@pytest.mark.parametrize("n", [1, 3])
def test_number_of_queries(n: int, desk: Desk, signed_in: SignIn, count_queries: Count) -> None:
    more_answers(desk, n, "transmitted")
    meetings(desk, n, "Adopted")
    search.reindex()
    client = signed_in(desk.administrator)
    assert count_queries(lambda: client.get(SEARCH, {"q": "adopted"})) == 14
