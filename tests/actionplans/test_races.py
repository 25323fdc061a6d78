"""Two people on one update at the same moment: one wins, the other is told, nothing doubles."""

import threading
from contextlib import suppress

import pytest

from accounts.enums import RoleCode
from actionplans.enums import PeriodKind, UpdateState
from actionplans.models import Amendment, ProgressUpdate, ReportingPeriod, Submission
from actionplans.services import submissions, updates
from actionplans.services.contents import Content
from common.errors import Conflict, DomainError
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.races import race

pytestmark = pytest.mark.usefixtures("flushable")


def _updates(desk, rounds):
    """A fresh draft for the desk, a round."""
    for number in range(rounds):
        desk.update = ProgressUpdate.objects.create(
            assignment=make.assignment(desk.party, desk.lead, make.item(f"3.1.{number}")),
            period=desk.period,
        )
        yield desk.update


def _review(update, person, verdict):
    return updates.review_update(
        update=update, version=update.version, verdict=verdict, reason="Seen.", by=person
    )


def _reviewers_race(rounds):
    """(wins, reviews kept) over all rounds of two reviewers with different verdicts."""
    desk = make.desk()
    second = people.reviewer(desk.party)
    wins = kept = 0
    for _ in _updates(desk, rounds):
        update = make.bring_to(desk, UpdateState.TRANSMITTED)
        results = race(
            lambda u=update: _review(u, desk.reviewer, "1"),
            lambda u=update: _review(u, second, "2"),
        )
        won = [r for r in results if isinstance(r, ProgressUpdate)]
        wins += len(won)
        kept += update.revisions.filter(verb="review").count()
        if len(won) == 1:
            assert [type(r) for r in results if r not in won] == [Conflict]
            assert desk.refresh().verdict == won[0].verdict
    return wins, kept


def test_two_reviewers(rounds):
    assert _reviewers_race(rounds) == (rounds, rounds)


@pytest.mark.postgres
def test_two_reviewers_both_win_without_the_guard(monkeypatch):
    """The test above can fail: without lock and comparison both verdicts are taken."""
    together = threading.Barrier(2)

    def decide_together(standing, verb):
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=2)
        return decide(standing, verb)

    def set_without_comparing(row, *, expected, **values):
        type(row)._base_manager.filter(pk=row.pk).update(**values)

    desk = make.desk()
    second = people.reviewer(desk.party)
    update = make.bring_to(desk, UpdateState.TRANSMITTED)
    decide = updates.decide
    monkeypatch.setattr(updates, "decide", decide_together)
    monkeypatch.setattr(updates, "lock", lambda queryset: queryset)
    monkeypatch.setattr(updates, "compare_and_set", set_without_comparing)
    monkeypatch.setattr(updates, "keep_revision", lambda *args, **kwargs: None)
    results = race(
        lambda: _review(update, desk.reviewer, "1"), lambda: _review(update, second, "2")
    )
    assert [type(r) for r in results] == [ProgressUpdate, ProgressUpdate]


def test_two_coordinators_endorse(rounds):
    desk = make.desk()
    second = people.member(desk.party, RoleCode.COORDINATOR)
    wins = []
    for _ in _updates(desk, rounds):
        update = make.bring_to(desk, UpdateState.SIGNED)
        results = race(
            *(
                lambda u=update, person=person: updates.endorse_update(
                    update=u, version=u.version, by=person
                )
                for person in (desk.coordinator, second)
            )
        )
        wins.append(sorted(type(r).__name__ for r in results))
        assert update.revisions.filter(verb="endorse").count() == 1
    assert wins == [["Conflict", "ProgressUpdate"]] * rounds


def test_two_coordinators_send(rounds):
    desk = make.desk()
    second = people.member(desk.party, RoleCode.COORDINATOR)
    for _ in _updates(desk, rounds):
        update = make.bring_to(desk, UpdateState.ENDORSED)
        results = race(
            *(
                lambda person=person: submissions.send_national_answer(
                    party=desk.party, period=desk.period, by=person
                )
                for person in (desk.coordinator, second)
            )
        )
        assert sorted(isinstance(r, DomainError) for r in results) == [False, True]
        assert update.revisions.filter(verb="send").count() == 1
    assert (Submission.objects.count(), Amendment.objects.count()) == (1, rounds - 1)


@pytest.mark.postgres
def test_that_nothing_changed_is_not_sent_while_an_answer_is_begun(monkeypatch):
    """The save has its row and the sender the party before either goes on."""
    desk = make.desk(made_period=make.period("2025", opened_days_ago=80))
    make.bring_to(desk, UpdateState.REVIEWED)
    interim = make.period("2026", opened_days_ago=10)
    ReportingPeriod.objects.filter(pk=interim.pk).update(kind=PeriodKind.INTERIM)
    interim.refresh_from_db()
    draft = ProgressUpdate.objects.create(assignment=desk.update.assignment, period=interim)
    has_party, has_row = threading.Event(), threading.Event()
    begin, keep_revision = submissions._begin, updates.keep_revision

    def begin_first(*args):
        begin(*args)
        has_party.set()
        has_row.wait(timeout=5)

    def write_first(*args, **kwargs):
        has_row.set()
        has_party.wait(timeout=5)
        return keep_revision(*args, **kwargs)

    monkeypatch.setattr(submissions, "_begin", begin_first)
    monkeypatch.setattr(updates, "keep_revision", write_first)
    content = Content(narrative="It changed.")
    results = race(
        lambda: submissions.send_unchanged(party=desk.party, period=interim, by=desk.coordinator),
        lambda: updates.save_update(update=draft, version=0, content=content, by=desk.contributor),
    )
    assert [type(result) for result in results] == [Conflict, ProgressUpdate]
    assert not Submission.objects.filter(period=interim).exists()


def test_two_writers(rounds):
    desk = make.desk()
    second = people.member(desk.party, RoleCode.CONTRIBUTOR, desk.lead)
    for update in _updates(desk, rounds):
        texts = {desk.contributor: "The first text", second: "The second text"}
        results = race(
            *(
                lambda person=person, text=text, u=update: updates.save_update(
                    update=u, version=0, content=Content(narrative=text), by=person
                )
                for person, text in texts.items()
            )
        )
        won = [r for r in results if isinstance(r, ProgressUpdate)]
        assert [type(r) for r in results if r not in won] == [Conflict]
        update.refresh_from_db()
        assert (update.version, update.narrative) == (1, won[0].narrative)
