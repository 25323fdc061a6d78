"""The control room: where every answer lies, with whom, since when, and what is lacking."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import RoleCode, Sector
from actionplans.enums import UpdateState
from actionplans.models import Assignment, ProgressUpdate, ReportingPeriod, UpdateRevision
from actionplans.services import updates
from actionplans.services.contents import Content
from actionplans.services.periods import grant_extension
from actionplans.services.reminders import held_by
from common import clock
from common.models import OutgoingMail
from monitoring.control_room import Stage, state_since
from tests.factories import accounts, actionplans
from tests.factories.actionplans import DAY, Desk
from tests.factories.pages import heading, more_answers, text, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
ROOM = "/p/NGA/control-room/"
REMIND = "/p/NGA/control-room/remind/"


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def rows(client: Client, **query: str) -> list[dict[str, str]]:
    response: Any = client.get(ROOM, {**query, "format": "csv"})
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_each_state_stands_with_whoever_has_to_act(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.coordinator)
    expected = [
        (UpdateState.DRAFT, "Not begun", desk.contributor.name),
        (UpdateState.SUBMITTED, "Waits for the validator", desk.validator.name),
        (UpdateState.SIGNED, "Waits for the coordinator", desk.coordinator.name),
        (UpdateState.ENDORSED, "Ready to be sent", desk.coordinator.name),
        (UpdateState.TRANSMITTED, "Sent", "the reviewer"),
        (UpdateState.REVIEWED, "Sent", ""),
    ]
    for state, where, holder in expected:
        actionplans.bring_to(desk, state)
        (row,) = rows(client)
        assert (row["Where it lies"], row["Who has to act"]) == (where, holder)


def test_returned_and_saved_answers_are_being_written(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.coordinator)
    updates.save_update(
        update=desk.update, version=0, content=Content(narrative="x"), by=desk.contributor
    )
    assert rows(client)[0]["Where it lies"] == "Being written"
    actionplans.bring_to(desk, UpdateState.RETURNED)
    assert rows(client)[0]["Where it lies"] == "Being written"


def test_without_a_validator_it_waits_for_the_coordinator(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.SUBMITTED)
    desk.validator.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    (row,) = rows(signed_in(desk.coordinator))
    assert (row["Where it lies"], row["Who has to act"]) == (
        "Waits for the coordinator",
        desk.coordinator.name,
    )


def test_since_is_when_the_present_state_began(desk: Desk) -> None:
    """A draft that was taken back began when it was taken back, not when it was first saved."""
    start = clock.now()

    def at(day: int, step: Callable[..., Any], **values: Any) -> None:
        with clock.at(start + day * DAY):
            update = desk.refresh()
            step(update=update, version=update.version, by=desk.contributor, **values)

    since = []
    for day, step, values in (
        (1, updates.save_update, {"content": actionplans.CONTENT}),
        (2, updates.save_update, {"content": Content(narrative="x", rating="1")}),
        (3, updates.submit_update, {}),
        (4, updates.withdraw_update, {}),
        (5, updates.save_update, {"content": Content(narrative="y", rating="1")}),
    ):
        at(day, step, **values)
        since.append((state_since([desk.update.pk])[desk.update.pk] - start).days)
    assert since == [1, 1, 3, 4, 4]


def test_institutions_are_counted_by_stage_and_late_ones_named(
    desk: Desk, signed_in: SignIn
) -> None:
    more_answers(desk, 2, UpdateState.SIGNED)
    police = accounts.institution(desk.party, "Police", Sector.POLICE)
    item = actionplans.item("5.1")
    ProgressUpdate.objects.create(
        assignment=actionplans.assignment(desk.party, police, item), period=desk.period
    )
    client = signed_in(desk.coordinator)
    room = client.get(ROOM).context["room"]
    assert [(one.name, list(one.counts.values())) for one in room.institutions] == [
        ("Ministry of Defence", [1, 0, 0, 2, 0, 0]),
        ("Police", [1, 0, 0, 0, 0, 0]),
    ]
    assert heading(client, ROOM) == "Nigeria: 4 of 4 answers are not ready yet"
    assert "late." not in text(client, ROOM)
    with clock.at(desk.period.due_at):
        assert "2 institutions are late." in text(client, ROOM)
        assert {row["Late"] for row in rows(client)} == {"yes"}


def test_people_are_listed_with_what_waits_for_them_longest_first(
    desk: Desk, signed_in: SignIn
) -> None:
    more_answers(desk, 2, UpdateState.SIGNED)
    blocked = signed_in(desk.coordinator).get(ROOM).context["room"].people
    assert [(one.holder.name, len(one.lines)) for one in blocked] == [
        (desk.contributor.name, 1),
        (desk.coordinator.name, 2),
    ]
    assert blocked[1].holder.institution == desk.other.name


def test_items_without_an_institution_are_lacking(desk: Desk, signed_in: SignIn) -> None:
    actionplans.item("5.2")
    client = signed_in(desk.coordinator)
    row = rows(client)[1]
    nobody = "No institution answers it yet."
    assert (row["Where it lies"], row["Who has to act"]) == ("Not begun", nobody)
    assert nobody in text(client, ROOM)


def test_file_says_where_nobody_may_act_as_the_page_does(desk: Desk, signed_in: SignIn) -> None:
    desk.contributor.memberships.update(ended_at=clock.now(), ended_by=desk.administrator)
    client = signed_in(desk.coordinator)
    assert [row["Who has to act"] for row in rows(client)] == ["nobody who may"]
    assert "nobody who may" in text(client, ROOM)


def reopened(desk: Desk) -> None:
    """The desk's reviewed answer, given back to be amended."""
    update = desk.refresh()
    updates.reopen_update(
        update=update, version=update.version, reason="Look again.",
        until=clock.now() + 5 * DAY, by=desk.reviewer,
    )  # fmt: skip


def test_what_is_amended_is_not_lacking(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    client = signed_in(desk.coordinator)
    assert "Being amended" not in text(client, ROOM)
    reopened(desk)
    (row,) = rows(client)
    assert (row["Where it lies"], row["Who has to act"]) == (
        "Being amended",
        desk.contributor.name,
    )
    assert heading(client, ROOM) == "Nigeria: nothing is missing in the national answer"
    assert rows(client, stage="lacking") == []
    assert [row["Item"] for row in rows(client, stage=Stage.AMENDED)] == ["2.1"]
    actionplans.bring_to(desk, UpdateState.ENDORSED, content=Content.of(desk.refresh()))
    assert rows(client)[0]["Where it lies"] == "Ready to be sent"


def test_after_the_close_nobody_is_named_but_for_what_is_open_again(
    desk: Desk, signed_in: SignIn
) -> None:
    """Whoever has a box to be reminded is taken by the page that reminds."""
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    more_answers(desk, 1, UpdateState.SUBMITTED)
    client = signed_in(desk.coordinator)
    with clock.at(desk.period.closes_at):
        assert client.get(ROOM).context["room"].people == []
        assert [row["Who has to act"] for row in rows(client)] == ["", "nobody who may"]
        reopened(desk)
        named = {blocked.holder.pk for blocked in client.get(ROOM).context["room"].people}
        assert named == set(held_by(desk.party, desk.period, desk.coordinator))
        assert named == {desk.contributor.pk}


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ({"stage": Stage.COORDINATOR}, ["2.1.a", "2.1.b"]),
        ({"stage": Stage.NOT_BEGUN}, ["2.1"]),
        ({"stage": "lacking"}, ["2.1", "2.1.a", "2.1.b"]),
        ({"late": "yes"}, []),
        ({"late": "lacking"}, []),
        ({"lead": "lacking"}, []),
        ({"late": "no", "sort": "-item"}, ["2.1.b", "2.1.a", "2.1"]),
        ({"sort": "-stage"}, ["2.1.a", "2.1.b", "2.1"]),
        ({"stage": "no such"}, []),
        ({"sort": "no such"}, ["2.1", "2.1.a", "2.1.b"]),
    ],
)
def test_filters_and_sorting_stand_in_the_address(
    query: dict[str, str], items: list[str], desk: Desk, signed_in: SignIn
) -> None:
    more_answers(desk, 2, UpdateState.SIGNED)
    assert [row["Item"] for row in rows(signed_in(desk.coordinator), **query)] == items


def test_extension_and_open_request_are_shown(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.coordinator)
    assert "Ask for more time" in text(client, ROOM)
    actionplans.time_request(desk.party, desk.period, desk.coordinator)
    assert "You asked for more time" in text(client, ROOM)
    office = accounts.member(accounts.dpko(), RoleCode.COORDINATOR)
    grant_extension(
        party=desk.party,
        period=desk.period,
        until=desk.period.due_at + DAY,
        reason="A flood",
        by=office,
    )
    page = text(client, ROOM)
    assert "(extended)" in page
    assert "You asked for more time" not in page
    with clock.at(desk.period.due_at + timedelta(hours=1)):
        assert rows(client)[0]["Late"] == "no"


def test_room_without_a_period_or_items_says_so(signed_in: SignIn) -> None:
    party = accounts.contributor("PAK")
    client = signed_in(accounts.member(party, RoleCode.COORDINATOR))
    assert "No reporting period has opened yet" in text(client, "/p/PAK/control-room/")
    actionplans.period()
    assert "Nothing is asked of this party" in text(client, "/p/PAK/control-room/")


def test_ticked_people_are_reminded_after_a_look(
    desk: Desk, signed_in: SignIn, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"
    more_answers(desk, 1, UpdateState.SUBMITTED)
    OutgoingMail.objects.all().delete()
    client = signed_in(desk.coordinator)
    html = client.get(ROOM).content.decode()
    every, *single = re.findall(r'type="checkbox"[^>]*name="rows" value="([^"]+)"', html)
    assert (
        set(every.split("-"))
        == set(single)
        == {
            str(desk.contributor.pk),
            str(desk.validator.pk),
        }
    )
    page = text(client, REMIND, rows=every)
    assert "Remind 2 people of the answers they hold" in page
    done = client.post(REMIND, {"rows": single})
    assert done.headers["Location"] == f"{ROOM}?period=2026-H1"
    assert f"{desk.validator.name} ({desk.lead})" in text(client, done.headers["Location"])
    told = sorted(mail.recipients[0] for mail in OutgoingMail.objects.all())
    assert told == sorted([desk.contributor.email, desk.validator.email])
    again = client.post(REMIND, {"rows": single})
    assert again.status_code == 409
    assert "Reminded today already" in words(again.content.decode())


def test_who_holds_nothing_is_not_reminded(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.coordinator)
    for rows_of in (str(desk.validator.pk), "", "x", str(desk.coordinator.pk)):
        page = text(client, REMIND, rows=rows_of)
        assert "You ticked nobody for whom an answer waits" in page
    refused = client.post(REMIND, {"rows": desk.validator.pk})
    assert "None of these people holds an answer that waits." in words(refused.content.decode())


@pytest.mark.parametrize("place", ["another_party", "another_institution"])
def test_a_focal_point_who_cannot_read_the_answer_is_not_reminded(
    place: str, desk: Desk, signed_in: SignIn
) -> None:
    if place == "another_party":
        person = accounts.gone_abroad(desk.party, desk.lead)
    else:
        person = accounts.member(desk.party, RoleCode.CONTRIBUTOR, desk.other)
    Assignment.objects.update(focal_point=person)
    page = text(signed_in(desk.coordinator), REMIND, rows=str(person.pk))
    assert "You ticked nobody for whom an answer waits" in page


def test_reminding_costs_the_same_for_one_and_three(
    desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    client, costs = signed_in(desk.coordinator), []
    for further in (0, 2):
        people = [accounts.member(desk.party, "contributor", desk.lead) for _ in range(further)]
        ticked = {"rows": [desk.contributor.pk, *(person.pk for person in people)]}
        costs.append(count_queries(lambda ticked=ticked: client.get(REMIND, ticked)))  # type: ignore[misc]
    assert costs == [11, 11]


def _grown(desk: Desk, institutions: int, items: int, periods: int) -> None:
    """A party's whole world: its answers of every period, with a revision each."""
    leads = [accounts.institution(desk.party, f"Institution {n}") for n in range(institutions)]
    for lead in leads:
        accounts.member(desk.party, RoleCode.CONTRIBUTOR, lead)
    assignments = [
        actionplans.assignment(desk.party, leads[n % institutions], actionplans.item(f"3.{n}"))
        for n in range(items)
    ]
    every = [
        desk.period,
        *(actionplans.period(f"past-{n}", opened_days_ago=200 + 100 * n) for n in range(periods)),
    ]
    made = ProgressUpdate.objects.bulk_create(
        ProgressUpdate(assignment=given, period=period, version=1, narrative="x")
        for given in assignments
        for period in every
    )
    UpdateRevision.objects.bulk_create(
        UpdateRevision(update=update, number=1, verb="save", state="draft", by=desk.contributor)
        for update in made
    )


def test_cost_is_the_same_at_one_and_twelve_periods(
    desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    """34 items of 12 institutions over 12 periods."""
    actionplans.bring_to(desk, UpdateState.SIGNED)  # it waits for the reader, as the frame counts
    client = signed_in(desk.coordinator)
    costs = [count_queries(lambda: client.get(ROOM))]
    _grown(desk, institutions=12, items=33, periods=11)
    assert ReportingPeriod.objects.count() == 12
    costs.append(count_queries(lambda: client.get(ROOM)))
    assert len(rows(client)) == 34
    assert costs == [13, 13]
