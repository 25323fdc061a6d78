"""The national answer's page: what is ready, what is missing, sending it, deadlines by zone."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from actionplans.enums import UpdateState
from actionplans.models import CatalogueItem, ProgressUpdate, ReportingPeriod, Submission
from actionplans.services import updates
from actionplans.services.contents import Content
from actionplans.services.periods import grant_extension
from actionplans.views import submissions as views
from common import clock
from tests.factories import accounts as people
from tests.factories import actionplans as make
from tests.factories.cast import CAST, cast
from tests.factories.pages import more_answers

pytestmark = pytest.mark.django_db
ZONES = (
    ("NGA", "Africa/Lagos"),
    ("ZAF", "Africa/Johannesburg"),
    ("PAK", "Asia/Karachi"),
    ("ARG", "America/Argentina/Buenos_Aires"),
    ("NPL", "Asia/Kathmandu"),
    ("FJI", "Pacific/Fiji"),
    ("USA", "America/New_York"),
    ("WSM", "Pacific/Apia"),
)


def address(party, period=None):
    query = f"?period={period.code}" if period else ""
    return reverse("actionplans:submission", args=[party.code]) + query


def text_of(response):
    return " ".join(response.content.decode().split())


def file_rows(client, page):
    """Item, state, claim and who has to act, as the file of the page has them."""
    answer = client.get(f"{page}&format=csv")
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    columns = ("Item", "State", "Claim", "Who has to act")
    return [[row[name] or "" for name in columns] for row in rows]


def another_answer(desk, code):
    return ProgressUpdate.objects.create(
        assignment=make.assignment(desk.party, desk.lead, make.item(code)), period=desk.period
    )


def test_preview_names_what_is_ready_and_who_holds_the_rest(signed_in):
    desk = make.desk()
    another_answer(desk, "2.2")
    make.item("2.3")
    make.bring_to(desk, UpdateState.ENDORSED)
    response = signed_in(desk.coordinator).get(address(desk.party))
    page = text_of(response)
    assert "1 of 3 answers ready to be sent, 2 missing" in page
    assert "It is on time." in page
    assert desk.reviewer.name in page
    assert "Lagos time" in page
    draft, unassigned = response.context["national"].missing
    held = [member.pk for member in draft.holders]
    assert (held, unassigned.holders) == ([desk.contributor.pk], [])
    assert "No institution answers it yet." in page


def send(client, page):
    return client.post(page.wsgi_request.path, {"ready": page.context["national"].ready_key})


def test_sending_transmits_what_was_shown_and_names_who_was_told(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.ENDORSED)
    client = signed_in(desk.coordinator)
    response = send(client, client.get(address(desk.party)))
    assert response.headers["Location"] == address(desk.party, desk.period)
    assert desk.refresh().state == UpdateState.TRANSMITTED
    page = client.get(response.headers["Location"])
    assert f"1 answer was sent. Told by mail: {desk.reviewer.name} (DPKO)." in text_of(page)
    assert (Submission.objects.get().answers, page.context["submission"].on_time) == (1, True)
    assert "Nigeria: 1 of 1 answers sent, 0 missing" in text_of(page)


def test_later_answers_are_an_amendment_with_its_own_time(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.TRANSMITTED)
    desk.update = another_answer(desk, "2.2")
    make.bring_to(desk, UpdateState.ENDORSED)
    client = signed_in(desk.coordinator)
    with clock.at(desk.period.due_at):
        page = client.get(address(desk.party))
        assert "Send as an amendment of the national answer" in text_of(page)
        assert "It will be marked late." in text_of(page)
        send(client, page)
        page = text_of(client.get(address(desk.party)))
    submission = Submission.objects.get()
    assert (submission.on_time, submission.amendments.get().on_time) == (True, False)
    assert "Amendment 1" in page


def test_nothing_goes_out_that_the_page_did_not_show(signed_in):
    desk = make.desk()
    first = make.bring_to(desk, UpdateState.ENDORSED)
    client = signed_in(desk.coordinator)
    page = client.get(address(desk.party))
    desk.update = another_answer(desk, "2.2")
    make.bring_to(desk, UpdateState.ENDORSED)
    response = send(client, page)
    assert response.status_code == 409
    assert "What is ready changed since you opened this page." in text_of(response)
    first.refresh_from_db()
    assert first.state == UpdateState.ENDORSED
    assert send(client, response).status_code == 302


def test_what_is_endorsed_while_the_button_is_pressed_waits_for_the_next_look(
    signed_in, monkeypatch
):
    desk = make.desk()
    first = make.bring_to(desk, UpdateState.ENDORSED)
    client = signed_in(desk.coordinator)
    page = client.get(address(desk.party))
    read = views._reviewers

    def endorsed_meanwhile(*args):
        monkeypatch.setattr(views, "_reviewers", read)
        desk.update = another_answer(desk, "2.2")
        make.bring_to(desk, UpdateState.ENDORSED)
        return read(*args)

    monkeypatch.setattr(views, "_reviewers", endorsed_meanwhile)
    response = send(client, page)
    assert response.status_code == 409
    assert "What is ready changed since you opened this page." in text_of(response)
    first.refresh_from_db()
    assert first.state == UpdateState.ENDORSED
    assert send(client, response).status_code == 302


def test_sending_nothing_is_refused_in_words(signed_in):
    desk = make.desk()
    response = signed_in(desk.coordinator).post(address(desk.party), {"ready": ""})
    assert response.status_code == 409
    assert "No endorsed answer is waiting to be sent." in text_of(response)


def test_after_the_close_the_page_says_why_and_has_no_button(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.ENDORSED)
    with clock.at(desk.period.closes_at):
        page = text_of(signed_in(desk.coordinator).get(address(desk.party)))
    assert "The period is closed" in page
    assert "Send the national answer" not in page


def test_an_answer_left_behind_at_the_close_holds_up_no_reopened_one(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.REVIEWED)
    (left,) = more_answers(desk, 1, UpdateState.ENDORSED)
    with clock.at(desk.period.closes_at + make.DAY):
        updates.reopen_update(
            update=update,
            version=update.version,
            reason="New figures",
            until=clock.now() + make.DAY,
            by=desk.reviewer,
        )
        make.bring_to(desk, UpdateState.ENDORSED)
        client = signed_in(desk.coordinator)
        page = client.get(address(desk.party))
        assert "1 of 2 answers ready to be sent, 1 missing" in text_of(page)
        assert "The period is closed" in text_of(page)
        assert send(client, page).status_code == 302
    left.refresh_from_db()
    assert (desk.refresh().state, left.state) == ("transmitted", "endorsed")


def test_what_is_endorsed_can_be_sent_after_a_new_catalogue(signed_in):
    desk = make.desk()
    retired = make.bring_to(desk, UpdateState.ENDORSED)
    more_answers(desk, 1, UpdateState.ENDORSED)
    CatalogueItem.objects.filter(pk=retired.assignment.item_id).update(is_current=False)
    client = signed_in(desk.coordinator)
    assert send(client, client.get(address(desk.party))).status_code == 302
    assert Submission.objects.get().answers == 1
    assert desk.refresh().state == UpdateState.ENDORSED


def test_what_was_sent_in_time_is_not_called_late_after_the_deadline(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.TRANSMITTED)
    client = signed_in(desk.coordinator)
    late = '<span class="pill attention">Late</span>'
    with clock.at(desk.period.due_at):
        assert late not in text_of(client.get(address(desk.party)))
        another_answer(desk, "2.2")
        assert late in text_of(client.get(address(desk.party)))


def test_a_reopened_answer_that_was_sent_is_being_amended_and_not_missing(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.REVIEWED)
    updates.reopen_update(
        update=update,
        version=update.version,
        reason="New figures",
        until=clock.now() + make.DAY,
        by=desk.reviewer,
    )
    update = desk.refresh()
    content = Content.of(update, rating="1")
    updates.save_update(update=update, version=update.version, content=content, by=desk.contributor)
    client = signed_in(desk.coordinator)
    page = client.get(address(desk.party))
    assert "Nigeria: 1 of 1 answers sent, 0 missing" in text_of(page)
    assert "Being amended" in text_of(page)
    (amended,) = page.context["national"].amended
    assert [member.pk for member in amended.holders] == [desk.contributor.pk]
    assert file_rows(client, address(desk.party, desk.period)) == [
        ["2.1", "Being amended", "3 Applied", desk.contributor.name]
    ]


def test_period_is_chosen_in_the_address(signed_in):
    desk = make.desk(made_period=make.period("2025-H2", opened_days_ago=200, days=90))
    client = signed_in(desk.coordinator)
    make.period("2026-H1")
    assert client.get(address(desk.party)).context["period"].code == "2026-H1"
    assert client.get(address(desk.party, desk.period)).context["period"] == desk.period
    assert client.get(address(desk.party) + "?period=1999").status_code == 404


def test_page_without_a_period_says_so(signed_in):
    party = people.contributor()
    coordinator = people.member(party, RoleCode.COORDINATOR)
    page = text_of(signed_in(coordinator).get(address(party)))
    assert "no reporting period was opened yet" in page


def test_administrator_sees_and_does_not_send(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.ENDORSED)
    client = signed_in(desk.administrator)
    page = client.get(address(desk.party))
    assert "Send the national answer" not in text_of(page)
    assert send(client, page).status_code == 403


def test_who_may_see_the_preview(signed_in):
    desk = make.desk()
    expected = dict.fromkeys(CAST, 404) | {"anonymous": 302}
    expected |= dict.fromkeys(
        ("same_institution", "validator", "other_institution", "observer"), 403
    )
    expected |= {"coordinator": 200, "country_administrator": 200}
    seen = {}
    for who, person in cast(desk.party, desk.lead).items():
        client = Client() if who == "anonymous" else signed_in(person)
        seen[who] = client.get(address(desk.party)).status_code
    assert seen == expected


def test_queries_do_not_grow_with_the_answers(signed_in, count_queries):
    desk = make.desk()
    client = signed_in(desk.coordinator)
    counts = []
    for codes in ((), ("2.2", "2.3")):
        for code in codes:
            another_answer(desk, code)
        counts.append(count_queries(lambda: client.get(address(desk.party))))
    assert len(set(counts)) == 1, counts


@pytest.mark.parametrize(("iso3", "zone"), ZONES)
def test_deadline_is_one_instant_in_every_zone(signed_in, iso3, zone):
    due = datetime(2027, 3, 31, 17, tzinfo=UTC)
    period = ReportingPeriod.objects.create(
        code="2027-Q1",
        name="First quarter 2027",
        data_from=due.date() - timedelta(days=90),
        data_to=due.date(),
        opens_at=due - timedelta(days=60),
        due_at=due,
        closes_at=due + timedelta(days=30),
    )
    desk = make.desk(iso3, made_period=period)
    desk.party.time_zone = zone
    desk.party.save()
    edit = reverse("actionplans:update-edit", args=[iso3, desk.update.pk])
    client = signed_in(desk.contributor)
    with clock.at(due - timedelta(seconds=1)):
        assert "form" in client.get(edit).context
        sent = {"version": 0, "narrative": "In time", "rating": "1", "action": "save"}
        assert client.post(edit, sent).status_code == 302
    with clock.at(due + timedelta(seconds=1)):
        page = client.get(edit)
        assert "The deadline has passed; drafts are locked." in text_of(page)
        assert client.post(edit, {**sent, "version": 1, "narrative": "Late"}).status_code == 409
    assert desk.refresh().narrative == "In time"


def test_extension_moves_the_deadline_of_one_party(signed_in):
    desk = make.desk()
    other = make.desk("ZAF", made_item=desk.update.assignment.item, made_period=desk.period)
    until = desk.period.due_at + timedelta(days=3)
    granter = people.member(people.dpko(), RoleCode.COORDINATOR)
    page = text_of(signed_in(desk.coordinator).get(address(desk.party)))
    assert "(extended)" not in page
    grant_extension(party=desk.party, period=desk.period, until=until, reason="A flood", by=granter)
    page = text_of(signed_in(desk.coordinator).get(address(desk.party)))
    assert "(extended)" in page
    with clock.at(until - timedelta(seconds=1)):
        updates.save_update(
            update=desk.update, version=0, content=make.CONTENT, by=desk.contributor
        )
        edit = reverse("actionplans:update-edit", args=["ZAF", other.update.pk])
        assert "why" in signed_in(other.contributor).get(edit).context
    with clock.at(until):
        edit = reverse("actionplans:update-edit", args=["NGA", desk.update.pk])
        assert "why" in signed_in(desk.contributor).get(edit).context
