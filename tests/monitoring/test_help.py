"""Help: guides held to the code, one glossary, and a tour ticked off by what was done."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Party
from accounts.permissions import ROLES, Permission
from accounts.services import tour as tours
from actionplans.enums import UpdateState
from actionplans.rules import TRANSITIONS
from common.errors import Conflict
from common.glossary import GLOSSARY
from monitoring.guides import GUIDES
from tests.factories import accounts, actionplans
from tests.factories.actionplans import Desk
from tests.factories.cast import CAST, cast
from tests.factories.pages import more_answers, text

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
TEMPLATES = Path(settings.BASE_DIR) / "templates"


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def links(html: str) -> set[str]:
    main = html.partition("<main")[2].partition("</main>")[0]
    return set(re.findall(r'href="(/[^"#]*)"', main))


def test_own_roles_come_first(desk: Desk, signed_in: SignIn) -> None:
    page = text(signed_in(desk.validator), "/help/")
    assert "Your roles Validator" in page
    assert page.index("Validator") < page.index("Other roles Contributor Coordinator")


def test_dpko_staff_have_a_guide_of_their_own(signed_in: SignIn) -> None:
    dpko = accounts.dpko()
    person = accounts.member(dpko, RoleCode.CONTRIBUTOR, accounts.institution(dpko))
    assert "Your roles DPKO staff Your first day" in text(signed_in(person), "/help/")


def test_every_role_has_a_guide() -> None:
    assert {guide.role for guide in GUIDES.values()} == set(RoleCode)


@pytest.mark.parametrize("slug", GUIDES)
@pytest.mark.parametrize("who", ["contributor", "administrator", "reviewer"])
def test_links_of_a_guide_open_for_its_reader(
    slug: str, who: str, desk: Desk, signed_in: SignIn
) -> None:
    client = signed_in(getattr(desk, who))
    found = links(client.get(f"/help/{slug}/").content.decode())
    assert "/help/" in found
    assert {url: client.get(url).status_code for url in found} == dict.fromkeys(found, 200)


def test_links_lead_to_the_own_party(desk: Desk, signed_in: SignIn) -> None:
    html = signed_in(desk.contributor).get("/help/contributor/").content.decode()
    assert {"/p/NGA/updates/", reverse("taskforces:taskforce", args=["NGA"])} <= links(html)


@pytest.mark.parametrize("slug", GUIDES)
def test_rights_and_steps_are_the_codes(slug: str, desk: Desk, signed_in: SignIn) -> None:
    page = text(signed_in(desk.contributor), f"/help/{slug}/")
    guide = GUIDES[slug]
    held = ROLES[guide.role].permissions
    shown = page.partition("What this role may do")[2]
    assert [p for p in Permission if (p.value in shown) != (p in held)] == []
    for verb in guide.verbs:
        assert f"{verb.label} {', '.join(str(s.label) for s in TRANSITIONS[verb].sources)}" in page


def test_the_whole_way_is_the_table(desk: Desk, signed_in: SignIn) -> None:
    page = text(signed_in(desk.contributor), "/help/")
    assert [
        v for v, row in TRANSITIONS.items() if f"{v.label} " not in page or str(row.who) not in page
    ] == []


def test_unknown_guide_is_404(desk: Desk, signed_in: SignIn) -> None:
    assert signed_in(desk.contributor).get("/help/king/").status_code == 404


# --- Words ---------------------------------------------------------------------------------------
def used_terms() -> set[tuple[str, str]]:
    """(template, key) of every tag that asks for a word."""
    return {
        (str(path.relative_to(TEMPLATES)), key)
        for path in TEMPLATES.rglob("*.html")
        for tag in re.findall(r"{%\s*(?:term|words_here)\s(.*?)%}", _source(path))
        for key in re.findall(r'"([a-z0-9-]+)"', tag)
    }


def _source(path: Path) -> str:
    return re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"))


def test_every_word_asked_for_is_in_the_glossary() -> None:
    asked = used_terms()
    assert {key for _template, key in asked} >= {"claim", "verdict", "personnel-type"}
    assert {(t, key) for t, key in asked if key not in GLOSSARY} == set()


def test_every_entry_can_be_reached(desk: Desk, signed_in: SignIn) -> None:
    html = signed_in(desk.contributor).get("/help/words/").content.decode()
    assert [key for key in GLOSSARY if html.count(f'<dt id="{key}">') != 1] == []


def test_a_term_opens_in_place_and_leads_to_its_entry(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    html = signed_in(desk.contributor).get(desk.update.get_absolute_url()).content.decode()
    assert '<details class="term"><summary>Verdict' in html
    assert 'href="/help/words/#verdict"' in html


@pytest.mark.parametrize("template", sorted({name for name, _key in used_terms()}))
def test_a_term_stands_where_it_may(template: str) -> None:
    """A paragraph, heading, link or label cannot hold what opens in place."""
    source = _source(TEMPLATES / template)
    for found in re.finditer(r"{%\s*(?:term|words_here)\s", source):
        before = source[: found.start()]
        for tag in ("p", "h1", "h2", "h3", "a", "label", "button", "summary"):
            opened = len(re.findall(rf"<{tag}[\s>]", before))
            assert opened == before.count(f"</{tag}>"), (tag, before[-60:])


def test_words_are_searched_in_word_and_meaning(desk: Desk, signed_in: SignIn) -> None:
    page = text(signed_in(desk.contributor), "/help/words/", q="observers")
    assert "2 words with “observers”" in page
    assert "Contingent" in page
    assert "Experts on mission" in page
    none = text(signed_in(desk.contributor), "/help/words/", q="<zebra>")
    assert "No word and no meaning holds this" in none


def test_keys_and_words_are_unique() -> None:
    words = [str(entry.word) for entry in GLOSSARY.values()]
    assert len(set(words)) == len(words)
    assert [k for k in GLOSSARY if not re.fullmatch(r"[a-z0-9-]+", k)] == []


# --- Tour ----------------------------------------------------------------------------------------
def tour_of(client: Client) -> list[tuple[str, bool]]:
    return [(step.fact, step.done) for step in client.get("/").context.get("tour", [])]


def test_tour_is_ticked_off_by_what_was_done(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.contributor)
    begun = [("has_language", False), ("drafted", False), ("proved", False), ("submitted", False)]
    assert tour_of(client) == begun
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    done = dict(tour_of(client))
    assert (done["drafted"], done["submitted"], done["has_language"]) == (True, True, False)


NEWCOMERS = [name for name in CAST if name != "anonymous"]


@pytest.mark.parametrize("party", [accounts.contributor, accounts.dpko, accounts.partner])
@pytest.mark.parametrize("who", NEWCOMERS)
def test_tour_has_three_to_six_steps_that_open(
    who: str, party: Callable[[], Party], signed_in: SignIn
) -> None:
    client = signed_in(cast(party())[who])
    steps = client.get("/").context["tour"]
    assert 3 <= len(steps) <= 6
    assert [s.url for s in steps if client.get(s.url).status_code != 200] == []


def test_steps_that_are_read_are_never_ticked_off(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(accounts.member(desk.party, RoleCode.OBSERVER))
    assert [fact for fact, _done in tour_of(client)] == ["has_language", "", "", ""]
    page = text(client, "/")
    assert "Read an answer: claim, record and verdict to read" in page
    assert "Take a report away to read" in page


def test_tour_can_be_left_and_shown_again(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.contributor)
    assert client.post("/help/tour/leave/").status_code == 302
    assert client.post("/help/tour/leave/").status_code == 302
    assert tour_of(client) == []
    assert "Show the tour again" in text(client, "/help/")
    client.post("/help/tour/show/")
    assert len(tour_of(client)) == 4
    events = AuditEvent.objects.filter(action__startswith="tour.").order_by("pk")
    assert list(events.values_list("action", flat=True)) == ["tour.left", "tour.shown"]


def test_a_tour_is_left_once(desk: Desk) -> None:
    stale = type(desk.contributor).objects.get(pk=desk.contributor.pk)
    tours.leave_tour(by=desk.contributor)
    with pytest.raises(Conflict):
        tours.leave_tour(by=stale)


def test_the_tour_costs_one_query(desk: Desk, signed_in: SignIn, count_queries: Count) -> None:
    client = signed_in(desk.contributor)
    client.get("/")
    with_tour = count_queries(lambda: client.get("/"))
    more_answers(desk, 2)
    assert count_queries(lambda: client.get("/")) == with_tour
    tours.leave_tour(by=desk.contributor)
    assert count_queries(lambda: client.get("/")) == with_tour - 1


def test_help_in_another_language_does_not_fail(desk: Desk, signed_in: SignIn) -> None:
    with translation.override("ar"):
        for url in ("/help/", "/help/words/", *(f"/help/{slug}/" for slug in GUIDES)):
            assert signed_in(desk.contributor).get(url).status_code == 200


# --- What next -----------------------------------------------------------------------------------
def test_start_and_overview_name_the_next_step(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.contributor)
    for url in ("/", "/p/NGA/"):
        assert "Next Write and submit: 2.1 Title of 2.1" in text(client, url)
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    for url in ("/", "/p/NGA/"):
        assert "Next" not in text(client, url)
        assert "Next Sign or return: 2.1 Title of 2.1" in text(signed_in(desk.validator), url)
