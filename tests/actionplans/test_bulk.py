"""Many rows at once: all of what was shown or nothing, each by its own service."""

from datetime import timedelta

import pytest

from accounts.access import access_of
from accounts.enums import Frequency, RoleCode, Sector
from accounts.models import AuditEvent, Membership, NotificationChoice
from actionplans.enums import Actor, UpdateState, Verb
from actionplans.models import Assignment, Extension, ProgressUpdate
from actionplans.services import bulk, updates
from actionplans.services.bulk import CHANGED, GONE, HAS_TIME, MOST, Changes, Refused
from actionplans.services.periods import grant_extension
from actionplans.services.updates import NotAllowed
from common import clock
from common.errors import DomainError
from common.models import OutgoingMail
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.pages import more_answers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queued_mail(settings):
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"


def desk_of(number, state):
    """A desk, and the versions of `number` answers of it in the state."""
    desk = make.desk()
    make.bring_to(desk, state)
    more_answers(desk, number - 1, state)
    OutgoingMail.objects.all().delete()
    return desk, versions()


def move(desk, verb, **given):
    return bulk.move_answers(verb=verb, party=desk.party, **given)


def versions():
    return dict(ProgressUpdate.objects.values_list("pk", "version"))


def states():
    return sorted(ProgressUpdate.objects.values_list("state", flat=True))


STEPS = [
    (Verb.SIGN, UpdateState.SUBMITTED, "validator", {}, UpdateState.SIGNED),
    (Verb.ENDORSE, UpdateState.SIGNED, "coordinator", {}, UpdateState.ENDORSED),
    (
        Verb.RETURN,
        UpdateState.SIGNED,
        "coordinator",
        {"part": "rating", "reason": "Too high."},
        UpdateState.RETURNED,
    ),
    (Verb.REVIEW, UpdateState.TRANSMITTED, "reviewer", {}, UpdateState.REVIEWED),
    (
        Verb.RETURN,
        UpdateState.TRANSMITTED,
        "reviewer",
        {"part": "whole", "reason": "Say more."},
        UpdateState.RETURNED,
    ),
]


@pytest.mark.parametrize(("verb", "before", "who", "typed", "after"), STEPS)
def test_all_answers_move_with_an_event_each(verb, before, who, typed, after):
    desk, rows = desk_of(3, before)
    moved = bulk.move_answers(
        verb=verb,
        rows=rows,
        party=None if who == "reviewer" else desk.party,
        by=getattr(desk, who),
        **typed,
    )
    assert (len(moved), states()) == (3, [after] * 3)
    assert AuditEvent.objects.filter(action=f"update.{verb}").count() == 3
    assert {update.version for update in ProgressUpdate.objects.all()} == {
        version + 1 for version in rows.values()
    }


def test_a_review_of_many_confirms_each_claim():
    desk, rows = desk_of(3, UpdateState.TRANSMITTED)
    bulk.move_answers(verb=Verb.REVIEW, rows=rows, party=None, by=desk.reviewer)
    verdicts = ProgressUpdate.objects.values_list("rating", "verdict", "verdict_reason")
    assert set(verdicts) == {("3", "3", "")}


def wants_at_once(person, kind):
    NotificationChoice.objects.create(user=person, kind=kind, frequency=Frequency.AT_ONCE)


def test_each_person_gets_one_mail_for_all():
    desk, rows = desk_of(3, UpdateState.SUBMITTED)
    wants_at_once(desk.coordinator, "update.sign")
    move(desk, Verb.SIGN, rows=rows, by=desk.validator)
    (mail,) = OutgoingMail.objects.all()
    assert mail.recipients == [desk.coordinator.email]
    assert mail.subject == "2.1 Title of 2.1: waits for endorsement, and 2 more"
    assert all(f"/updates/{pk}/" in mail.body for pk in rows)
    assert "This holds for 3 answers:" in mail.body


def test_a_mail_for_one_row_is_the_mail_of_the_single_step():
    desk, rows = desk_of(1, UpdateState.SUBMITTED)
    wants_at_once(desk.coordinator, "update.sign")
    move(desk, Verb.SIGN, rows=rows, by=desk.validator)
    (mail,) = OutgoingMail.objects.all()
    assert mail.subject == "2.1 Title of 2.1: waits for endorsement"


def test_a_row_changed_since_the_preview_stops_all():
    desk, rows = desk_of(3, UpdateState.SUBMITTED)
    first = ProgressUpdate.objects.get(pk=min(rows))
    updates.return_update(
        update=first, version=first.version, reasons={"whole": "No."}, by=desk.validator
    )
    before = states()
    OutgoingMail.objects.all().delete()
    with pytest.raises(Refused) as refusal:
        move(desk, Verb.SIGN, rows=rows, by=desk.validator)
    assert refusal.value.reasons == {first.pk: CHANGED}
    assert (states(), OutgoingMail.objects.count()) == (before, 0)


def test_a_row_that_the_table_refuses_stops_all():
    desk, _rows = desk_of(2, UpdateState.SUBMITTED)
    (signed,) = ProgressUpdate.objects.filter(pk=desk.update.pk)
    updates.sign_update(update=signed, version=signed.version, by=desk.validator)
    with pytest.raises(Refused) as refusal:
        move(desk, Verb.SIGN, rows=versions(), by=desk.validator)
    assert refusal.value.reasons == {signed.pk: "State of the answer now: signed."}
    assert states() == [UpdateState.SIGNED, UpdateState.SUBMITTED]


def test_a_foreign_row_is_as_absent():
    desk, rows = desk_of(1, UpdateState.SUBMITTED)
    foreign = make.desk("ZAF", desk.update.assignment.item, desk.period)
    theirs = make.bring_to(foreign, UpdateState.SUBMITTED)
    for pk in (theirs.pk, 10**9):
        with pytest.raises(Refused) as refusal:
            move(desk, Verb.SIGN, rows={**rows, pk: 1}, by=desk.validator)
        assert refusal.value.reasons == {pk: GONE}
    assert states() == [UpdateState.SUBMITTED] * 2


def test_rights_are_read_again_between_preview_and_confirmation():
    desk, rows = desk_of(3, UpdateState.SIGNED)
    Membership.objects.filter(user=desk.coordinator).update(
        suspended_at=clock.now(), suspended_by=desk.administrator
    )
    with pytest.raises(Refused) as refusal:
        move(desk, Verb.ENDORSE, rows=rows, by=desk.coordinator)
    assert set(refusal.value.reasons.values()) == {GONE}
    assert states() == [UpdateState.SIGNED] * 3


def test_rights_lost_between_two_rows_undo_the_first(monkeypatch):
    desk, rows = desk_of(3, UpdateState.SIGNED)
    endorse, done = updates.endorse_update, []

    def suspend_after_the_first(**kwargs):
        done.append(endorse(**kwargs))
        Membership.objects.filter(user=desk.coordinator).update(
            suspended_at=clock.now(), suspended_by=desk.administrator
        )
        return done[-1]

    monkeypatch.setitem(bulk.TAKE, Verb.ENDORSE, suspend_after_the_first)
    with pytest.raises(Refused) as refusal:
        move(desk, Verb.ENDORSE, rows=rows, by=desk.coordinator)
    assert len(done) == 1
    assert list(refusal.value.reasons) == [sorted(rows)[1]]
    assert states() == [UpdateState.SIGNED] * 3
    assert OutgoingMail.objects.count() == 0


def test_after_the_close_nothing_moves():
    desk, rows = desk_of(2, UpdateState.SIGNED)
    with clock.at(desk.period.closes_at), pytest.raises(Refused) as refusal:
        move(desk, Verb.ENDORSE, rows=rows, by=desk.coordinator)
    assert set(refusal.value.reasons.values()) == {
        "The period is closed; the answer stands as it is."
    }


@pytest.mark.parametrize("number", [0, MOST + 1])
def test_number_of_rows_is_bounded(number):
    desk = make.desk()
    rows = dict.fromkeys(range(1, number + 1), 0)
    with pytest.raises(DomainError) as refusal:
        move(desk, Verb.SIGN, rows=rows, by=desk.validator)
    assert str(refusal.value.message) == "Tick from 1 to 100 rows."


def test_a_return_without_a_reason_says_where():
    desk, rows = desk_of(2, UpdateState.SIGNED)
    with pytest.raises(DomainError) as refusal:
        move(desk, Verb.RETURN, rows=rows, by=desk.coordinator, part="whole", reason=" ")
    assert refusal.value.field == "reason"
    assert states() == [UpdateState.SIGNED] * 2


def test_forecast_names_reasons_and_people_in_a_constant_number_of_queries(count_queries):
    desk, _rows = desk_of(1, UpdateState.SUBMITTED)
    counts = []
    for further in (0, 2):
        more_answers(desk, further, UpdateState.SUBMITTED)
        found = list(bulk.with_people(ProgressUpdate.objects.all()))
        who = access_of(desk.validator)
        counts.append(
            count_queries(lambda found=found, who=who: bulk.forecast(found, Verb.SIGN, who))
        )
        rows = bulk.forecast(found, Verb.SIGN, who)
        assert {(row.why, tuple(row.told)) for row in rows} == {("", (desk.coordinator,))}
    assert counts == [3, 3]


# --- Assignments ------------------------------------------------------------------------------


def given_versions():
    return dict(Assignment.objects.values_list("pk", "version"))


def test_assignments_change_together_and_keep_the_rest():
    desk = make.desk()
    more_answers(desk, 2)
    Assignment.objects.update(alternate=desk.validator)
    for row in Assignment.objects.all():
        row.supporting.set([desk.other])
    police = people.institution(desk.party, "Police", Sector.POLICE)
    changes = Changes(supporting=[police], adds_supporting=True, focal_point=desk.contributor)
    bulk.assign_many(party=desk.party, rows=given_versions(), changes=changes, by=desk.coordinator)
    for row in Assignment.objects.all():
        assert (row.lead, row.focal_point, row.alternate, row.version) == (
            desk.lead,
            desk.contributor,
            desk.validator,
            2,
        )
        assert set(row.supporting.all()) == {desk.other, police}


@pytest.mark.parametrize("place", ["focal_point", "alternate"])
def test_who_is_named_and_has_left_stays_named_until_it_is_changed(place):
    desk = make.desk()
    Assignment.objects.update(**{place: desk.validator})
    desk.validator.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    bulk.assign_many(
        party=desk.party,
        rows=given_versions(),
        changes=Changes(lead=desk.other),
        by=desk.coordinator,
    )
    row = Assignment.objects.get()
    assert (row.lead, getattr(row, place)) == (desk.other, desk.validator)


def test_an_item_that_cannot_take_the_lead_stops_all_and_says_why():
    desk = make.desk()
    machinery = make.assignment(
        desk.party, desk.other, make.item("7.1", actor=Actor.WOMENS_MACHINERY)
    )
    police = people.institution(desk.party, "Police", Sector.POLICE)
    with pytest.raises(Refused) as refusal:
        bulk.assign_many(
            party=desk.party,
            rows=given_versions(),
            changes=Changes(lead=police),
            by=desk.coordinator,
        )
    assert refusal.value.reasons == {
        machinery.pk: "An institution for gender equality leads this item."
    }
    assert not Assignment.objects.filter(lead=police).exists()


def test_assignments_need_the_right_and_a_change():
    desk = make.desk()
    with pytest.raises(NotAllowed):
        bulk.assign_many(
            party=desk.party,
            rows=given_versions(),
            changes=Changes(lead=desk.other),
            by=desk.contributor,
        )
    with pytest.raises(DomainError) as refusal:
        bulk.assign_many(
            party=desk.party, rows=given_versions(), changes=Changes(), by=desk.coordinator
        )
    assert refusal.value.field == "lead"
    with pytest.raises(Refused) as changed:
        bulk.assign_many(
            party=desk.party,
            rows={desk.update.assignment_id: 7},
            changes=Changes(clears_focal_point=True),
            by=desk.coordinator,
        )
    assert changed.value.reasons == {desk.update.assignment_id: CHANGED}


# --- More time --------------------------------------------------------------------------------


def test_many_parties_get_the_same_time_and_whoever_is_asked_gets_one_mail():
    desk = make.desk()
    second = make.desk("ZAF", desk.update.assignment.item, desk.period)
    office = people.member(people.dpko(), RoleCode.COORDINATOR)
    rows = {desk.party.pk: 0, second.party.pk: 0}
    made = bulk.extend_many(
        period=desk.period, rows=rows, until=desk.period.closes_at, reason="A flood", by=office
    )
    assert [one.party for one in made] == [desk.party, second.party]
    told = sorted(mail.recipients[0] for mail in OutgoingMail.objects.all())
    asked = [person for d in (desk, second) for person in (d.coordinator, d.contributor)]
    assert told == sorted(person.email for person in asked)


def test_time_granted_meanwhile_by_another_stops_all():
    desk = make.desk()
    second = make.desk("ZAF", desk.update.assignment.item, desk.period)
    office = people.member(people.dpko(), RoleCode.COORDINATOR)
    grant_extension(
        party=second.party,
        period=desk.period,
        until=desk.period.due_at + timedelta(days=1),
        reason="War",
        by=office,
    )
    with pytest.raises(Refused) as refusal:
        bulk.extend_many(
            period=desk.period,
            rows={desk.party.pk: 0, second.party.pk: 0},
            until=desk.period.closes_at,
            reason="A flood",
            by=office,
        )
    assert refusal.value.reasons == {second.party.pk: CHANGED}
    assert Extension.objects.get().party == second.party


def test_only_dpko_extends_many():
    desk = make.desk()
    with pytest.raises(NotAllowed):
        bulk.extend_many(
            period=desk.period,
            rows={desk.party.pk: 0},
            until=desk.period.closes_at,
            reason="A flood",
            by=desk.coordinator,
        )


def test_answers_of_another_own_party_are_not_of_the_page():
    desk, rows = desk_of(1, UpdateState.SUBMITTED)
    second = make.desk("ZAF", desk.update.assignment.item, desk.period)
    people.member(second.party, RoleCode.VALIDATOR, second.lead, desk.validator)
    theirs = make.bring_to(second, UpdateState.SUBMITTED)
    with pytest.raises(Refused) as refusal:
        move(desk, Verb.SIGN, rows={theirs.pk: theirs.version, **rows}, by=desk.validator)
    assert refusal.value.reasons == {theirs.pk: GONE}
    assert states() == [UpdateState.SUBMITTED] * 2


def test_who_has_as_much_time_already_stops_all():
    desk = make.desk()
    second = make.desk("ZAF", desk.update.assignment.item, desk.period)
    office = people.member(people.dpko(), RoleCode.COORDINATOR)
    until = desk.period.due_at + timedelta(days=5)
    given = grant_extension(
        party=second.party, period=desk.period, until=until, reason="War", by=office
    )
    rows = {one.party.pk: one.version for one in bulk.deadlines_of([second.party], desk.period)}
    with pytest.raises(Refused) as refusal:
        bulk.extend_many(
            period=desk.period,
            rows={desk.party.pk: 0, **rows},
            until=until,
            reason="A flood",
            by=office,
        )
    assert refusal.value.reasons == {second.party.pk: HAS_TIME}
    assert Extension.objects.get() == given
