"""The party's one reply to a verdict that differs from its claim."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import RoleCode
from accounts.models import AuditEvent
from actionplans.enums import UpdateState, Verb
from actionplans.models import ProgressUpdate
from actionplans.notifications import recipients
from actionplans.rules import decide
from actionplans.services import updates
from actionplans.services.standings import standing_of
from actionplans.services.updates import NotAllowed
from common import clock
from common.errors import Conflict, DomainError
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.races import race

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def reviewed(verdict="2"):
    desk = make.desk()
    make.bring_to(desk, UpdateState.REVIEWED, verdict=verdict)
    return desk


def reply(desk, words="Two battalions apply it.", by=None):
    update = desk.refresh()
    return updates.reply_to_verdict(
        update=update, version=update.version, reply=words, by=by or desk.coordinator
    )


def may_reply(desk):
    return decide(standing_of(desk.refresh(), desk.coordinator), Verb.REPLY)


def reopened(desk, days=3):
    update = desk.refresh()
    until = clock.now() + days * DAY
    updates.reopen_update(
        update=update, version=update.version, reason="New figures", until=until, by=desk.reviewer
    )
    return until


@pytest.mark.django_db
def test_reply_stands_beside_the_verdict_inside_and_outside():
    desk = reviewed()
    update = reply(desk, "  Two battalions apply it.  ")
    assert (update.state, update.verdict) == (UpdateState.REVIEWED, "2")
    assert (update.party_reply, update.replied_by) == ("Two battalions apply it.", desk.coordinator)
    outside = desk.refresh().transmitted_revision
    assert (outside.verb, outside.verdict, outside.party_reply) == (
        "reply",
        "2",
        "Two battalions apply it.",
    )
    assert outside.evidence.count() == 1
    events = AuditEvent.objects.filter(action="update.reply")
    assert [(event.by_id, event.subject_id) for event in events] == [
        (desk.coordinator.pk, str(update.pk))
    ]


@pytest.mark.django_db
def test_reply_makes_nobody_an_author():
    desk = reviewed()
    reply(desk)
    assert standing_of(desk.refresh(), desk.coordinator).authors == frozenset()


@pytest.mark.django_db
def test_there_is_one_reply():
    desk = reviewed()
    reply(desk)
    with pytest.raises(NotAllowed) as refused:
        reply(desk, "And another thing.")
    assert str(refused.value.message) == "The party has replied already; a verdict has one reply."
    assert desk.refresh().party_reply == "Two battalions apply it."


@pytest.mark.django_db
def test_verdict_that_agrees_has_no_reply():
    decision = may_reply(reviewed(verdict="3"))
    assert (decision.allowed, str(decision.why)) == (
        False,
        "The verdict agrees with the claim: there is nothing to reply to.",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["", " \n "])
def test_reply_needs_words(words):
    with pytest.raises(DomainError) as refused:
        reply(reviewed(), words)
    assert refused.value.field == "party_reply"


@pytest.mark.django_db
def test_overlong_reply_is_refused():
    with pytest.raises(DomainError) as refused:
        reply(reviewed(), "x" * 20_001)
    assert refused.value.field == "party_reply"


@pytest.mark.django_db
def test_reply_is_for_a_coordinator_of_the_party():
    desk = reviewed()
    for person in (desk.contributor, desk.validator, desk.administrator, desk.reviewer):
        with pytest.raises(NotAllowed) as refused:
            reply(desk, by=person)
        assert refused.value.is_right_missing


@pytest.mark.django_db
def test_reply_is_possible_until_the_period_closes():
    desk = reviewed()
    with clock.at(desk.period.closes_at - SECOND):
        assert may_reply(desk).allowed
    with clock.at(desk.period.closes_at):
        assert str(may_reply(desk).why) == "The time for a reply is over."


@pytest.mark.django_db
def test_late_verdict_can_be_replied_to_for_fourteen_days():
    desk = make.desk()
    make.bring_to(desk, UpdateState.TRANSMITTED)
    given = desk.period.closes_at - DAY
    with clock.at(given):
        make.bring_to(desk, UpdateState.REVIEWED)
    with clock.at(given + 14 * DAY - SECOND):
        assert may_reply(desk).allowed
    with clock.at(given + 14 * DAY):
        assert not may_reply(desk).allowed


@pytest.mark.django_db
def test_reopening_takes_the_reply_off_and_a_lapse_puts_it_back():
    desk = reviewed()
    at = clock.now() - SECOND
    with clock.at(at):
        reply(desk)
    until = reopened(desk)
    update = desk.refresh()
    assert (update.party_reply, update.replied_at, update.replied_by) == ("", None, None)
    assert update.transmitted_revision.party_reply == "Two battalions apply it."
    with clock.at(until):
        assert updates.lapse_reopened() == 1
    update = desk.refresh()
    assert (update.party_reply, update.replied_by) == ("Two battalions apply it.", desk.coordinator)
    assert update.replied_at == at
    assert update.transmitted_revision.verb == "lapse"
    assert update.transmitted_revision.party_reply == "Two battalions apply it."


@pytest.mark.django_db
def test_second_verdict_has_its_own_reply():
    desk = reviewed()
    reply(desk)
    reopened(desk)
    make.bring_to(desk, UpdateState.REVIEWED, verdict="1")
    assert desk.refresh().party_reply == ""
    assert reply(desk, "Again we differ.").party_reply == "Again we differ."
    kept = desk.update.revisions.filter(verb="reply").values_list("party_reply", flat=True)
    assert list(kept) == ["Two battalions apply it.", "Again we differ."]


@pytest.mark.django_db
def test_lapse_of_a_second_reopening_does_not_bring_an_older_reply():
    desk = reviewed()
    reply(desk)
    reopened(desk)
    make.bring_to(desk, UpdateState.REVIEWED, verdict="1")
    until = reopened(desk)
    with clock.at(until):
        updates.lapse_reopened()
    assert (desk.refresh().verdict, desk.update.party_reply) == ("1", "")


@pytest.mark.django_db
def test_reviewers_are_told():
    desk = reviewed()
    second = people.reviewer(desk.party)
    told = recipients(standing_of(desk.update, desk.coordinator), Verb.REPLY)
    assert {person.pk for person in told} == {desk.reviewer.pk, second.pk}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"party_reply": ""},
        {"replied_at": None, "replied_by": None},
        {"replied_at": None},
        {"verdict": "3"},
        {"state": UpdateState.DRAFT},
    ],
)
def test_database_refuses_a_reply_without_words_people_or_difference(change):
    desk = reviewed()
    reply(desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgressUpdate.objects.filter(pk=desk.update.pk).update(**change)


@pytest.mark.django_db
def test_amended_on_is_the_day_of_the_sending_and_stays():
    desk = reviewed()
    assert desk.update.amended_at is None
    reopened(desk)
    assert desk.refresh().amended_at is None
    sent = clock.now() + timedelta(hours=1)
    make.bring_to(desk, UpdateState.ENDORSED)
    with clock.at(sent):
        make.bring_to(desk, UpdateState.TRANSMITTED)
    make.bring_to(desk, UpdateState.REVIEWED, verdict="1")
    assert desk.refresh().amended_at == sent
    reply(desk)
    until = reopened(desk)
    assert desk.refresh().amended_at == sent
    with clock.at(until):
        updates.lapse_reopened()
    assert desk.refresh().amended_at == sent


@pytest.mark.django_db
def test_amendment_that_lapses_leaves_no_mark():
    desk = reviewed()
    until = reopened(desk)
    make.bring_to(desk, UpdateState.TRANSMITTED)
    assert desk.refresh().amended_at is not None
    with clock.at(until):
        assert updates.lapse_reopened() == 1
    assert (desk.refresh().verdict, desk.update.amended_at) == ("2", None)


@pytest.mark.usefixtures("flushable")
def test_two_coordinators_reply(rounds):
    """One reply is taken, the other coordinator is told; nothing doubles."""
    desk = make.desk()
    second = people.member(desk.party, RoleCode.COORDINATOR)
    for number in range(rounds):
        desk.update = ProgressUpdate.objects.create(
            assignment=make.assignment(desk.party, desk.lead, make.item(f"3.1.{number}")),
            period=desk.period,
        )
        update = make.bring_to(desk, UpdateState.REVIEWED)
        results = race(
            *(
                lambda u=update, person=person: updates.reply_to_verdict(
                    update=u, version=u.version, reply=f"By {person.pk}", by=person
                )
                for person in (desk.coordinator, second)
            )
        )
        won = [r for r in results if isinstance(r, ProgressUpdate)]
        assert [type(r) for r in results if r not in won] == [Conflict]
        assert desk.refresh().party_reply == won[0].party_reply
        assert update.revisions.filter(verb="reply").count() == 1


@pytest.mark.django_db
def test_lapse_leaves_the_time_for_a_reply(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.TRANSMITTED)
    with clock.at(desk.period.closes_at - DAY):
        make.bring_to(desk, UpdateState.REVIEWED, verdict="2")
    with clock.at(desk.period.closes_at + DAY):
        until = reopened(desk, days=60)
    with clock.at(until):
        updates.lapse_reopened()
    for late, allowed in ((14 * DAY - SECOND, True), (14 * DAY, False)):
        with clock.at(until + late):
            assert may_reply(desk).allowed == allowed
            waits = signed_in(desk.coordinator).get("/").context["waiting_count"]
            assert waits == int(allowed)


def acts(update):
    fields = ("submitted", "signed", "endorsed", "transmitted", "reviewed")
    return {f: (getattr(update, f"{f}_at"), getattr(update, f"{f}_by")) for f in fields}


@pytest.mark.django_db
def test_lapse_puts_back_who_brought_the_answer_to_its_review():
    desk = reviewed()
    before = acts(desk.refresh())
    assert all(at and by for at, by in before.values())
    until = reopened(desk)
    make.bring_to(desk, UpdateState.TRANSMITTED)
    with clock.at(until):
        updates.lapse_reopened()
    after = acts(desk.refresh())
    assert {f: by for f, (_at, by) in after.items()} == {f: by for f, (_at, by) in before.items()}
    assert all(abs(at - before[f][0]) < SECOND for f, (at, _by) in after.items())
