"""A word planted in each thing of a party is found by exactly those who can open its page."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from accounts.access import access_of
from accounts.models import Party, User
from accounts.services.profile import change_profile
from actionplans.enums import UpdateState
from actionplans.models import Evidence
from actionplans.services import updates
from actionplans.services.contents import Content, NewEvidence
from monitoring.queries.search import find as finding
from monitoring.queries.search import records
from monitoring.queries.search.answers import MEMBERS, UNDER_MANDATE
from monitoring.queries.search.evidence import READERS
from monitoring.queries.search.find import Found, hits
from monitoring.queries.search.people import MANAGERS
from monitoring.queries.search.registry import RIGHTS, SOURCES
from monitoring.services import search
from tests.factories import actionplans, taskforces
from tests.factories.actionplans import CONTENT, Desk
from tests.factories.cast import CAST, cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
SEARCH = "/monitoring/search/"


@dataclass
class Planted:
    """A word of its own in each thing of a party, and the page of the thing."""

    desk: Desk
    people: dict[str, Any]
    pages: dict[str, str]


def plant(state: str) -> Planted:
    desk = actionplans.desk()
    people = cast(desk.party, desk.lead)
    attached = (NewEvidence(title="Numbat", url="https://example.org/plan"),)
    content = replace(CONTENT, narrative="A quokka was seen.", attach=attached)
    update = desk.update
    if state == UpdateState.DRAFT:
        updates.save_update(
            update=update, version=update.version, content=content, by=desk.contributor
        )
    else:
        actionplans.bring_to(desk, state, content=content)
    unused = Evidence.objects.create(
        party=desk.party, title="Bilby", url="https://example.org", added_by=desk.contributor
    )
    search.refresh(SOURCES["evidence"], [unused.pk])
    meeting = taskforces.meeting(taskforces.task_force(desk.party), subject="Okapi")
    taskforces.decision(meeting, text="Name an ibex.")
    person = people["same_institution"]
    values = {"language": "", "time_zone": "", "choices": {}}
    change_profile(by=person, name="Tapir", **values)
    code = desk.party.code
    return Planted(
        desk,
        people,
        {
            "quokka": update.get_absolute_url(),
            "numbat": Evidence.objects.get(title="Numbat").get_absolute_url(),
            "bilby": unused.get_absolute_url(),
            "okapi": meeting.get_absolute_url(),
            "ibex": meeting.get_absolute_url(),
            "kiwi": taskforces.consultation(desk.party, subject="Kiwi").get_absolute_url(),
            "lemur": taskforces.dialogue(desk.party, outcome="A lemur.").get_absolute_url(),
            "tapir": reverse("accounts:person", args=[code, person.pk]),
        },
    )


def find(user: User, words: str) -> Found:
    return finding.find(access_of(user), words)


def finders(planted: Planted) -> dict[str, set[str]]:
    """Word -> who of the cast finds it."""
    people = {name: user for name, user in planted.people.items() if name != "anonymous"}
    return {
        word: {name for name, user in people.items() if find(user, word).total}
        for word in planted.pages
    }


def openers(planted: Planted, signed_in: SignIn) -> dict[str, set[str]]:
    """Word -> who of the cast can open the page of what holds it."""
    clients = {
        name: Client() if name == "anonymous" else signed_in(planted.people[name]) for name in CAST
    }
    return {
        word: {name for name, client in clients.items() if client.get(page).status_code == 200}
        for word, page in planted.pages.items()
    }


@pytest.mark.parametrize(
    "state", ["draft", "submitted", "signed", "endorsed", "transmitted", "reviewed", "returned"]
)
@pytest.mark.usefixtures("without_frame")
def test_found_by_exactly_those_who_can_open_it(state: str, signed_in: SignIn) -> None:
    planted = plant(state)
    found = finders(planted)
    assert found == openers(planted, signed_in)
    assert found["quokka"] >= {"same_institution", "coordinator"}
    assert found["tapir"] == {"country_administrator"}


def test_nobody_of_another_party_and_no_portal_administrator_finds_anything() -> None:
    found = finders(plant(UpdateState.TRANSMITTED))
    outside = {"other_party", "reviewer_without_mandate", "portal_administrator"}
    assert [word for word, names in found.items() if names & outside] == []


def test_a_hit_leads_to_the_page_that_was_planted() -> None:
    planted = plant(UpdateState.TRANSMITTED)
    reader = planted.people["country_administrator"]
    found = {word: find(reader, word) for word in planted.pages}
    pages = {
        word: [hit.shown.url for hit in hits(one.question, one.keys)] for word, one in found.items()
    }
    assert pages == {word: [page] for word, page in planted.pages.items()}


def test_taking_out_one_scope_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it somebody finds what they cannot open: so the tests above would fail."""
    planted = plant(UpdateState.TRANSMITTED)
    before = finders(planted)
    for rights in (MEMBERS, UNDER_MANDATE, READERS, records.MEMBERS, MANAGERS):
        open_to_all = replace(rights, parties=lambda reader: None, scope=lambda reader: Q())
        without = {open_to_all if one is rights else one: codes for one, codes in RIGHTS.items()}
        monkeypatch.setattr(finding, "RIGHTS", without)
        assert finders(planted) != before, RIGHTS[rights]


def test_marks_alone_are_no_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the parties that narrow the search forged, the scope still finds nothing."""
    planted = plant(UpdateState.TRANSMITTED)
    forged = {
        replace(one, parties=lambda reader: None) if one is not MANAGERS else one: codes
        for one, codes in RIGHTS.items()
    }
    before = finders(planted)
    monkeypatch.setattr(finding, "RIGHTS", forged)
    assert finders(planted) == before


def test_outside_the_party_only_what_was_sent_is_found() -> None:
    """An amendment is read inside until it is sent; what it took out is found outside till then."""
    planted = plant(UpdateState.TRANSMITTED)
    desk, inside, outside = planted.desk, planted.people["coordinator"], planted.people["reviewer"]
    update = desk.refresh()
    updates.return_update(
        update=update, version=update.version, reasons={"whole": "Mend it."}, by=desk.reviewer
    )
    update = desk.refresh()
    content = Content.of(update, narrative="A wombat was seen.")
    updates.save_update(update=update, version=update.version, content=content, by=desk.contributor)
    words = ("quokka", "wombat")
    assert [find(inside, word).total for word in words] == [0, 1]
    assert [find(outside, word).total for word in words] == [1, 0]
    found = find(outside, "quokka")
    assert "wombat" not in str(hits(found.question, found.keys))
    update = desk.refresh()
    updates.submit_update(update=update, version=update.version, by=desk.contributor)
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    assert [find(outside, word).total for word in words] == [0, 1]


def test_a_mandate_that_has_ended_finds_nothing() -> None:
    planted = plant(UpdateState.TRANSMITTED)
    reviewer = planted.people["reviewer"]
    assert find(reviewer, "quokka").total == 1
    reviewer.mandates.update(valid_from="2020-01-01", valid_until="2020-12-31")
    assert find(reviewer, "quokka").total == 0


def test_an_archived_party_is_still_found_by_its_members_without_its_people() -> None:
    planted = plant(UpdateState.TRANSMITTED)
    leader = planted.people["country_administrator"]
    Party.objects.filter(pk=planted.desk.party.pk).update(
        archived_at="2026-01-01T00:00Z", archived_by=leader
    )
    assert [find(leader, word).total for word in ("okapi", "tapir")] == [1, 0]
    assert find(planted.people["reviewer"], "quokka").total == 0
