"""What a report freezes: canonical text, the last transmitted revision, and nothing made up."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from actionplans.enums import UpdateState, Verb
from actionplans.models import CatalogueItem, Extension, ProgressUpdate, UpdateRevision
from common import clock, formats
from monitoring.canonical import canonical, digest
from monitoring.facts import facts_for
from monitoring.queries import reports
from monitoring.reports.build import read_body
from monitoring.reports.content import plain
from monitoring.reports.document import document
from monitoring.reports.wording import words_of
from monitoring.services.pilots import declare_endorsed, invite_pilot
from tests.factories import accounts, monitoring, recruitment

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@pytest.fixture
def nigeria(db):
    monitoring.catalogue()
    return accounts.contributor("NGA")


@pytest.fixture
def period(db):
    return monitoring.period()


@pytest.fixture
def with_reference(db):
    """Countries, missions and targets as they are delivered; asked for before any party."""
    recruitment.load_reference()


def item_of(body, code):
    entries = (*body["action_points"], *body["recommendations"])
    return next(entry for entry in entries if entry["code"] == code)


# --- Canonical text -----------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(TEXT, VALUES))
def test_canonical_says_the_same_whatever_the_order_of_keys(content):
    backwards = dict(reversed(content.items()))

    assert canonical(backwards) == canonical(content)
    assert json.loads(canonical(content)) == content
    assert digest(canonical(backwards)) == digest(canonical(content))


def test_canonical_is_sorted_utf8_without_blanks():
    assert canonical({"b": ["é", None], "a": {"z": 1, "y": True}}) == (
        '{"a":{"y":true,"z":1},"b":["é",null]}'
    )
    assert digest("{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), date(2026, 6, 30), {1: "a"}, {"a": [0.1]}])
def test_canonical_refuses_what_a_reader_could_read_otherwise(value):
    with pytest.raises(TypeError, match=r"content\.share"):
        canonical({"share": value})


def test_plain_writes_instants_in_utc_and_decimals_as_text():
    lagos = clock.now().replace(year=2026, month=6, day=30, hour=17, minute=0, second=0)
    assert plain(lagos.replace(microsecond=0)) == "2026-06-30T17:00:00Z"
    assert plain([Decimal("6.9"), {"b", "a"}, (1, 2)]) == ["6.9", ["a", "b"], [1, 2]]


# --- Content ------------------------------------------------------------------------------------


def test_body_is_the_same_twice(nigeria, period):
    monitoring.answer(nigeria, "2.1", period, verdict="2", evidence=("The plan",))
    monitoring.submission(nigeria, period)

    first, second = read_body(nigeria, period), read_body(nigeria, period)

    assert canonical(first) == canonical(second)


def test_body_names_what_is_missing_and_never_calls_it_zero(nigeria, period):
    monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    monitoring.answer(nigeria, "2.2", period, rating="0")

    summary = read_body(nigeria, period)["summary"]["recommendations"]

    assert summary["applying"] == 30
    assert (summary["answered"], summary["not_submitted"]) == (2, 28)
    assert (summary["reviewed"], summary["not_reviewed"], summary["differing"]) == (1, 1, 1)
    assert summary["claim"] == {"3": 1, "0": 1}
    assert summary["verdict"] == {"2": 1}


def test_body_of_dpko_has_its_15_and_no_action_points(period):
    monitoring.catalogue()
    body = read_body(accounts.dpko(), period)

    assert len(body["recommendations"]) == 15
    assert body["action_points"] == []
    assert body["deployment"] == {"types": [], "totals": []}


def test_facts_are_frozen_in_the_words_of_every_language(nigeria, period):
    facts = read_body(nigeria, period)["facts"]
    for language in ("en", "ar"):
        with translation.override(language):
            told = facts_for([nigeria], period)[nigeria.pk]
            assert {code: words_of(fact) for code, fact in facts.items()} == {
                code: fact.words for code, fact in told.items()
            }
    assert {fact["words"] for fact in facts.values()} == {"no record yet"}


def test_item_holds_claim_verdict_reason_and_evidence(nigeria, period):
    monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2", evidence=("The plan",))

    entry = item_of(read_body(nigeria, period), "2.1")

    assert entry["status"] == "reviewed"
    assert entry["lead"] == "Ministry of Women's Affairs"
    assert entry["answer"]["narrative"] == monitoring.NARRATIVE
    assert (entry["answer"]["rating"], entry["verdict"]["rating"]) == ("3", "2")
    assert entry["verdict"]["reason"] == "Only on paper."
    assert entry["answer"]["evidence"] == [
        {
            "title": "The plan",
            "publisher": "Ministry of Women's Affairs",
            "date": (period.due_at - monitoring.DAY).date().isoformat(),
            "url": "https://example.org/nga/2.1",
            "sha256": None,
        }
    ]


def test_body_reads_the_last_transmitted_revision_not_the_live_row(nigeria, period):
    update = monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    moved_at = period.due_at + timedelta(days=3)
    UpdateRevision.objects.create(
        update=update, number=4, verb=Verb.REOPEN, state=UpdateState.DRAFT, at=moved_at
    )
    ProgressUpdate.objects.filter(pk=update.pk).update(
        state=UpdateState.DRAFT,
        version=4,
        narrative="Unsent text",
        rating="4",
        verdict="",
        verdict_reason="",
    )

    entry = item_of(read_body(nigeria, period), "2.1")

    assert entry["answer"]["narrative"] == monitoring.NARRATIVE
    assert (entry["answer"]["rating"], entry["verdict"]["rating"]) == ("3", "2")
    assert entry["amending_since"] == plain(moved_at)


def test_body_leaves_out_what_was_never_transmitted(nigeria, period):
    update = monitoring.answer(nigeria, "2.1", period)
    ProgressUpdate.objects.filter(pk=update.pk).update(
        state=UpdateState.SUBMITTED, transmitted_revision=None
    )

    body = read_body(nigeria, period)

    assert item_of(body, "2.1")["status"] == "not_submitted"
    assert monitoring.NARRATIVE.splitlines()[0] not in canonical(body)


def test_amended_answer_counts_its_sendings(nigeria, period):
    update = monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    for number, verb in ((4, Verb.REOPEN), (5, Verb.SUBMIT), (6, Verb.SEND)):
        last = UpdateRevision.objects.create(
            update=update,
            number=number,
            verb=verb,
            state=UpdateState.TRANSMITTED,
            at=period.due_at + number * monitoring.DAY,
            narrative="Amended",
            rating="4",
        )
    ProgressUpdate.objects.filter(pk=update.pk).update(transmitted_revision=last, version=6)

    entry = item_of(read_body(nigeria, period), "2.1")

    assert entry["status"] == "not_reviewed"
    assert entry["answer"]["amendments"] == 1
    assert entry["answer"]["sent_at"] == plain(last.at)
    assert entry["amending_since"] is None


def test_item_holds_the_reply_beside_the_verdict(nigeria, period):
    update = monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    reply = monitoring.reply(update, "Two battalions apply it.", at=period.due_at)

    body = read_body(nigeria, period)
    entry = item_of(body, "2.1")

    assert body["schema"] == 2
    assert entry["reply"] == {"text": "Two battalions apply it.", "at": plain(reply.at)}
    assert (entry["verdict"]["rating"], entry["verdict"]["reason"]) == ("2", "Only on paper.")
    assert entry["status"] == "reviewed"
    assert item_of(body, "2.2")["reply"] is None


def test_day_of_an_amendment_is_that_of_its_sending_and_none_where_it_lapsed(nigeria, period):
    amended = monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    lapsed = monitoring.answer(nigeria, "2.2", period, rating="3", verdict="2")
    again = monitoring.answer(nigeria, "2.3", period, rating="3")
    for update, verbs in (
        (amended, (Verb.REOPEN, Verb.SEND, Verb.REVIEW, Verb.REOPEN, Verb.LAPSE)),
        (lapsed, (Verb.REOPEN, Verb.SEND, Verb.LAPSE)),
        (again, (Verb.RETURN, Verb.SEND)),
    ):
        for number, verb in enumerate(verbs, start=4):
            last = UpdateRevision.objects.create(
                update=update,
                number=number,
                verb=verb,
                state=UpdateState.REVIEWED,
                at=period.due_at + number * monitoring.DAY,
                rating="3",
                verdict="" if update == again else "2",
            )
        ProgressUpdate.objects.filter(pk=update.pk).update(
            transmitted_revision=last, version=last.number
        )

    body = read_body(nigeria, period)

    assert {code: item_of(body, code)["amended_at"] for code in ("2.1", "2.2", "2.3")} == {
        "2.1": plain(period.due_at + 5 * monitoring.DAY),
        "2.2": None,
        "2.3": None,
    }


def test_report_says_the_reply_and_the_amendment_and_reads_reports_of_schema_1(nigeria, period):
    update = monitoring.answer(nigeria, "2.1", period, rating="3", verdict="2")
    monitoring.reply(update, "Two battalions apply it.", at=period.due_at)
    content = json.loads(monitoring.report(nigeria, period).content)
    entry = item_of(content, "2.1")
    entry["amended_at"] = plain(period.due_at)

    def shown():
        themes = document(content, "0" * 64)["themes"]
        return next(i for theme in themes for i in theme["items"] if i["code"] == "2.1")

    texts = {row["label"]: row["paragraphs"] for row in shown()["texts"]}
    assert list(texts)[-2:] == ["Reviewer's reason", "The party's reply"]
    assert texts["The party's reply"] == [{"text": "Two battalions apply it.", "rtl": False}]
    day = formats.instant(period.due_at, nigeria.time_zone)
    assert f"replied to {day}; amended after its review on {day}." in shown()["status"]

    for old in (*content["action_points"], *content["recommendations"]):
        del old["reply"], old["amended_at"]
    content["schema"] = 1
    assert "The party's reply" not in {row["label"] for row in shown()["texts"]}
    assert "replied to" not in shown()["status"]


def test_submission_is_on_time_or_late_by_itself(nigeria, period):
    monitoring.answer(nigeria, "2.1", period)
    submission = monitoring.submission(nigeria, period, on_time=True)
    submission.amendments.create(
        number=1, sent_by=submission.sent_by, on_time=False, answers=2, sent_at=period.due_at
    )

    body = read_body(nigeria, period)

    assert (body["submission"]["on_time"], body["submission"]["answers"]) == (True, 1)
    assert body["submission"]["amendments"] == [
        {"number": 1, "sent_at": plain(period.due_at), "on_time": False, "answers": 2}
    ]


def test_deadline_is_the_extension_where_there_is_one(nigeria, period):
    until = period.due_at + 5 * monitoring.DAY
    Extension.objects.create(
        party=nigeria,
        period=period,
        until=until,
        reason="Elections",
        granted_by=accounts.user(),
    )

    assert read_body(nigeria, period)["period"]["deadline"] == plain(until)


def test_only_an_endorsed_country_is_shown_as_a_pilot(nigeria, period):
    by = accounts.user()
    invite_pilot(party=nigeria, by=by)
    assert read_body(nigeria, period)["pilot"] is None
    argentina = accounts.contributor("ARG")
    declare_endorsed(party=argentina, endorsed_by="Cabinet", document_text="Decree 7", by=by)
    assert read_body(argentina, period)["pilot"] == {
        "endorsed_by": "Cabinet",
        "document": "Decree 7",
        "date": clock.today().isoformat(),
    }


def test_changes_compare_with_the_last_final_report(nigeria):
    before = monitoring.period("2025-H2", closed_days_ago=200)
    now = monitoring.period("2026-H1")
    monitoring.answer(nigeria, "2.1", before, rating="1", verdict="1")
    monitoring.answer(nigeria, "2.1", now, rating="3")
    monitoring.answer(nigeria, "2.2", before, rating="2")
    monitoring.answer(nigeria, "2.2", now, rating="2")
    final = monitoring.report(nigeria, before, kind="final", what="final")

    changes = read_body(nigeria, now)["changes"]

    assert (changes["period"], changes["sha256"]) == ("2025-H2", final.sha256)
    moved = {entry["code"]: entry for entry in changes["items"]}
    assert moved["2.1"] == {"code": "2.1", "claim": ["1", "3"], "verdict": ["1", None]}
    assert "2.2" not in moved


def test_first_report_has_nothing_to_compare_with(nigeria, period):
    assert read_body(nigeria, period)["changes"] is None


def test_shares_are_frozen_with_numerator_and_denominator(with_reference, nigeria, period):
    release = recruitment.release(
        {
            ("NGA", "UNMIL", "troops", date(2013, 11, 1)): (100, 900),
            ("NGA", "UNMIL", "troops", date(2013, 12, 1)): (334, 4502),
        },
        label="UN, December 2013",
    )

    deployment = read_body(nigeria, period)["deployment"]

    points = [
        {"month": "2013-11", "women": 100, "total": 1000, "not_in_latest_release": 0},
        {"month": "2013-12", "women": 334, "total": 4836, "not_in_latest_release": 0},
    ]
    assert deployment["types"] == [{"type": "troops", "points": points}]
    assert deployment["totals"] == points
    assert deployment["releases"] == [
        {
            "publisher": release.publisher,
            "label": "UN, December 2013",
            "sha256": release.sha256,
            "from": "2013-11",
            "to": "2013-12",
        }
    ]
    assert deployment["lines"][0]["percent"] == "10"


def test_figures_after_the_last_day_of_the_data_are_left_out(with_reference, nigeria, period):
    later = (period.data_to + timedelta(days=40)).replace(day=1)
    recruitment.release({("NGA", "UNMIL", "troops", later): (1, 9)})

    assert read_body(nigeria, period)["deployment"]["types"] == []


def test_reading_a_body_costs_the_same_for_one_answer_and_for_thirty(
    nigeria, period, count_queries
):
    monitoring.answer(nigeria, "2.1", period, evidence=("The plan",))
    few = count_queries(lambda: read_body(nigeria, period))
    for item in CatalogueItem.objects.applying_to(nigeria).exclude(code="2.1"):
        rating = {"standing": "3", "act": "done", "consider": "open"}[item.kind]
        monitoring.answer(nigeria, item.code, period, rating=rating, evidence=("A", "B"))

    assert count_queries(lambda: read_body(nigeria, period)) == few


def test_review_while_the_report_is_read_is_no_amendment(nigeria, period, monkeypatch):
    update = monitoring.answer(nigeria, "2.1", period)
    read_moves = reports.moves_of

    def reviewed_meanwhile(updates):
        UpdateRevision.objects.create(
            update=update, number=3, verb=Verb.REVIEW, state=UpdateState.REVIEWED
        )
        return read_moves(updates)

    monkeypatch.setattr(reports, "moves_of", reviewed_meanwhile)
    entry = item_of(read_body(nigeria, period), "2.1")
    assert (entry["status"], entry["amending_since"]) == ("not_reviewed", None)
