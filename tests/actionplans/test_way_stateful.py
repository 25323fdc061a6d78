"""Three answers on their way, moved by a state machine: people who may and people who may not.

Whoever tries whatever: after each step it is asked whether the table was right, whether a refusal
left everything as it was, and whether what must always hold of an answer holds.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.enums import InstitutionKind, RoleCode, Sector
from accounts.models import AuditEvent, Institution, Party, User
from actionplans import rules_contributions
from actionplans.enums import RATINGS_BY_KIND, ItemKind, Part, Rating, UpdateState, Verb
from actionplans.models import (
    Amendment,
    Assignment,
    Contribution,
    ContributionRevision,
    EvidenceUse,
    ProgressUpdate,
    ReportingPeriod,
    ReturnedPart,
    Submission,
    UpdateRevision,
)
from actionplans.models.updates import CONTENT_FIELDS
from actionplans.queries.updates import authors, with_people
from actionplans.rules import decide, reply_until
from actionplans.services import bulk, contributions, submissions, updates
from actionplans.services.contents import Content, NewEvidence
from actionplans.services.contribution_standings import contribution_standing
from actionplans.services.standings import standing_of
from common import clock
from common.errors import DomainError
from tests.factories import accounts as people
from tests.factories import actionplans as make

pytestmark = pytest.mark.django_db
Chance = random.Random
S = UpdateState
STEPS = 125  # of one example at most; then everybody starts anew
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
SITTING = timedelta(minutes=10)
DONE, CONFLICT, NOT_ALLOWED, UNFIT, REFUSED = (
    "done",
    "Conflict",
    "NotAllowed",
    "DomainError",
    "Refused",
)

# The way as the design has it, written down a second time: from which states, to which.
WAY: dict[str, tuple[set[str], str | None]] = {
    Verb.SAVE: ({S.DRAFT, S.RETURNED}, None),
    Verb.SUBMIT: ({S.DRAFT, S.RETURNED}, S.SUBMITTED),
    Verb.SIGN: ({S.SUBMITTED}, S.SIGNED),
    Verb.ENDORSE: ({S.SIGNED, S.SUBMITTED}, S.ENDORSED),
    Verb.SEND: ({S.ENDORSED}, S.TRANSMITTED),
    Verb.REVIEW: ({S.TRANSMITTED}, S.REVIEWED),
    Verb.WITHDRAW: ({S.SUBMITTED}, S.DRAFT),
    Verb.RETURN: ({S.SUBMITTED, S.SIGNED, S.ENDORSED, S.TRANSMITTED}, S.RETURNED),
    Verb.REOPEN: ({S.REVIEWED}, S.DRAFT),
    Verb.REPLY: ({S.REVIEWED}, None),
    Verb.LAPSE: (set(S) - {S.REVIEWED}, S.REVIEWED),
}
SHOWN_OUTSIDE = {Verb.SEND, Verb.REVIEW, Verb.REPLY, Verb.LAPSE}
WRITING = {Verb.SAVE, Verb.SUBMIT}
STAMPS = ("submitted_at", "signed_at", "endorsed_at", "transmitted_at", "reviewed_at")
LATEST_STAMP = {
    S.DRAFT: 0,
    S.RETURNED: 0,
    S.SUBMITTED: 1,
    S.SIGNED: 2,
    S.ENDORSED: 3,
    S.TRANSMITTED: 4,
    S.REVIEWED: 5,
}
FIELDS_OF_PART = {
    Part.NARRATIVE: {"narrative", "unchanged_reason"},
    Part.RATING: {"rating", "rating_reason"},
    Part.MEASURES: {"measures", "next_steps"},
    Part.EVIDENCE: {"evidence"},
    Part.WHOLE: {*CONTENT_FIELDS, "evidence"},
}
# Of the three answers, by the institution that leads each.
WRITERS = (("supporter", "writer and validator"), ("supporter",), ("coordinator",))
STANDING = RATINGS_BY_KIND[ItemKind.STANDING]
RATINGS = (*STANDING, Rating.ADOPTED, Rating.APPLIED, Rating.DONE, "")  # two are refused


# --- What the walk remembers by itself --------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A return that is pending: its parts, and the content as it was sent back."""

    parts: frozenset[Part]
    content: dict[str, Any]

    @property
    def open(self) -> set[str]:
        return set().union(*(FIELDS_OF_PART[part] for part in self.parts))


@dataclass
class Track:
    """What has to be true of one answer, by what was done with it."""

    has_earlier: bool
    writers: tuple[str, ...]
    state: str = S.DRAFT
    authors: set[int] = field(default_factory=set)
    held: Held | None = None
    reopened_until: datetime | None = None
    saved_last: tuple[int, datetime] | None = None  # whose save the last revision is
    typed_since: tuple[int, datetime] | None = None  # whose text has no revision yet

    def is_over(self, now: datetime) -> bool:
        """Whether it was reopened, for a time that is up."""
        return self.reopened_until is not None and self.reopened_until <= now

    def note(self, verb: Verb, by: int) -> None:
        """The person did it."""
        self.state = WAY[verb][1] or self.state
        self.typed_since = None
        self.saved_last = (by, clock.now()) if verb == Verb.SAVE else None
        if verb in WRITING:
            self.authors.add(by)
        if verb in (Verb.SIGN, Verb.ENDORSE):
            self.held = None
        if verb in (Verb.REVIEW, Verb.LAPSE):
            self.authors, self.held, self.reopened_until = set(), None, None


@dataclass
class World:
    """One party, its people and a reviewer, three answers, and the clock."""

    now: datetime
    party: Party
    period: ReportingPeriod
    leads: tuple[Institution, ...]
    people: dict[str, User]
    tracks: dict[int, Track]
    chance: Chance = field(init=False)  # the state machine's own, of the present step
    seen: "Picture" = field(init=False)  # the database after the last step
    found: Counter[tuple[str, str]] = field(default_factory=Counter)  # tried, and how it ended
    events: int = 0  # of answers, as they must be in the log
    first_event: int = 0
    typed: int = 0

    def row(self, pk: int) -> ProgressUpdate:
        return self.seen.answers[pk]

    def text(self) -> str:
        """Words that nobody typed before."""
        self.typed += 1
        return f"Text {self.typed}."

    def may(self, pk: int, verb: Verb, by: User) -> bool:
        return decide(standing_of(self.row(pk), by), verb).allowed


def build(before_due: timedelta) -> World:
    """Five people in three institutions, some with two roles, and a reviewer."""
    party = people.contributor()
    defence = people.institution(party)
    police = people.institution(party, "Police", Sector.POLICE, InstitutionKind.SERVICE)
    machinery = people.institution(
        party, "Women's Affairs", Sector.GENDER, InstitutionKind.WOMENS_MACHINERY
    )
    roles: dict[str, list[tuple[str, Institution]]] = {
        "supporter": [(RoleCode.CONTRIBUTOR, defence), (RoleCode.CONTRIBUTOR, police)],
        "writer and validator": [
            (RoleCode.CONTRIBUTOR, defence),
            (RoleCode.VALIDATOR, defence),
            (RoleCode.VALIDATOR, police),
        ],
        "validator": [(RoleCode.VALIDATOR, defence)],
        "coordinator": [(RoleCode.COORDINATOR, machinery), (RoleCode.CONTRIBUTOR, machinery)],
        "administrator": [(RoleCode.COUNTRY_ADMINISTRATOR, machinery)],
    }
    staff = {name: _person(party, held) for name, held in roles.items()}
    staff["reviewer"] = people.reviewer(party)
    period = make.period()
    assignments = [
        make.assignment(party, lead, make.item(code))
        for lead, code in ((defence, "2.1"), (police, "2.2"), (machinery, "2.3"))
    ]
    assignments[0].supporting.add(police)
    _answer_before(party, assignments[:2], staff)
    answers = [ProgressUpdate.objects.create(assignment=a, period=period) for a in assignments]
    world = World(
        now=period.due_at - before_due,
        party=party,
        period=period,
        leads=(defence, police, machinery),
        people=staff,
        tracks={
            one.pk: Track(has_earlier=one in answers[:2], writers=writers)
            for one, writers in zip(answers, WRITERS, strict=True)
        },
        first_event=AuditEvent.objects.latest("pk").pk,
    )
    world.seen = picture(world)
    return world


def _person(party: Party, held: Iterable[tuple[str, Institution]]) -> User:
    person = people.user()
    for role, institution in held:
        people.member(party, role, institution, person)
    return person


def _answer_before(party: Party, led: Iterable[Assignment], staff: dict[str, User]) -> None:
    """These items were answered in an earlier period, with evidence."""
    earlier = make.period("2025-H1", opened_days_ago=60)
    for assignment in led:
        desk = make.Desk(
            party=party,
            lead=assignment.lead,
            other=assignment.lead,
            period=earlier,
            update=ProgressUpdate.objects.create(assignment=assignment, period=earlier),
            contributor=staff["supporter"],
            validator=staff["writer and validator"],
            coordinator=staff["coordinator"],
            administrator=staff["administrator"],
            reviewer=staff["reviewer"],
        )
        make.bring_to(desk, S.TRANSMITTED)


# --- What stands in the database --------------------------------------------------------------


@dataclass(frozen=True)
class Picture:
    """Everything that a step may change."""

    answers: dict[int, ProgressUpdate] = field(compare=False)
    rows: dict[int, dict[str, Any]]
    evidence: dict[int, frozenset[int]]
    parts: list[dict[str, Any]]
    rest: tuple[Any, ...]

    def content(self, pk: int) -> dict[str, Any]:
        text = {name: self.rows[pk][name] for name in CONTENT_FIELDS}
        return {**text, "evidence": self.evidence[pk]}


def picture(world: World) -> Picture:
    found = with_people(ProgressUpdate.objects.filter(pk__in=world.tracks))
    answers = {one.pk: one for one in found}
    return Picture(
        answers=answers,
        rows={pk: _values(one) for pk, one in answers.items()},
        evidence=_evidence(world),
        parts=list(ReturnedPart.objects.order_by("pk").values()),
        rest=(
            UpdateRevision.objects.count(),
            AuditEvent.objects.count(),
            Submission.objects.count(),
            Amendment.objects.count(),
            list(Contribution.objects.order_by("pk").values()),
            ContributionRevision.objects.count(),
        ),
    )


def _values(update: ProgressUpdate) -> dict[str, Any]:
    return {one.attname: getattr(update, one.attname) for one in update._meta.concrete_fields}


def _evidence(world: World) -> dict[int, frozenset[int]]:
    held: dict[int, set[int]] = {pk: set() for pk in world.tracks}
    for pk, evidence in EvidenceUse.objects.filter(update__in=held).values_list(
        "update", "evidence"
    ):
        held[pk].add(evidence)
    return {pk: frozenset(ids) for pk, ids in held.items()}


# --- What may be tried ------------------------------------------------------------------------


@dataclass
class Attempt:
    """One step: what is called, on which answers, what may come of it, what is then remembered."""

    verb: Verb | None  # of the table; None where no answer moves
    rows: list[int]
    call: Callable[[], Any]
    expected: set[str]
    note: Callable[[], None] = lambda: None
    events: int | None = None  # None: one for each answer


Try = Callable[[World, User, int], Attempt]


def foreseen(*, stale: bool, allowed: bool, flawed: bool) -> set[str]:
    """How a single service ends; where two refusals are due, either may come first."""
    if stale or not allowed:
        return {CONFLICT if stale else NOT_ALLOWED} | ({UNFIT} if flawed else set())
    return {UNFIT} if flawed else {DONE}


def single(
    world: World,
    by: User,
    pk: int,
    verb: Verb,
    service: Callable[..., Any],
    *,
    flawed: bool = False,
    note: Callable[[Track], None] = lambda track: None,
    **typed: Any,
) -> Attempt:
    """One answer by its own service; now and then with a version that somebody saw before."""
    row, track = world.row(pk), world.tracks[pk]
    stale = world.chance.random() < 0.03

    def noted() -> None:
        track.note(verb, by.pk)
        note(track)

    return Attempt(
        verb,
        [pk],
        lambda: service(update=row, version=row.version + stale, by=by, **typed),
        foreseen(stale=stale, allowed=world.may(pk, verb, by), flawed=flawed),
        noted,
    )


def typed_content(world: World, pk: int, *, has_evidence: bool = True) -> Content:
    """What stands there with a few changes; mostly in the parts that are open."""
    chance, row, track = world.chance, world.row(pk), world.tracks[pk]
    is_careful = track.held and chance.random() < 0.7
    fields = track.held.open if track.held and is_careful else FIELDS_OF_PART[Part.WHOLE]
    chosen = {name for name in sorted(fields) if chance.random() < 0.4}
    if chance.random() < 0.6:  # what a submission asks for
        chosen |= {name for name in ("narrative", "rating") if not getattr(row, name)} & fields
    changes: dict[str, Any] = {
        name: world.text() for name in sorted(chosen - {"rating", "evidence"})
    }
    if "rating" in chosen:
        changes["rating"] = str(chance.choice(RATINGS))
    if "measures" in chosen and chance.random() < 0.1:
        changes["measures"] = "Unreadable \x00"
    if "narrative" in chosen and chance.random() < 0.1:
        changes["narrative"] = "  "
    if "evidence" in chosen and has_evidence:
        changes |= _evidence_changes(world, pk)
    return Content.of(row, **changes)


def _evidence_changes(world: World, pk: int) -> dict[str, Any]:
    held = sorted(world.seen.evidence[pk])
    if held and world.chance.random() < 0.3:
        return {"detach": [world.chance.choice(held)]}
    return {"attach": [NewEvidence(title=world.text(), url="https://example.org/plan")]}


def is_refused(world: World, pk: int, content: Content, *, submits: bool) -> bool:
    """Whether the content cannot be taken, said here a second time."""
    values, row, held = content.values(), world.row(pk), world.tracks[pk].held
    changed = {name for name, value in values.items() if value != getattr(row, name)}
    evidence = (world.seen.evidence[pk] - set(content.detach)) or set(content.attach)
    changed |= {"evidence"} if content.attach or content.detach else set()
    return any(
        (
            held and changed - held.open,
            "\x00" in values["measures"],
            values["rating"] not in (*STANDING, ""),
            values["rating"] == Rating.NOT_APPLICABLE and not values["rating_reason"],
            submits and not (values["rating"] and values["narrative"]),
            submits and values["rating"] in (Rating.APPLIED, Rating.SUSTAINED) and not evidence,
        )
    )


def try_save(world: World, by: User, pk: int) -> Attempt:
    content = typed_content(world, pk)
    flawed = is_refused(world, pk, content, submits=False)
    return single(world, by, pk, Verb.SAVE, updates.save_update, flawed=flawed, content=content)


def try_submit(world: World, by: User, pk: int) -> Attempt:
    """With what is typed last, or as it stands."""
    as_it_stands = world.chance.random() < 0.5
    content = Content.of(world.row(pk)) if as_it_stands else typed_content(world, pk)
    flawed = is_refused(world, pk, content, submits=True)
    typed = None if as_it_stands else content
    return single(world, by, pk, Verb.SUBMIT, updates.submit_update, flawed=flawed, content=typed)


def try_autosave(world: World, by: User, pk: int) -> Attempt:
    """Text alone; the first of a sitting is a save as any other, the next ones leave no trace."""
    content = typed_content(world, pk, has_evidence=False)
    attempt = single(
        world,
        by,
        pk,
        Verb.SAVE,
        updates.autosave_update,
        flawed=is_refused(world, pk, content, submits=False),
        content=content,
    )
    track = world.tracks[pk]
    if content == Content.of(world.row(pk)):
        return _autosave_of_nothing(world, attempt, by, track)
    # What somebody else typed last is kept as a revision of theirs first.
    last = track.saved_last
    if track.typed_since and track.typed_since[0] != by.pk:
        last = track.typed_since
    if last and last[0] == by.pk and world.now - last[1] < SITTING:
        attempt.events = 0
        attempt.note = lambda: setattr(track, "typed_since", (by.pk, world.now))
    return attempt


def _autosave_of_nothing(world: World, attempt: Attempt, by: User, track: Track) -> Attempt:
    """What stands there already: no conflict; somebody else's text gets its revision."""

    def kept() -> None:
        if track.typed_since and track.typed_since[0] != by.pk:
            track.saved_last, track.typed_since = track.typed_since, None

    attempt.expected = {DONE if world.may(attempt.rows[0], Verb.SAVE, by) else NOT_ALLOWED}
    attempt.events, attempt.note = 0, kept
    return attempt


def try_submit_unchanged(world: World, by: User, pk: int) -> Attempt:
    track, reason = world.tracks[pk], world.chance.choice(("", world.text(), world.text()))
    flawed = not reason or bool(track.held) or not track.has_earlier
    return single(
        world, by, pk, Verb.SUBMIT, updates.submit_unchanged, flawed=flawed, reason=reason
    )


def try_carry_over(world: World, by: User, pk: int) -> Attempt:
    track = world.tracks[pk]
    flawed = bool(track.held) or not track.has_earlier
    return single(world, by, pk, Verb.SAVE, updates.carry_over, flawed=flawed)


def try_sign(world: World, by: User, pk: int) -> Attempt:
    return single(world, by, pk, Verb.SIGN, updates.sign_update)


def try_endorse(world: World, by: User, pk: int) -> Attempt:
    return single(world, by, pk, Verb.ENDORSE, updates.endorse_update)


def try_withdraw(world: World, by: User, pk: int) -> Attempt:
    return single(world, by, pk, Verb.WITHDRAW, updates.withdraw_update)


def try_return(world: World, by: User, pk: int) -> Attempt:
    """One part, several or the whole; sometimes none, or the whole and a part of it."""
    parts = world.chance.sample(sorted(Part), world.chance.choice((0, 1, 1, 1, 2, 3)))
    if world.chance.random() < 0.2:
        parts = [Part.WHOLE]
    flawed = not parts or (Part.WHOLE in parts and len(parts) > 1)
    return single(
        world,
        by,
        pk,
        Verb.RETURN,
        updates.return_update,
        flawed=flawed,
        note=lambda track: _hold(world, pk, parts),
        reasons={part: world.text() for part in parts},
    )


def _hold(world: World, pk: int, parts: Iterable[str]) -> None:
    world.tracks[pk].held = Held(frozenset(map(Part, parts)), world.seen.content(pk))


def try_review(world: World, by: User, pk: int) -> Attempt:
    claim = world.row(pk).rating
    verdict = world.chance.choice((claim, Rating.IN_PREPARATION, Rating.ADOPTED, Rating.DONE))
    reason = world.chance.choice(("", world.text(), world.text()))
    flawed = verdict not in STANDING or (verdict != claim and not reason)
    return single(
        world,
        by,
        pk,
        Verb.REVIEW,
        updates.review_update,
        flawed=flawed,
        verdict=verdict,
        reason=reason,
    )


def try_reply(world: World, by: User, pk: int) -> Attempt:
    reply = world.chance.choice((" ", *[world.text()] * 4))
    flawed = not reply.strip()
    return single(world, by, pk, Verb.REPLY, updates.reply_to_verdict, flawed=flawed, reply=reply)


def try_reopen(world: World, by: User, pk: int) -> Attempt:
    until = world.now + world.chance.choice((-1, 1, 2, 4, 60)) * DAY
    closes = world.period.closes_at
    latest = closes if world.now < closes else world.now + 90 * DAY
    reason = world.chance.choice(("", *[world.text()] * 4))
    return single(
        world,
        by,
        pk,
        Verb.REOPEN,
        updates.reopen_update,
        flawed=not reason or not world.now < until <= latest,
        note=lambda track: setattr(track, "reopened_until", until),
        reason=reason,
        until=until,
    )


def try_send(world: World, by: User, pk: int) -> Attempt:
    """All endorsed answers that can still go; one that is locked for ever holds up no other."""
    endorsed = [key for key, track in world.tracks.items() if track.state == S.ENDORSED]
    ready = [key for key in endorsed if world.may(key, Verb.SEND, by)]
    is_coordinator = by == world.people["coordinator"]

    def noted() -> None:
        for key in ready:
            world.tracks[key].note(Verb.SEND, by.pk)

    return Attempt(
        Verb.SEND,
        ready,
        lambda: submissions.send_national_answer(party=world.party, period=world.period, by=by),
        foreseen(
            stale=False,
            allowed=bool(ready) or (is_coordinator and not endorsed),
            flawed=is_coordinator and not endorsed,
        ),
        noted,
    )


def try_lapse(world: World, by: User, pk: int) -> Attempt:
    """The clock's own step: whoever stands there has no part in it."""
    over = [key for key, track in world.tracks.items() if track.is_over(world.now)]

    def lapse() -> None:
        assert updates.lapse_reopened() == len(over)

    def noted() -> None:
        for key in over:
            world.tracks[key].note(Verb.LAPSE, 0)

    return Attempt(Verb.LAPSE, over, lapse, {DONE}, noted)


def try_many(world: World, by: User, verb: Verb, **typed: Any) -> Attempt:
    """Two or three answers, all that are where the verb begins where there are as many."""
    sources = WAY[verb][0]
    apt = [key for key, track in world.tracks.items() if track.state in sources]
    lacking = {key for key in world.tracks if verb == Verb.SUBMIT and _is_lacking(world, key)}
    if world.chance.random() < 0.7:
        apt = [key for key in apt if key not in lacking]
    chosen = apt or sorted(world.chance.sample(sorted(world.tracks), 2))
    versions = {key: world.row(key).version for key in chosen}
    stale = world.chance.random() < 0.03
    versions[chosen[0]] += stale

    def noted() -> None:
        for key in chosen:
            world.tracks[key].note(verb, by.pk)
            if verb == Verb.RETURN:
                _hold(world, key, [typed["part"]])

    is_allowed = not stale and all(
        world.may(key, verb, by) and key not in lacking for key in chosen
    )
    return Attempt(
        verb,
        chosen,
        lambda: bulk.move_answers(
            verb=verb,
            rows=versions,
            party=None if by == world.people["reviewer"] else world.party,
            by=by,
            **typed,
        ),
        {DONE if is_allowed else REFUSED},
        noted,
    )


def _is_lacking(world: World, pk: int) -> bool:
    is_returned = world.tracks[pk].state == S.RETURNED
    return is_returned or is_refused(world, pk, Content.of(world.row(pk)), submits=True)


def try_bulk_submit(world: World, by: User, pk: int) -> Attempt:
    return try_many(world, by, Verb.SUBMIT)


def try_bulk_sign(world: World, by: User, pk: int) -> Attempt:
    return try_many(world, by, Verb.SIGN)


def try_bulk_endorse(world: World, by: User, pk: int) -> Attempt:
    return try_many(world, by, Verb.ENDORSE)


def try_bulk_review(world: World, by: User, pk: int) -> Attempt:
    return try_many(world, by, Verb.REVIEW)


def try_bulk_return(world: World, by: User, pk: int) -> Attempt:
    part = world.chance.choice(sorted(Part))
    return try_many(world, by, Verb.RETURN, part=part, reason=world.text())


def try_contribute(world: World, by: User, pk: int) -> Attempt:
    """A supporting institution's own text: it moves no answer."""
    answer, institution = world.row(pk), world.leads[1]
    row = Contribution.objects.filter(update=answer, institution=institution).first()
    row = row or Contribution(update=answer, institution=institution)
    row.update = answer
    services: dict[Verb, tuple[Callable[..., Any], dict[str, Any]]] = {
        Verb.SAVE: (contributions.save_contribution, {"text": world.text()}),
        Verb.SUBMIT: (contributions.submit_contribution, {"text": world.text()}),
        Verb.SIGN: (contributions.sign_contribution, {}),
        Verb.RETURN: (contributions.return_contribution, {"reason": world.text()}),
        Verb.WITHDRAW: (contributions.withdraw_contribution, {}),
    }
    known = (Verb.SAVE, Verb.SUBMIT) if row.pk is None else tuple(services)
    verb = world.chance.choice(known)
    service, typed = services[verb]
    if verb in WRITING:
        typed |= {"update": answer, "institution": institution}
    else:
        typed |= {"contribution": row}
    standing = contribution_standing(row, by)
    is_allowed = rules_contributions.decide(standing, verb).allowed
    return Attempt(
        None,
        [],
        lambda: service(version=row.version, by=by, **typed),
        {DONE if is_allowed else NOT_ALLOWED},
    )


def try_wait(world: World, by: User, pk: int) -> Attempt:
    """A while, or until the very instant at which something ends; seldom until the period does."""
    chance, period = world.chance, world.period
    expiries = [track.reopened_until for track in world.tracks.values()]
    ends = [period.due_at, period.closes_at, reply_until(world.row(pk))]
    wanted = ends if chance.random() < 0.04 else expiries
    ahead = sorted(one for one in wanted if one and one > world.now)
    spans = [MINUTE, 5 * MINUTE, SITTING, 11 * MINUTE, DAY]
    if ahead and chance.random() < 0.5:
        spans = [ahead[0] - world.now, ahead[0] - world.now - SECOND]
    world.now += chance.choice(spans)
    return Attempt(None, [], lambda: None, {DONE})


# Each with the states from which it may come to something; empty: any.
TRIES: dict[str, tuple[Try, set[str]]] = {
    "save": (try_save, WAY[Verb.SAVE][0]),
    "autosave": (try_autosave, WAY[Verb.SAVE][0]),
    "carry over": (try_carry_over, WAY[Verb.SAVE][0]),
    "submit": (try_submit, WAY[Verb.SUBMIT][0]),
    "submit unchanged": (try_submit_unchanged, WAY[Verb.SUBMIT][0]),
    "sign": (try_sign, WAY[Verb.SIGN][0]),
    "endorse": (try_endorse, WAY[Verb.ENDORSE][0]),
    "send": (try_send, WAY[Verb.SEND][0]),
    "review": (try_review, WAY[Verb.REVIEW][0]),
    "withdraw": (try_withdraw, WAY[Verb.WITHDRAW][0]),
    "return": (try_return, WAY[Verb.RETURN][0]),
    "reopen": (try_reopen, WAY[Verb.REOPEN][0]),
    "reply": (try_reply, WAY[Verb.REPLY][0]),
    "submit many": (try_bulk_submit, WAY[Verb.SUBMIT][0]),
    "sign many": (try_bulk_sign, WAY[Verb.SIGN][0]),
    "endorse many": (try_bulk_endorse, WAY[Verb.ENDORSE][0]),
    "return many": (try_bulk_return, WAY[Verb.RETURN][0]),
    "review many": (try_bulk_review, WAY[Verb.REVIEW][0]),
    "lapse": (try_lapse, set()),
    "contribute": (try_contribute, set()),
    "wait": (try_wait, set()),
}

ONWARDS = ("submit", "sign", "endorse", "send", "review", "reply", "reopen", "return")
VALIDATORS = ("writer and validator", "validator")
COORDINATORS = ("coordinator", "coordinator", "administrator")
# Who mostly does it, so that walks come far: where nobody is named, who writes that answer.
MEANT_FOR: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("sign", "sign many"), VALIDATORS),
    **dict.fromkeys(("endorse", "endorse many"), COORDINATORS),
    **dict.fromkeys(("send", "reply"), COORDINATORS[:1]),
    **dict.fromkeys(("return", "return many"), (*VALIDATORS, "coordinator", "reviewer")),
    "contribute": ("supporter", "writer and validator"),
    **dict.fromkeys(("review", "review many", "reopen"), ("reviewer",)),
}


# --- What must hold ---------------------------------------------------------------------------


def check_moved(before: Picture, after: Picture, attempt: Attempt) -> None:
    """Only the answers that were meant, by the way; outsiders see it by four verbs alone."""
    for pk, row in after.rows.items():
        was = before.rows[pk]
        if pk not in attempt.rows:
            assert row == was
            continue
        assert attempt.verb is not None
        sources, target = WAY[attempt.verb]
        assert was["state"] in sources
        assert row["state"] == (target or was["state"])
        is_shown = row["transmitted_revision_id"] != was["transmitted_revision_id"]
        assert is_shown == (attempt.verb in SHOWN_OUTSIDE)


def check_own_work(attempt: Attempt, by: User, before: dict[int, set[int]], after: Picture) -> None:
    """Nobody signed, endorsed or reviewed what is their own work."""
    for pk in attempt.rows:
        signer = after.rows[pk]["signed_by_id"]
        if attempt.verb in (Verb.SIGN, Verb.ENDORSE, Verb.REVIEW):
            assert by.pk not in before[pk]
        if attempt.verb == Verb.ENDORSE:
            assert signer != by.pk


def check_always(world: World, now: Picture) -> None:
    """What holds of every answer after every step."""
    for pk, track in world.tracks.items():
        row = now.rows[pk]
        assert row["state"] == track.state
        assert not {row["signed_by_id"], row["endorsed_by_id"]} & track.authors
        assert row["signed_by_id"] is None or row["signed_by_id"] != row["endorsed_by_id"]
        assert not any(row[stamp] for stamp in STAMPS[LATEST_STAMP[S(row["state"])] :])
        assert (row["reopened_at"] is not None) == (track.reopened_until is not None)
        check_held(pk, track, now)
        check_revisions(pk, track, now)
    found = authors(now.answers.values())
    assert found == {pk: t.authors for pk, t in world.tracks.items() if t.authors}
    assert _events(world) == world.events


def check_held(pk: int, track: Track, now: Picture) -> None:
    """The parts that were sent back alone are open, until the next holder takes the answer."""
    pending = {one["part"] for one in now.parts if (one["update_id"], one["outcome"]) == (pk, "")}
    held = track.held
    assert pending == (held.parts if held else set())
    if held:
        content = now.content(pk)
        locked = content.keys() - held.open
        assert {n: content[n] for n in locked} == {n: held.content[n] for n in locked}


def check_revisions(pk: int, track: Track, now: Picture) -> None:
    """The last revision is the answer as it stands, but for what its writer types meanwhile."""
    row, last = now.rows[pk], UpdateRevision.objects.filter(update=pk).last()
    by = row["autosaved_by_id"]
    assert (by and (by, row["autosaved_at"])) == track.typed_since
    if last is None:
        assert row["version"] == 0
    elif track.typed_since:
        assert row["version"] > last.number
        assert last.by_id == by
    else:
        assert (row["version"], row["state"]) == (last.number, last.state)
        kept = {name: getattr(last, name) for name in CONTENT_FIELDS}
        kept["evidence"] = frozenset(last.evidence.values_list("pk", flat=True))
        assert kept == now.content(pk)


def _events(world: World) -> int:
    """Steps of answers in the log; a sending counts for each answer that went."""
    new = AuditEvent.objects.filter(pk__gt=world.first_event)
    sent = new.filter(action="submission.send").values_list("details", flat=True)
    return new.filter(action__startswith="update.").count() + sum(
        len(details["updates"]) for details in sent
    )


# --- The walk ---------------------------------------------------------------------------------


def choose(world: World) -> tuple[str, User, int]:
    """Often anything by anybody; else what may come to something where the answer is."""
    chance = world.chance
    pk, names, roles = chance.choice(sorted(world.tracks)), list(TRIES), sorted(world.people)
    if chance.random() < 0.8:
        state = world.tracks[pk].state
        names = [name for name, (_try, states) in TRIES.items() if not states or state in states]
        if any(track.is_over(world.now) for track in world.tracks.values()):
            names += ["lapse"] * 5
        else:
            names.remove("lapse")
        names += [name for name in names if name in ONWARDS] * 2
    name = chance.choice(names)
    if chance.random() < 0.3:  # what came to something least often
        name = min(names, key=lambda one: (world.found[one, DONE], chance.random()))
    if chance.random() < 0.8:
        roles = sorted(MEANT_FOR.get(name, world.tracks[pk].writers))
    return name, world.people[chance.choice(roles)], pk


def step(world: World) -> tuple[str, str]:
    """Try one thing, and see that all is as it must be."""
    name, by, pk = choose(world)
    before, authors_before = world.seen, {key: {*t.authors} for key, t in world.tracks.items()}
    with clock.at(world.now):
        attempt = TRIES[name][0](world, by, pk)
    if attempt.verb and not attempt.rows:
        name = f"{name} of nothing"
    with clock.at(world.now):  # which waiting has moved
        outcome = outcome_of(attempt.call)
        note(_told(world, name, by, attempt, outcome))
        assert outcome in attempt.expected
        world.seen = picture(world)
        if outcome != DONE:
            assert world.seen == before
            return name, outcome
        attempt.note()
        world.events += len(attempt.rows) if attempt.events is None else attempt.events
        check_moved(before, world.seen, attempt)
        check_own_work(attempt, by, authors_before, world.seen)
    return name, outcome


def _told(world: World, name: str, by: User, attempt: Attempt, outcome: str) -> str:
    who = next(role for role, user in world.people.items() if user == by)
    rows = {pk: str(world.seen.rows[pk]["state"]) for pk in attempt.rows}
    return f"{world.now:%m-%d %H:%M:%S} {who}: {name} {rows}: {outcome} of {attempt.expected}"


def outcome_of(call: Callable[[], Any]) -> str:
    try:
        call()
    except DomainError as refusal:
        return type(refusal).__name__
    return DONE


@contextmanager
def taken_back() -> Iterator[None]:
    """What happens inside is undone; until then the database has seen that it is sound."""
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)


class Way(RuleBasedStateMachine):
    """Each example is a party of its own; its rows are taken back at the end."""

    found: Counter[tuple[str, str]] = Counter()  # of all examples

    def __init__(self) -> None:
        super().__init__()
        self.rows = ExitStack()
        self.rows.enter_context(taken_back())

    @initialize(before_due=st.sampled_from([20 * DAY, 5 * DAY, 2 * DAY]))
    def begin(self, before_due: timedelta) -> None:
        self.world = build(before_due)

    @rule(seed=st.integers(0, 2**32 - 1))
    def try_something(self, seed: int) -> None:
        self.world.chance = Chance(f"{seed}, step {self.world.found.total()}")
        self.world.found[step(self.world)] += 1

    @invariant()
    def everything_holds(self) -> None:
        with clock.at(self.world.now):
            check_always(self.world, self.world.seen)

    def teardown(self) -> None:
        with self.rows:
            self.found.update(self.world.found)
            for update in ProgressUpdate.objects.filter(pk__in=self.world.tracks):
                update.validate_constraints()


def test_every_way_through_the_table(rounds: int) -> None:
    """500 steps in the suite, always the same; 5,000 in full."""
    Way.found.clear()
    run_state_machine_as_test(
        Way,
        settings=settings(
            max_examples=rounds * 8 // 10,  # some of them end early
            stateful_step_count=STEPS,
            derandomize=True,
            deadline=None,  # an example is many steps on a real database
            phases=[Phase.generate, Phase.shrink],
            # A party with its people takes a while to set up.
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    assert Way.found.total() >= rounds * 50
    done = {name for name, outcome in Way.found if outcome == DONE}
    assert done >= (set(TRIES) if rounds == 100 else {"submit", "sign", "endorse", "send"})
