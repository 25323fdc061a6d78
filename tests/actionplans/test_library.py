"""The party's documents: found, described, shared, and used in many answers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.services.records import withdraw
from actionplans.enums import ContributionState, UpdateState, Visibility
from actionplans.models import Evidence, ProgressUpdate
from actionplans.services import evidence as services
from actionplans.services import updates
from actionplans.services.contents import Content, NewEvidence
from common import clock
from common.errors import Conflict, DomainError
from monitoring.queries.reports import item_answers
from monitoring.reports.content import item_entry
from tests.factories import accounts, actionplans, taskforces, training
from tests.factories.actionplans import CONTENT, Desk
from tests.factories.pages import more_answers, text
from tests.races import race

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
LIBRARY = "/p/NGA/evidence/"


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def kept(desk: Desk, title: str = "The plan", **values: Any) -> Evidence:
    new = NewEvidence(title=title, url="https://example.org/plan", publisher="Gazette")
    return services.add_evidence(party=desk.party, new=new, by=desk.contributor, **values)


def titles(client: Client, **query: str) -> list[str]:
    response: Any = client.get(LIBRARY, query)
    return [row.title for row in response.context["listing"].page]


def test_library_is_searched_by_all_words(desk: Desk, signed_in: SignIn) -> None:
    kept(desk, "Action plan 2025")
    kept(desk, "Budget 2025")
    client = signed_in(desk.contributor)
    assert titles(client, words="2025 plan") == ["Action plan 2025"]
    assert sorted(titles(client, words="gazette")) == ["Action plan 2025", "Budget 2025"]
    assert titles(client, words="neither") == []


def test_library_is_filtered_by_use_and_expiry(desk: Desk, signed_in: SignIn) -> None:
    kept(desk, "Old", expires_on=clock.today() - timedelta(days=2))
    kept(desk, "Used")
    used = Evidence.objects.get(title="Used")
    content = Content.of(desk.update, narrative="x", use=[used.pk])
    updates.save_update(update=desk.update, version=0, content=content, by=desk.contributor)
    client = signed_in(desk.contributor)
    assert titles(client, state="used") == ["Used"]
    assert titles(client, state="unused") == ["Old"]
    assert titles(client, state="expired") == ["Old"]
    assert "No longer holds" in client.get(LIBRARY).content.decode()


def test_library_counts_each_answer_once_also_where_it_is_filtered(
    desk: Desk, signed_in: SignIn
) -> None:
    made = kept(desk)
    for update in (desk.update, *more_answers(desk, 2)):
        content = Content.of(update, narrative="x", use=[made.pk])
        updates.save_update(update=update, version=0, content=content, by=desk.contributor)
    client = signed_in(desk.contributor)
    for query in ({}, {"state": "used"}, {"state": "used", "words": "plan gazette"}):
        response: Any = client.get(LIBRARY, query)
        assert [row.answers for row in response.context["listing"].page] == [3]
    assert titles(client, state="unused") == []


def test_library_says_why_it_is_empty(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.contributor)
    assert "No document yet" in client.get(LIBRARY).content.decode()
    assert "No document fits" in client.get(LIBRARY, {"words": "x"}).content.decode()


def test_library_costs_the_same_at_one_and_three(
    desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    kept(desk, "One")
    client = signed_in(desk.contributor)
    client.get(LIBRARY)
    one = count_queries(lambda: client.get(LIBRARY))
    kept(desk, "Two")
    kept(desk, "Three")
    assert count_queries(lambda: client.get(LIBRARY)) == one


def test_library_goes_out_as_a_file(desk: Desk, signed_in: SignIn) -> None:
    kept(desk, "=1+1")
    response: Any = signed_in(desk.contributor).get(LIBRARY, {"format": "csv"})
    assert "'=1+1" in response.content.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"title": "Both missing"}, "file", "Choose a file or give a link"),
        ({"link": "https://example.org"}, "title", "Give the link a title"),
        (
            {
                "link": "https://example.org",
                "title": "x",
                "date": "2026-01-01",
                "expires_on": "2025-01-01",
            },
            None,
            "comes after its date",
        ),
    ],
)
def test_document_that_cannot_be_kept_says_why(
    typed: dict[str, str], field: str | None, words: str, desk: Desk, signed_in: SignIn
) -> None:
    sent = {"visibility": Visibility.REVIEWERS, **typed}
    response: Any = signed_in(desk.contributor).post(
        reverse("actionplans:evidence-add", args=["NGA"]), sent
    )
    form = response.context["form"]
    assert words in str(form.errors.get(field or "__all__", form.errors))
    assert not Evidence.objects.exists()


def test_document_is_added_and_shown(desk: Desk, signed_in: SignIn) -> None:
    client = signed_in(desk.contributor)
    sent = {"link": "https://example.org/a", "title": "A law", "visibility": Visibility.PARTY}
    response: Any = client.post(reverse("actionplans:evidence-add", args=["NGA"]), sent)
    made = Evidence.objects.get()
    assert response.url == reverse("actionplans:evidence-about", args=["NGA", made.pk])
    assert (made.title, made.visibility) == ("A law", Visibility.PARTY)
    assert AuditEvent.objects.filter(action="evidence.add").count() == 1
    page = client.get(response.url).content.decode()
    assert "The party alone" in page
    assert "Nothing uses it yet" in page


def test_typed_text_is_shown_beside_what_another_saved(desk: Desk, signed_in: SignIn) -> None:
    made = kept(desk)
    services.describe_evidence(evidence=made, version=1, by=desk.coordinator, title="Theirs")
    sent = {"title": "Mine", "visibility": Visibility.REVIEWERS, "version": 1}
    address = reverse("actionplans:evidence-edit", args=["NGA", made.pk])
    response: Any = signed_in(desk.contributor).post(address, sent)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Theirs" in page
    assert 'value="Mine"' in page
    assert Evidence.objects.get().title == "Theirs"


def test_sent_document_keeps_what_its_reviewers_read(desk: Desk) -> None:
    actionplans.bring_to(desk, UpdateState.TRANSMITTED)
    sent = Evidence.objects.get()
    for change in ({"title": "Other"}, {"date": date(2020, 1, 1)}, {"visibility": "party"}):
        with pytest.raises(DomainError):
            services.describe_evidence(evidence=sent, version=1, by=desk.contributor, **change)
    services.describe_evidence(
        evidence=sent, version=1, by=desk.contributor, expires_on=date(2030, 1, 1)
    )
    assert Evidence.objects.get().expires_on == date(2030, 1, 1)


def test_document_of_the_party_alone_is_kept_from_reviewers(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.DRAFT)
    made = kept(desk, "Secret", visibility=Visibility.PARTY)
    content = Content(narrative="Adopted.", rating="2", use=[made.pk])
    actionplans.bring_to(desk, UpdateState.TRANSMITTED, content=content)
    reviewer = signed_in(desk.reviewer)
    assert "Secret" not in reviewer.get(desk.update.get_absolute_url()).content.decode()
    for name in ("evidence", "evidence-about", "evidence-preview"):
        address = reverse(f"actionplans:{name}", args=["NGA", made.pk])
        assert reviewer.get(address).status_code == 404
    answer = item_answers(desk.party, desk.period)[0]
    assert item_entry(answer, None)["answer"]["evidence"] == []


def test_one_document_supports_many_answers(desk: Desk, signed_in: SignIn) -> None:
    made = kept(desk)
    given = actionplans.assignment(desk.party, desk.lead, actionplans.item("2.2"))
    other = ProgressUpdate.objects.create(assignment=given, period=desk.period)
    for update in (desk.update, other):
        content = Content.of(update, narrative="x", use=[made.pk])
        updates.save_update(update=update, version=0, content=content, by=desk.contributor)
    address = reverse("actionplans:evidence-about", args=["NGA", made.pk])
    response: Any = signed_in(desk.contributor).get(address)
    assert [row.assignment.item.code for row in response.context["uses"]] == ["2.1", "2.2"]


def mend(desk: Desk, update: ProgressUpdate, **changes: Any) -> None:
    """The reviewer sends the answer back; the change is saved and not sent."""
    step = {"update": update, "version": update.version}
    update = updates.return_update(**step, reasons={"whole": "Mend it."}, by=desk.reviewer)
    content = Content.of(update, **changes)
    updates.save_update(update=update, version=update.version, content=content, by=desk.contributor)


def test_outside_a_document_supports_only_the_answers_that_were_sent_with_it(
    desk: Desk, signed_in: SignIn
) -> None:
    made = kept(desk)
    content = Content(narrative="Adopted.", rating="2", use=[made.pk])
    mend(desk, actionplans.bring_to(desk, UpdateState.TRANSMITTED, content=content))
    (other,) = more_answers(desk, 1, UpdateState.TRANSMITTED)
    mend(desk, other, use=[made.pk])
    address = reverse("actionplans:evidence-about", args=["NGA", made.pk])
    inside: Any = signed_in(desk.contributor).get(address)
    outside: Any = signed_in(desk.reviewer).get(address)
    assert [str(row.assignment.item.code) for row in inside.context["uses"]] == ["2.1", "2.1.a"]
    assert [str(row.assignment.item.code) for row in outside.context["uses"]] == ["2.1"]


def test_outside_a_document_supports_what_it_was_sent_with_while_that_is_mended(
    desk: Desk, signed_in: SignIn
) -> None:
    made = kept(desk)
    content = Content(narrative="Adopted.", rating="2", use=[made.pk])
    sent = actionplans.bring_to(desk, UpdateState.TRANSMITTED, content=content)
    mend(desk, sent, detach=[made.pk])
    address = reverse("actionplans:evidence-about", args=["NGA", made.pk])
    page = text(signed_in(desk.reviewer), address)
    assert "2.1 Title of 2.1" in page
    assert "Nothing uses it yet" not in page


def test_finding_keeps_what_was_typed_and_saves_nothing(desk: Desk, signed_in: SignIn) -> None:
    made = kept(desk, "Action plan")
    address = f"/p/NGA/updates/{desk.update.pk}/edit/"
    sent = {"version": 0, "narrative": "Typed by me", "words": "plan", "action": "find"}
    response: Any = signed_in(desk.contributor).post(address, sent)
    page = response.content.decode()
    assert "Typed by me" in page
    assert "Action plan" in page
    assert desk.refresh().narrative == ""
    # A draft may lack them, an answer may not: their labels do not say "optional".
    assert response.context["form"].fields["narrative"].required
    assert response.context["form"].fields["rating"].required
    ticked = {**sent, "library": made.pk, "action": "save"}
    signed_in(desk.contributor).post(address, ticked)
    assert list(desk.refresh().evidence.all()) == [made]


def test_contributions_that_carry_a_document_are_named_to_who_may_read_them(
    desk: Desk, signed_in: SignIn
) -> None:
    made = kept(desk)
    police = actionplans.supporter(desk)
    row = actionplans.contribution(desk, police, ContributionState.SUBMITTED, use=[made])
    address = reverse("actionplans:evidence-about", args=["NGA", made.pk])
    page = signed_in(police.contributor).get(address).content.decode()
    assert f'<a href="{row.get_absolute_url()}">' in page
    assert "Nothing uses it yet" not in page
    unread = signed_in(desk.contributor).get(address).content.decode()
    assert row.get_absolute_url() not in unread
    assert "Nothing uses it yet" in unread


def named_in(made: Evidence, subject: str) -> list[Any]:
    """A record of every kind that names a document."""
    party = made.party
    force = taskforces.task_force(party, name=f"{subject}: force", act=made)
    return [
        taskforces.consultation(party, subject=f"{subject}: consultation", notes=made),
        taskforces.dialogue(party, subject=f"{subject}: dialogue", notes=made),
        force,
        taskforces.meeting(force, subject=f"{subject}: meeting", minutes=made),
        training.session(party, title=f"{subject}: course", materials=made),
    ]


def test_records_that_name_a_document_are_shown_until_they_are_withdrawn(
    desk: Desk, signed_in: SignIn
) -> None:
    made = kept(desk)
    rows = named_in(made, "First")
    address = reverse("actionplans:evidence-about", args=["NGA", made.pk])
    client = signed_in(desk.contributor)
    response: Any = client.get(address)
    assert response.context["records"] == rows
    page = response.content.decode()
    assert [row for row in rows if f'<a href="{row.get_absolute_url()}">' not in page] == []
    assert "Nothing uses it yet" not in page
    withdraw(rows[0], version=1, by=desk.coordinator, reason="Entered twice.")
    after: Any = client.get(address)
    assert after.context["records"] == rows[1:]


def test_no_record_of_the_party_is_named_outside(desk: Desk, signed_in: SignIn) -> None:
    made = kept(desk)
    content = Content(narrative="Adopted.", rating="2", use=[made.pk])
    actionplans.bring_to(desk, UpdateState.TRANSMITTED, content=content)
    named_in(made, "First")
    address = reverse("actionplans:evidence-about", args=["NGA", made.pk])
    assert "Records that name it" not in text(signed_in(desk.reviewer), address)


def test_page_of_a_document_costs_the_same_at_one_and_three_records(
    desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    made = kept(desk)
    _talk, _dialogue, force, _meeting, _course = named_in(made, "First")
    client = signed_in(desk.contributor)
    address = reverse("actionplans:evidence-about", args=["NGA", made.pk])
    client.get(address)
    one = count_queries(lambda: client.get(address))
    for _again in range(2):
        taskforces.consultation(desk.party, notes=made)
        taskforces.meeting(force, minutes=made)
        training.session(desk.party, materials=made)
    response: Any = client.get(address)
    assert len(response.context["records"]) == 11
    assert count_queries(lambda: client.get(address)) == one


def test_ticks_come_through_a_conflict_and_the_end_of_writing(
    desk: Desk, signed_in: SignIn
) -> None:
    made = kept(desk, "Action plan")
    actionplans.bring_to(desk, UpdateState.DRAFT)
    content = Content.of(desk.update, narrative="Theirs.")
    updates.save_update(update=desk.update, version=0, content=content, by=desk.contributor)
    client, address = signed_in(desk.contributor), f"/p/NGA/updates/{desk.update.pk}/edit/"
    sent = {"version": 0, "narrative": "Mine.", "library": made.pk}
    conflict: Any = client.post(address, sent)
    assert conflict.status_code == 409
    assert conflict.context["form"].fields["library"].choices == [(str(made.pk), "Action plan")]
    with clock.at(desk.period.due_at):
        locked: Any = client.post(address, {**sent, "version": 1})
    assert locked.status_code == 409
    assert ("Documents to use", "Action plan") in locked.context["typed_texts"]


@pytest.mark.parametrize("foreign", [True, False])
def test_document_of_another_party_or_gone_cannot_be_used(foreign: bool, desk: Desk) -> None:
    pk = 999_999
    if foreign:
        other = accounts.contributor("PAK")
        pk = Evidence.objects.create(
            party=other, title="Theirs", url="https://example.org", added_by=desk.reviewer
        ).pk
    with pytest.raises(DomainError) as refusal:
        updates.save_update(
            update=desk.update,
            version=0,
            content=Content(narrative="x", use=[pk]),
            by=desk.contributor,
        )
    assert refusal.value.field == "library"
    assert not desk.refresh().evidence.exists()


def test_find_box_is_gone_where_evidence_is_locked(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.SUBMITTED, content=CONTENT)
    updates.return_update(
        update=desk.refresh(),
        version=desk.update.version,
        reasons={"narrative": "Name the plan."},
        by=desk.validator,
    )
    response: Any = signed_in(desk.contributor).get(f"/p/NGA/updates/{desk.update.pk}/edit/")
    assert "library" not in response.context["form"].fields


@pytest.mark.postgres
@pytest.mark.usefixtures("flushable")
@pytest.mark.django_db(transaction=True)
def test_one_of_two_descriptions_wins() -> None:
    desk = actionplans.desk()
    made = kept(desk)

    def describe(title: str) -> Callable[[], object]:
        return lambda: services.describe_evidence(
            evidence=made, version=1, by=desk.contributor, title=title
        )

    outcomes = race(describe("One"), describe("Two"))
    assert sorted(isinstance(one, Conflict) for one in outcomes) == [False, True]
