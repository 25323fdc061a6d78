"""Transmitted answers and frozen reports, written as rows: as quick as a comparison of 20 needs."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.enums import InstitutionKind, RoleCode, Sector
from accounts.models import Institution, Membership, Party, User
from actionplans.enums import UpdateState, Verb
from actionplans.models import (
    Assignment,
    CatalogueItem,
    Evidence,
    EvidenceUse,
    ProgressUpdate,
    ReportingPeriod,
    Submission,
    UpdateRevision,
)
from actionplans.services import reference
from common import clock
from monitoring.canonical import canonical, digest
from monitoring.enums import ReportKind
from monitoring.models import Briefing, HandOver, Snapshot
from monitoring.queries.reports import request_key
from monitoring.reports.build import build_report
from monitoring.services.reports import keep_file
from tests.factories import accounts

DAY = timedelta(days=1)
NARRATIVE = "The ministry opened every unit to women.\nTwo barracks were rebuilt."


def catalogue() -> None:
    """The real 46 items."""
    reference.load()


def period(code: str = "2026-H1", *, closed_days_ago: int = -20) -> ReportingPeriod:
    """A period due thirty days before it closes; by default in review now."""
    closes = clock.now() - closed_days_ago * DAY
    return ReportingPeriod.objects.create(
        code=code,
        name=f"Period {code}",
        data_from=closes.date() - 300 * DAY,
        data_to=closes.date() - 120 * DAY,
        opens_at=closes - 90 * DAY,
        due_at=closes - 30 * DAY,
        closes_at=closes,
    )


def women_machinery(party: Party) -> Institution:
    return Institution.objects.get_or_create(
        party=party,
        name="Ministry of Women's Affairs",
        defaults={"sector": Sector.GENDER, "kind": InstitutionKind.WOMENS_MACHINERY},
    )[0]


def author_of(party: Party) -> User:
    member = Membership.objects.filter(party=party, role=RoleCode.COORDINATOR).first()
    return member.user if member else accounts.member(party, RoleCode.COORDINATOR)


def answer(
    party: Party,
    code: str,
    made_period: ReportingPeriod,
    *,
    rating: str = "3",
    verdict: str = "",
    narrative: str = NARRATIVE,
    evidence: tuple[str, ...] = (),
    sent_at: datetime | None = None,
) -> ProgressUpdate:
    """A transmitted answer, reviewed if there is a verdict; `evidence` are titles of links."""
    item = CatalogueItem.objects.current().get(code=code)
    lead, by = women_machinery(party), author_of(party)
    at = sent_at or made_period.due_at - DAY
    assignment = Assignment.objects.get_or_create(party=party, item=item, defaults={"lead": lead})[
        0
    ]
    content = {
        "narrative": narrative,
        "rating": rating,
        "rating_reason": "Decided by both ministries." if rating in ("na", "yes", "no") else "",
        "measures": "Selection boards were changed.",
        "next_steps": "The next rotation follows the new rule.",
        "verdict": verdict,
        "verdict_reason": "Only on paper." if verdict and verdict != rating else "",
    }
    update = ProgressUpdate.objects.create(
        assignment=assignment, period=made_period, version=3 if verdict else 2, **content
    )
    for title in evidence:
        document = Evidence.objects.create(
            party=party,
            title=title,
            url=f"https://example.org/{party.code.lower()}/{code}",
            publisher=lead.name,
            date=at.date(),
            added_by=by,
        )
        EvidenceUse.objects.create(evidence=document, update=update)
    return _move_out(update, content, by=by, at=at)


def _move_out(
    update: ProgressUpdate, content: Mapping[str, str], *, by: User, at: datetime
) -> ProgressUpdate:
    steps = [(Verb.SUBMIT, UpdateState.SUBMITTED), (Verb.SEND, UpdateState.TRANSMITTED)]
    if content["verdict"]:
        steps.append((Verb.REVIEW, UpdateState.REVIEWED))
    for number, (verb, state) in enumerate(steps, start=1):
        verdict = {} if verb == Verb.REVIEW else {"verdict": "", "verdict_reason": ""}
        revision = UpdateRevision.objects.create(
            update=update,
            number=number,
            verb=verb,
            state=state,
            at=at + (number - 2) * DAY,
            by=by,
            **{**content, **verdict},
        )
        revision.evidence.set(update.evidence.all())
    update.state = steps[-1][1]
    update.transmitted_revision = revision
    for name in ("submitted", "transmitted", *(["reviewed"] if content["verdict"] else [])):
        setattr(update, f"{name}_at", at)
        setattr(update, f"{name}_by", by)
    update.save()
    return update


def reply(update: ProgressUpdate, words: str, at: datetime | None = None) -> UpdateRevision:
    """The party's reply to the verdict, as everybody outside reads it from then on."""
    names = ("narrative", "rating", "measures", "next_steps", "verdict", "verdict_reason")
    said = update.transmitted_revision
    assert said is not None
    revision = UpdateRevision.objects.create(
        update=update,
        number=said.number + 1,
        verb=Verb.REPLY,
        state=UpdateState.REVIEWED,
        at=at or clock.now(),
        by=said.by,
        party_reply=words,
        **{name: getattr(said, name) for name in names},
    )
    revision.evidence.set(said.evidence.all())
    update.party_reply, update.replied_at, update.replied_by = words, revision.at, said.by
    update.version, update.transmitted_revision = revision.number, revision
    update.save()
    return revision


def submission(party: Party, made_period: ReportingPeriod, *, on_time: bool = True) -> Submission:
    return Submission.objects.create(
        party=party,
        period=made_period,
        sent_at=made_period.due_at + (DAY if not on_time else -DAY),
        sent_by=author_of(party),
        on_time=on_time,
        answers=ProgressUpdate.objects.filter(
            assignment__party=party, period=made_period, transmitted_revision__isnull=False
        ).count(),
    )


def report(
    party: Party,
    made_period: ReportingPeriod,
    *,
    kind: str = ReportKind.PROVISIONAL,
    what: object = "due",
    language: str = "",
) -> Snapshot:
    """A report with its files, made as the worker makes it."""
    return build_report(
        party=party,
        period=made_period,
        kind=kind,
        key=request_key(party, made_period, what),
        language=language,
        by=None,
        progress=lambda done, total: None,
    )


def briefing(party: Party, *, receiver: User, by: User) -> Briefing:
    """A briefing of nothing, with a file that stands for its PDF."""
    leaver = accounts.user()
    content = canonical(
        {
            "party": party.display_name,
            "zone": party.time_zone,
            "leaver": leaver.name,
            "receiver": receiver.name,
            "by": by.name,
            "made_at": clock.now().isoformat(),
            "items": [],
            "seats": [],
        }
    )
    return Briefing.objects.create(
        hand_over=HandOver.objects.create(party=party, leaver=leaver, made_by=by),
        receiver=receiver,
        content=content,
        sha256=digest(content),
        language="en",
        stored_file=keep_file(name="b.pdf", data=b"%PDF-", content_type="application/pdf"),
    )
