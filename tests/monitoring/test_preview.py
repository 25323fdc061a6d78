"""The national answer as its reviewers will read it, before it is sent."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from actionplans.enums import PeriodKind, UpdateState, Visibility
from actionplans.models import ReportingPeriod
from actionplans.services import updates
from actionplans.services.contents import Content
from actionplans.services.periods import open_updates
from actionplans.services.submissions import send_national_answer
from common import clock, formats
from tests.factories import actionplans
from tests.factories.actionplans import DAY, Desk
from tests.factories.pages import heading, more_answers, text, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
Count = Callable[[Callable[[], Any]], int]
PREVIEW = "/p/NGA/submission/preview/"


@pytest.fixture
def desk() -> Desk:
    return actionplans.desk()


def section(html: str, title: str) -> str:
    """What a section with this heading says, the heading left out."""
    found = re.search(rf"<h[23][^>]*>{title}</h[23]>(.*?)(?=<h2|<h3|</section>)", html, re.S)
    assert found, title
    return words(found[1])


def test_endorsed_answers_read_as_the_reviewer_will_read_them(
    desk: Desk, signed_in: SignIn
) -> None:
    actionplans.bring_to(desk, UpdateState.ENDORSED)
    before = signed_in(desk.coordinator).get(PREVIEW).content.decode()
    send_national_answer(party=desk.party, period=desk.period, by=desk.coordinator)
    after = signed_in(desk.reviewer).get(desk.update.get_absolute_url()).content.decode()
    assert section(before, "The answer") == section(after, "The answer")
    trio = re.compile(r'<dl class="trio wide">.*?</dl>\s*<dl class="facts">.*?</dl>', re.S)
    shown, sent = trio.search(before), trio.search(after)
    assert shown
    assert sent
    assert words(shown[0]) == words(sent[0])


def test_document_of_the_party_alone_is_left_out(desk: Desk, signed_in: SignIn) -> None:
    use = [
        actionplans.document(desk, title, visibility=who).pk
        for title, who in (("The order", Visibility.REVIEWERS), ("The secret", Visibility.PARTY))
    ]
    content = Content(narrative="Applied.", rating="3", use=use)
    actionplans.bring_to(desk, UpdateState.ENDORSED, content=content)
    page = text(signed_in(desk.coordinator), PREVIEW)
    assert "The order" in page
    assert "The secret" not in page


def test_what_is_not_endorsed_stands_as_not_submitted(desk: Desk, signed_in: SignIn) -> None:
    actionplans.bring_to(desk, UpdateState.SIGNED)
    actionplans.item("5.2")
    client = signed_in(desk.coordinator)
    page = text(client, PREVIEW)
    assert page.count("Not submitted") == 2
    assert actionplans.CONTENT.narrative not in page
    assert (
        heading(client, PREVIEW)
        == "Nigeria: 0 of 2 answers would be sent, 2 stand as not submitted"
    )


def test_what_was_sent_stands_as_it_was_sent_until_endorsed_anew(
    desk: Desk, signed_in: SignIn
) -> None:
    update = actionplans.bring_to(desk, UpdateState.REVIEWED)
    updates.reopen_update(
        update=update, version=update.version, reason="Look again.",
        until=clock.now() + DAY, by=desk.reviewer,
    )  # fmt: skip
    update = desk.refresh()
    updates.save_update(
        update=update,
        version=update.version,
        content=Content.of(update, narrative="Rewritten."),
        by=desk.contributor,
    )
    client = signed_in(desk.coordinator)
    assert "Sent before; it stands as it was sent." in text(client, PREVIEW)
    assert "Rewritten." not in text(client, PREVIEW)
    actionplans.bring_to(desk, UpdateState.ENDORSED, content=Content.of(desk.refresh()))
    assert "Goes out with the next sending." in text(client, PREVIEW)
    assert "Rewritten." in text(client, PREVIEW)


def test_interim_period_shows_what_stands_from_before(signed_in: SignIn) -> None:
    desk = actionplans.desk(made_period=actionplans.period("2025", opened_days_ago=80))
    actionplans.bring_to(desk, UpdateState.REVIEWED)
    later = actionplans.period("2026", opened_days_ago=10)
    ReportingPeriod.objects.filter(pk=later.pk).update(kind=PeriodKind.INTERIM)
    open_updates()
    client = signed_in(desk.coordinator)
    page = text(client, PREVIEW, period=later.code)
    assert "Stands from Period 2025." in page
    assert actionplans.CONTENT.narrative in page
    assert "Not submitted" not in page
    expected = "Nigeria: 0 of 1 answers would be sent, 0 stand as not submitted"
    assert heading(client, PREVIEW, period=later.code) == expected


def test_what_was_left_behind_at_the_close_is_not_promised(desk: Desk, signed_in: SignIn) -> None:
    """Neither the answer that was never sent nor the one that was reopened."""
    update = actionplans.bring_to(desk, UpdateState.REVIEWED)
    updates.reopen_update(
        update=update, version=update.version, reason="Look again.",
        until=desk.period.closes_at, by=desk.reviewer,
    )  # fmt: skip
    actionplans.bring_to(desk, UpdateState.ENDORSED)
    more_answers(desk, 1, UpdateState.ENDORSED)
    client = signed_in(desk.coordinator)
    assert text(client, PREVIEW).count("Goes out with the next sending.") == 2
    with clock.at(desk.period.closes_at):
        page = text(client, PREVIEW)
    assert "Goes out with the next sending." not in page
    assert page.count("Sent before; it stands as it was sent.") == 1
    assert page.count("Not submitted") == 1


def test_page_only_reads(desk: Desk, signed_in: SignIn) -> None:
    html = signed_in(desk.coordinator).get(PREVIEW).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    assert "<form" not in main
    assert "data-print" in main


def test_cost_is_the_same_at_one_and_three_answers(
    desk: Desk, signed_in: SignIn, count_queries: Count
) -> None:
    actionplans.bring_to(desk, UpdateState.ENDORSED)
    client = signed_in(desk.coordinator)
    costs = [count_queries(lambda: client.get(PREVIEW))]
    more_answers(desk, 2, UpdateState.ENDORSED)
    costs.append(count_queries(lambda: client.get(PREVIEW)))
    assert costs == [19, 19]


def test_reply_stands_there_with_its_day(desk: Desk, signed_in: SignIn) -> None:
    update = actionplans.bring_to(desk, UpdateState.REVIEWED, verdict="2")
    updates.reply_to_verdict(
        update=update, version=update.version, reply="Two battalions do.", by=desk.coordinator
    )
    replied_at = desk.refresh().replied_at
    assert replied_at
    given = formats.instant(replied_at, desk.party.time_zone)
    page = text(signed_in(desk.coordinator), PREVIEW)
    assert f"Two battalions do. {given}" in page
