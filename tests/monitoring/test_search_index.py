"""The index follows each kind of write, and can be made anew as often as one likes."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from accounts.access import access_of
from accounts.enums import RoleCode
from accounts.models import Membership, User
from accounts.services.memberships import end_membership
from accounts.services.profile import change_profile
from accounts.services.records import withdraw
from actionplans.enums import Verb
from actionplans.models import CatalogueText, Evidence
from actionplans.services import updates
from actionplans.services.bulk import move_answers
from actionplans.services.contents import Content, NewEvidence
from common import clock
from monitoring.models import SearchEntry
from monitoring.queries.search.find import find
from monitoring.services import search
from taskforces.services import meetings
from tests.factories import accounts, actionplans, taskforces
from tests.factories.actionplans import CONTENT, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def found(user: User, *words: str) -> list[int]:
    return [find(access_of(user), word).total for word in words]


def write(desk: Desk, verb: Any = updates.save_update, **content: Any) -> None:
    """One write of the contributor on the answer as it stands."""
    row = desk.refresh()
    verb(
        update=row,
        version=row.version,
        content=Content.of(row, **content),
        by=desk.contributor,
    )


def test_saved_text_is_found_at_once_and_what_it_replaced_no_more(desk: Desk) -> None:
    write(desk, narrative="A quokka was seen.", measures="Okapis counted.")
    assert found(desk.contributor, "quokka", "okapi") == [1, 1]
    write(desk, narrative="A wombat was seen.", next_steps="More.", measures="")
    assert found(desk.contributor, "quokka", "okapi", "wombat") == [0, 0, 1]


def test_every_text_of_an_answer_is_found(desk: Desk) -> None:
    words = ("quokka", "wombat", "numbat", "okapi")
    texts = ("narrative", "measures", "next_steps", "rating_reason")
    write(desk, **dict(zip(texts, words, strict=True)))
    assert found(desk.contributor, *words) == [1, 1, 1, 1]


def test_an_answer_without_a_text_is_not_found(desk: Desk) -> None:
    search.reindex()
    assert found(desk.contributor, "2.1") == [1]  # the catalogue's item alone
    write(desk, narrative="A plan.")
    assert found(desk.contributor, "2.1") == [2]


def test_autosaved_text_is_found_after_the_next_tick(desk: Desk) -> None:
    write(desk, updates.autosave_update, narrative="A quokka")
    write(desk, updates.autosave_update, narrative="A wombat")
    assert found(desk.contributor, "quokka", "wombat") == [1, 0]
    assert search.catch_up_autosaved() == 1
    assert found(desk.contributor, "quokka", "wombat") == [0, 1]
    assert search.catch_up_autosaved() == 0


def test_autosaved_text_is_found_once_many_answers_were_submitted_together(desk: Desk) -> None:
    write(desk, updates.autosave_update, narrative="A quokka", rating="2")
    write(desk, updates.autosave_update, narrative="A wombat")
    rows = {desk.update.pk: desk.refresh().version}
    move_answers(verb=Verb.SUBMIT, rows=rows, party=desk.party, by=desk.contributor)
    assert found(desk.contributor, "quokka", "wombat") == [0, 1]


def test_evidence_is_found_by_title_and_publisher_while_it_is_attached(desk: Desk) -> None:
    new = NewEvidence(title="Numbat order", url="https://example.org", publisher="Okapi press")
    write(desk, attach=[new])
    assert found(desk.validator, "numbat", "okapi") == [1, 1]
    assert found(desk.reviewer, "numbat") == [0]
    write(desk, detach=[Evidence.objects.get().pk])
    assert found(desk.validator, "numbat") == [0]  # its page is closed too: only history has it


def test_lapsed_amendment_is_found_no_more_outside(desk: Desk) -> None:
    """What was sent again and not reviewed in time falls back to what was reviewed."""
    actionplans.bring_to(desk, "reviewed")
    row = desk.refresh()
    until = clock.now() + timedelta(days=5)
    updates.reopen_update(
        update=row, version=row.version, reason="Mend.", until=until, by=desk.reviewer
    )
    write(desk, narrative="A quokka was seen.")
    actionplans.bring_to(desk, "transmitted", content=Content.of(desk.refresh()))
    assert found(desk.reviewer, "quokka", "adopted") == [1, 0]
    with clock.at(until + timedelta(hours=1)):
        assert updates.lapse_reopened() == 1
    assert found(desk.reviewer, "quokka", "adopted") == [0, 1]


def test_meeting_edited_then_withdrawn_with_its_decisions(desk: Desk) -> None:
    force = taskforces.task_force(desk.party)
    meeting = taskforces.meeting(force, subject="Quokka")
    taskforces.decision(meeting, text="Count the okapi.")
    assert found(desk.validator, "quokka", "okapi") == [1, 1]
    by = taskforces.keeper(desk.party)
    meetings.change_meeting(
        meeting,
        version=1,
        by=by,
        seats_present=list(meeting.seats_present.all()),
        minutes=NewEvidence(title="Numbat minutes", url="https://example.org"),
        date=meeting.date,
        subject="Wombat",
    )
    assert found(desk.validator, "quokka", "wombat", "numbat") == [0, 1, 1]
    withdraw(meeting, version=2, by=by, reason="Entered twice.")
    assert found(desk.validator, "wombat", "okapi") == [0, 0]


def test_person_renamed_and_ended(desk: Desk) -> None:
    person = accounts.member(desk.party, RoleCode.OBSERVER)
    change_profile(by=person, name="Quokka", language="", time_zone="", choices={})
    assert found(desk.administrator, "quokka", person.email) == [1, 1]
    assert found(desk.coordinator, "quokka") == [0]
    membership = Membership.objects.get(user=person)
    end_membership(membership=membership, by=desk.administrator)
    assert found(desk.administrator, "quokka") == [0]


def test_a_write_that_fails_leaves_the_index_as_it_was(desk: Desk) -> None:
    write(desk, narrative="A quokka was seen.")
    with pytest.raises(updates.DomainError):
        write(desk, updates.submit_update, narrative="A wombat was seen.")  # without a rating
    assert found(desk.contributor, "quokka", "wombat") == [1, 0]


def test_what_does_not_change_keeps_its_entry(desk: Desk) -> None:
    write(desk, narrative="A quokka was seen.")
    before = set(SearchEntry.objects.values_list("pk", "key"))
    write(desk, narrative="A quokka was seen.")
    assert set(SearchEntry.objects.values_list("pk", "key")) == before


def test_reindex_twice_gives_what_the_writes_gave(desk: Desk) -> None:
    actionplans.bring_to(desk, "transmitted", content=CONTENT)
    taskforces.decision(taskforces.meeting(taskforces.task_force(desk.party)))
    search.reindex()
    wanted = list(SearchEntry.objects.values_list("pk", "key", "text", "title_terms"))
    call_command("reindex_search")
    assert list(SearchEntry.objects.values_list("pk", "key", "text", "title_terms")) == wanted
    call_command("reindex_search", "--anew")
    anew = SearchEntry.objects.values_list("pk", "key", "text", "title_terms")
    assert {row[1:] for row in anew} == {row[1:] for row in wanted}
    assert not {row[0] for row in anew} & {row[0] for row in wanted}
    assert found(desk.reviewer, "adopted") == [1]


def test_a_changed_catalogue_is_found_and_with_it_its_answers(desk: Desk) -> None:
    search.reindex()
    write(desk, narrative="A plan.")
    CatalogueText.objects.update(title="Quokka")
    search.follow_reference()
    assert found(desk.contributor, "quokka") == [2]
