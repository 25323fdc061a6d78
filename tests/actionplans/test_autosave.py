"""Autosave: the same rules as Save, one revision and one event a sitting, nothing without one."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from actionplans.enums import UpdateState
from actionplans.models import ProgressUpdate
from actionplans.services import updates
from actionplans.services.contents import Content, NewEvidence
from actionplans.services.updates import NotAllowed
from common import clock, partial_uploads
from common.errors import Conflict
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.races import race

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def address(update):
    return reverse("actionplans:update-edit", args=[update.assignment.party.code, update.pk])


def sent(update, **changes):
    names = ("narrative", "rating", "rating_reason", "measures", "next_steps")
    typed = {name: getattr(update, name) for name in names}
    return {**typed, "version": update.version, "action": "autosave", **changes}


def write(update, text, by, **changes):
    content = Content(narrative=text, **changes)
    return updates.autosave_update(update=update, version=update.version, content=content, by=by)


def autosave(desk, text, by=None, **changes):
    return write(desk.refresh(), text, by or desk.contributor, **changes)


def kept(desk):
    return [(r.number, r.narrative, r.by) for r in desk.update.revisions.all()]


def events(desk):
    return AuditEvent.objects.filter(action="update.save", subject_id=desk.update.pk).count()


def colleague(desk):
    return people.member(desk.party, "contributor", desk.lead)


def test_page_saves_without_leaving_and_says_when(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    response = client.post(address(desk.update), sent(desk.update, narrative="A plan\r\nwas"))
    assert (response.status_code, response.json()["version"]) == (200, 1)
    assert response.json()["message"].startswith("Saved ")
    assert desk.refresh().narrative == "A plan\nwas"


def test_one_sitting_keeps_one_revision_and_one_event():
    desk = make.desk()
    for text in ("a", "ab", "abc"):
        autosave(desk, text)
    assert desk.refresh().narrative == "abc"
    assert kept(desk) == [(1, "a", desk.contributor)]
    assert events(desk) == 1


def test_next_sitting_keeps_another_revision():
    desk = make.desk()
    autosave(desk, "a")
    with clock.at(clock.now() + 11 * MINUTE):
        autosave(desk, "ab")
    assert [(n, text) for n, text, _by in kept(desk)] == [(1, "a"), (2, "ab")]
    assert events(desk) == 2


def test_nobody_writes_over_text_that_has_no_revision():
    desk = make.desk()
    autosave(desk, "a")
    autosave(desk, "ab")
    autosave(desk, "b", by=(other := colleague(desk)))
    assert kept(desk) == [
        (1, "a", desk.contributor),
        (2, "ab", desk.contributor),
        (3, "b", other),
    ]
    assert desk.refresh().autosaved_by is None


@pytest.mark.parametrize("verb", [updates.carry_over, updates.submit_unchanged])
def test_last_period_s_text_does_not_take_away_what_was_typed(verb):
    """Its page says that the draft stays in the history."""
    earlier = make.desk(made_period=make.period("2025", opened_days_ago=80))
    make.bring_to(earlier, UpdateState.TRANSMITTED)
    period = make.period("2026", opened_days_ago=10)
    update = ProgressUpdate.objects.create(assignment=earlier.update.assignment, period=period)
    desk = replace(earlier, period=period, update=update)
    for text in ("a", "ab"):
        autosave(desk, text)
    reason = {"reason": "As it was."} if verb == updates.submit_unchanged else {}
    verb(update=update, version=desk.refresh().version, by=desk.contributor, **reason)
    assert [text for _n, text, _by in kept(desk)] == ["a", "ab", desk.refresh().narrative]


def test_revision_kept_later_bears_the_time_of_its_text():
    desk = make.desk()
    autosave(desk, "a")
    with clock.at(at := clock.now() + MINUTE):
        autosave(desk, "ab")
    with clock.at(at + MINUTE):
        autosave(desk, "b", by=colleague(desk))
    assert desk.update.revisions.get(number=2).at == at


def test_lapse_keeps_unsent_autosaved_text():
    desk = make.desk()
    make.bring_to(desk, UpdateState.REVIEWED)
    until = clock.now() + timedelta(days=2)
    updates.reopen_update(
        update=desk.update,
        version=desk.refresh().version,
        reason="Amend.",
        until=until,
        by=desk.reviewer,
    )
    autosave(desk, "a", rating="1")
    autosave(desk, "ab", rating="1")
    with clock.at(until + MINUTE):
        assert updates.lapse_reopened() == 1
    texts = list(desk.update.revisions.values_list("narrative", "verb"))
    assert texts[-2:] == [("ab", "save"), (make.CONTENT.narrative, "lapse")]


def test_submitting_after_autosaves_keeps_the_whole_answer():
    desk = make.desk()
    autosave(desk, "a", rating="1")
    autosave(desk, "ab", rating="1")
    updates.submit_update(update=desk.update, version=desk.refresh().version, by=desk.contributor)
    assert [(n, text) for n, text, _by in kept(desk)] == [(1, "a"), (3, "ab")]


def test_repeated_call_whose_answer_was_lost_is_no_conflict():
    desk = make.desk()
    autosave(desk, "a")
    again = updates.autosave_update(
        update=desk.update, version=0, content=Content(narrative="a"), by=desk.contributor
    )
    assert (again.version, len(kept(desk))) == (1, 1)


def test_stale_text_is_a_conflict_and_changes_nothing(signed_in):
    desk = make.desk()
    autosave(desk, "theirs", by=colleague(desk))
    response = signed_in(desk.contributor).post(
        address(desk.update), sent(desk.update, narrative="mine", version=0)
    )
    assert (response.status_code, response.json()["conflict"]) == (409, True)
    assert "somebody else saved" in response.json()["message"]
    assert desk.refresh().narrative == "theirs"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
def test_version_that_no_form_has_is_a_conflict(signed_in, version):
    desk = make.desk()
    response = signed_in(desk.contributor).post(
        address(desk.update), sent(desk.update, narrative="mine", version=version)
    )
    assert response.status_code == 409
    assert desk.refresh().version == 0


def test_what_cannot_be_taken_yet_is_said(signed_in):
    desk = make.desk()
    response = signed_in(desk.contributor).post(
        address(desk.update), sent(desk.update, rating="na")
    )
    assert response.status_code == 400
    assert response.json() == {"message": "Not saved yet: Say why: this rating needs a reason."}


def test_after_the_deadline_nothing_is_saved(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    with clock.at(desk.period.due_at):
        response = client.post(address(desk.update), sent(desk.update, narrative="late"))
    assert response.status_code == 409
    assert "deadline" in response.json()["message"]
    assert desk.refresh().version == 0


def test_only_who_may_write_autosaves():
    desk = make.desk()
    with pytest.raises(NotAllowed):
        autosave(desk, "a", by=desk.validator)


def test_evidence_is_left_alone(signed_in):
    desk = make.desk()
    typed = {"narrative": "a", "link": "https://example.org/x", "link_title": "X"}
    signed_in(desk.contributor).post(address(desk.update), sent(desk.update, **typed))
    assert desk.refresh().evidence.count() == 0


TEXT = b"The task force met on 3 March."
DIGEST = hashlib.sha256(TEXT).hexdigest()


def begin_upload(update, by):
    return partial_uploads.open_upload(
        owner=by.pk,
        purpose=f"update:{update.pk}",
        name="minutes.txt",
        size=len(TEXT),
        sha256=DIGEST,
        allowed={"txt"},
    )


def attached(desk):
    """Title, publisher, day and digest of each file."""
    found = desk.refresh().evidence.select_related("stored_file")
    return [(e.title, e.publisher, str(e.date), e.stored_file.sha256) for e in found]


def test_text_saved_between_two_chunks_and_the_file_both_stay(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    upload = begin_upload(desk.update, desk.contributor)
    partial_uploads.add_chunk(upload=upload, offset=0, content=TEXT[:10])
    half = sent(desk.refresh(), narrative="Half", uploaded=upload.token)
    assert client.post(address(desk.update), half).json()["version"] == 1
    partial_uploads.add_chunk(upload=upload, offset=10, content=TEXT[10:])
    client.post(address(desk.update), sent(desk.refresh(), narrative="Whole"))
    assert (attached(desk), desk.update.narrative) == ([], "Whole")
    document = {"file_title": "Minutes", "file_publisher": "MoD", "file_date": "2026-03-03"}
    whole = sent(desk.update, narrative="Whole.", action="save", uploaded=upload.token, **document)
    assert client.post(address(desk.update), whole).status_code == 302
    assert attached(desk) == [("Minutes", "MoD", "2026-03-03", DIGEST)]
    assert desk.update.narrative == "Whole."


def test_file_that_was_sent_is_offered_again_beside_another_ones_text(signed_in):
    desk = make.desk()
    client = signed_in(desk.contributor)
    upload = begin_upload(desk.update, desk.contributor)
    partial_uploads.add_chunk(upload=upload, offset=0, content=TEXT)
    autosave(desk, "theirs", by=colleague(desk))
    mine = {"narrative": "mine", "action": "save", "uploaded": upload.token}
    page = client.post(address(desk.update), sent(desk.update, **mine, version=0))
    assert page.status_code == 409
    assert f'value="{upload.token}" checked' in page.content.decode()
    client.post(address(desk.update), sent(desk.refresh(), **mine))
    assert [one[3] for one in attached(desk)] == [DIGEST]
    assert desk.update.narrative == "mine"


@pytest.mark.usefixtures("flushable")
def test_text_and_chunk_that_come_at_once_are_both_taken(rounds):
    desk = make.desk()
    for number in range(rounds):
        narrative = f"Text {number}"
        upload = begin_upload(desk.refresh(), desk.contributor)
        saved, _whole = race(
            partial(write, desk.update, narrative, desk.contributor),
            partial(partial_uploads.add_chunk, upload=upload, offset=0, content=TEXT),
        )
        [file] = partial_uploads.take(
            tokens=[upload.token], owner=desk.contributor.pk, purpose=upload.purpose
        )
        content = Content(
            narrative=narrative, attach=[NewEvidence(title=narrative, stored_file=file)]
        )
        updates.save_update(
            update=desk.update, version=saved.version, content=content, by=desk.contributor
        )
    assert desk.refresh().narrative == f"Text {rounds - 1}"
    assert [one[3] for one in attached(desk)] == [DIGEST] * rounds


def test_part_that_was_not_returned_stays_locked():
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.SUBMITTED)
    updates.return_update(
        update=update, version=update.version, reasons={"rating": "Why?"}, by=desk.validator
    )
    locked = Content.of(desk.refresh(), narrative="Another")
    with pytest.raises(updates.DomainError):
        updates.autosave_update(
            update=desk.update, version=desk.update.version, content=locked, by=desk.contributor
        )


def test_signed_out_autosave_is_refused(client):
    desk = make.desk()
    response = client.post(address(desk.update), sent(desk.update, narrative="a"))
    assert response.status_code == 401
    assert desk.refresh().narrative == ""


@pytest.mark.usefixtures("flushable")
def test_two_writers_at_once(rounds):
    """One text is taken, the other is told; each text that was taken has its revision."""
    desk = make.desk()
    writers = (desk.contributor, colleague(desk))
    for number in range(rounds):
        calls = [partial(write, desk.refresh(), f"{number} by {who.pk}", who) for who in writers]
        results = race(*calls)
        taken = [r for r in results if isinstance(r, ProgressUpdate)]
        assert [len(taken), sum(isinstance(r, Conflict) for r in results)] == [1, 1]
        assert desk.refresh().narrative == taken[0].narrative
