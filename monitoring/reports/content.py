"""The content of a report in codes, dates and whole numbers: what is frozen, before any words.

Texts are the party's own; everything that has a code is named by it, in the catalogue version
that `catalogue` states, so that one content can be written out in every language.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Party
from actionplans.enums import ItemType
from actionplans.models import Evidence, ReportingPeriod, Submission
from monitoring.canonical import Content
from monitoring.facts import Fact
from monitoring.models import PilotParticipation, Snapshot
from monitoring.queries.reports import ItemAnswer
from monitoring.rules import Finding

SCHEMA = 2  # 2 since a verdict has a reply and an answer the day of its amendment
NOT_SUBMITTED, NOT_REVIEWED, REVIEWED = "not_submitted", "not_reviewed", "reviewed"


@dataclasses.dataclass(frozen=True)
class Records:
    """What a party's records show and what the rules find in them, in one language's words."""

    facts: Mapping[str, Fact]
    findings: Mapping[str, Finding]


@dataclasses.dataclass(frozen=True)
class Material:
    """All that a report is made of, read before anything is written."""

    party: Party
    period: ReportingPeriod
    answers: list[ItemAnswer]
    submission: Submission | None
    records: Records
    records_in: Mapping[str, Records]  # the same in the words of each other language
    deployment: Content
    pilot: PilotParticipation | None
    previous: Snapshot | None
    previous_content: Content | None


def body(material: Material) -> Content:
    """The whole content but for kind, number and instant, which are given when it is frozen."""
    records = _records(material)
    items = [item_entry(answer, records.get(answer.item.code)) for answer in material.answers]
    points = [entry for entry in items if entry["type"] == ItemType.ACTION_POINT]
    recommendations = [entry for entry in items if entry["type"] == ItemType.RECOMMENDATION]
    return {
        "schema": SCHEMA,
        "catalogue": max((answer.item.version for answer in material.answers), default=0),
        "party": _party(material.party),
        "period": _period(material.period, material.party),
        "pilot": _pilot(material.pilot),
        "submission": _submission(material.submission),
        "summary": {"action_points": counts(points), "recommendations": counts(recommendations)},
        "action_points": points,
        "recommendations": recommendations,
        "facts": _facts(material),
        "deployment": material.deployment,
        "changes": changes(items, material.previous, material.previous_content),
    }


def counts(entries: list[Content]) -> Content:
    """How many were answered and reviewed, and how many stand at each rating; never a made-up 0."""
    by_status = Counter(entry["status"] for entry in entries)
    return {
        "applying": len(entries),
        "answered": len(entries) - by_status[NOT_SUBMITTED],
        "reviewed": by_status[REVIEWED],
        NOT_SUBMITTED: by_status[NOT_SUBMITTED],
        NOT_REVIEWED: by_status[NOT_REVIEWED],
        "differing": sum(
            entry["status"] == REVIEWED and claim_of(entry) != verdict_of(entry)
            for entry in entries
        ),
        "claim": _tally(claim_of(entry) for entry in entries),
        "record": _tally(record_of(entry) for entry in entries),
        "verdict": _tally(verdict_of(entry) for entry in entries),
    }


def _tally(ratings: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(rating for rating in ratings if rating))


def claim_of(entry: Content) -> str | None:
    return entry["answer"]["rating"] if entry["answer"] else None


def record_of(entry: Content) -> str | None:
    return entry["record"]["rating"] if entry["record"] else None


def verdict_of(entry: Content) -> str | None:
    return entry["verdict"]["rating"] if entry["verdict"] else None


def item_entry(answer: ItemAnswer, record: Content | None) -> Content:
    """One item: the answer last transmitted, record, verdict, reply; null where there is none."""
    item, revision = answer.item, answer.revision
    return {
        "code": item.code,
        "type": item.type,
        "kind": item.kind,
        "actor": item.actor,
        "theme": item.theme_id,
        "lead": answer.lead or None,
        "status": _status(answer),
        "answer": _answer(answer),
        "record": record,
        "verdict": {
            "rating": revision.verdict,
            "reason": revision.verdict_reason,
            "at": plain(answer.reviewed_at),
        }
        if revision and revision.verdict
        else None,
        "reply": {"text": revision.party_reply, "at": plain(answer.replied_at)}
        if revision and revision.party_reply
        else None,
        "amended_at": plain(answer.amended_at),
        "amending_since": plain(answer.amending_since),
        "stands_from": answer.stands_from or None,
    }


def _records(material: Material) -> dict[str, Content]:
    """Item code -> its record, with the words of every language that found the same."""
    found = {code: _record(finding) for code, finding in material.records.findings.items()}
    for code, record in found.items():
        others = {name: told.findings.get(code) for name, told in material.records_in.items()}
        record["words_in"] = {
            name: other.words
            for name, other in others.items()
            if record["words"] and other and plain(other.rating) == record["rating"]
        }
    return found


def _facts(material: Material) -> dict[str, Content]:
    """Code -> fact, with the words of every language that found the same."""
    found = {code: _fact(fact) for code, fact in material.records.facts.items()}
    for code, fact in found.items():
        others = {name: told.facts.get(code) for name, told in material.records_in.items()}
        fact["words_in"] = {
            name: other.words
            for name, other in others.items()
            if other and plain(other.value) == fact["value"]
        }
    return found


def _record(finding: Finding) -> Content:
    """What a rule found, named by the rule's code, version and paragraph."""
    return {
        "rule": finding.rule_code,
        "version": finding.version,
        "paragraph": finding.paragraph,
        "rating": plain(finding.rating),
        "out_of_date": finding.out_of_date,
        "words": "" if finding.words == _("no record yet") else finding.words,
        "evidence": [proof.words for proof in finding.evidence],
    }


def _fact(fact: Fact) -> Content:
    return {
        "value": plain(fact.value),
        "as_of": plain(fact.as_of),
        "words": fact.words,
        "evidence": [proof.words for proof in fact.evidence],
    }


def _status(answer: ItemAnswer) -> str:
    if answer.revision is None:
        return NOT_SUBMITTED
    return REVIEWED if answer.is_reviewed else NOT_REVIEWED


def _answer(answer: ItemAnswer) -> Content | None:
    revision = answer.revision
    if revision is None:
        return None
    return {
        "narrative": revision.narrative,
        "rating": revision.rating,
        "reason": revision.rating_reason,
        "measures": revision.measures,
        "next_steps": revision.next_steps,
        "revision": revision.number,
        "sent_at": plain(answer.sent_at),
        "amendments": answer.amendments,
        "evidence": [
            _evidence(evidence) for evidence in revision.evidence.all() if evidence.is_read_outside
        ],
    }


def _evidence(evidence: Evidence) -> Content:
    file = evidence.stored_file
    return {
        "title": evidence.title,
        "publisher": evidence.publisher,
        "date": plain(evidence.date),
        "url": evidence.url or None,
        "sha256": file.sha256 if file else None,
    }


def _party(party: Party) -> Content:
    return {
        "code": party.code,
        "kind": party.kind,
        "name": party.name,
        "time_zone": party.time_zone,
        "illustrative": party.is_illustrative,
    }


def _period(period: ReportingPeriod, party: Party) -> Content:
    names = ("data_from", "data_to", "opens_at", "due_at", "closes_at")
    return {
        "code": period.code,
        "name": period.name,
        "kind": period.kind,
        **{name: plain(getattr(period, name)) for name in names},
        "deadline": plain(period.deadline_for(party)),
    }


def _pilot(pilot: PilotParticipation | None) -> Content | None:
    if pilot is None:
        return None
    document = pilot.document.title if pilot.document else pilot.document_text
    return {"endorsed_by": pilot.endorsed_by, "document": document, "date": plain(pilot.date)}


def _submission(submission: Submission | None) -> Content | None:
    if submission is None:
        return None
    return {
        **_sending(submission),
        "amendments": [
            {"number": amendment.number, **_sending(amendment)}
            for amendment in submission.amendments.all()
        ],
    }


def _sending(sending: Any) -> Content:
    return {
        "sent_at": plain(sending.sent_at),
        "on_time": sending.on_time,
        "answers": sending.answers,
    }


def changes(
    items: list[Content], previous: Snapshot | None, previous_content: Content | None
) -> Content | None:
    """What differs from the last final report, item by item; None where there is none before."""
    if previous is None or previous_content is None:
        return None
    before = {
        entry["code"]: entry
        for entry in (*previous_content["action_points"], *previous_content["recommendations"])
    }
    found = []
    for entry in items:
        old = before.get(entry["code"])
        moved = {
            name: [read(old) if old else None, read(entry)]
            for name, read in (("claim", claim_of), ("record", record_of), ("verdict", verdict_of))
            if (read(old) if old else None) != read(entry)
        }
        if moved:
            found.append({"code": entry["code"], **moved})
    return {
        "period": previous.period.code,
        "number": previous.number,
        "made_at": plain(previous.made_at),
        "sha256": previous.sha256,
        "items": found,
    }


def plain(value: Any) -> Any:
    """The value as canonical JSON can hold it: instants in UTC, dates, exact decimals as text."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
