"""A quarter of the whole portal: who was told what, in how many mails, and in which words.

Six parties in the suite, all 125 under `make soak`; twelve people in each. Answers go their way
through the services, the tick comes every half day, and every mail is read as it is queued.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice, product
from string import ascii_uppercase
from typing import Any

import pytest
from django.test import Client

from accounts.access import access_of
from accounts.enums import Frequency, InstitutionKind, RoleCode, Sector
from accounts.models import Institution, NotificationChoice, Party, User
from accounts.notifications import KINDS
from accounts.preferences import zones_of
from actionplans.enums import Part, UpdateState, Verb
from actionplans.models import Absence, Assignment, CatalogueItem, ProgressUpdate, ReportingPeriod
from actionplans.queries.updates import with_people
from actionplans.services import submissions, updates
from actionplans.services.contents import Content
from actionplans.services.periods import grant_extension
from actionplans.services.reminders import remind_people
from actionplans.services.standings import standings
from actionplans.views.lookups import will_be_told
from common import clock, formats
from common.errors import DomainError
from common.models import OutgoingMail
from monitoring.models import Notice, NoticeAnswer
from monitoring.tasks import STEPS
from tests.factories import accounts, actionplans

pytestmark = pytest.mark.django_db
S = UpdateState
DAY = timedelta(days=1)
OPENS = datetime(2026, 7, 1, 6, tzinfo=UTC)
DUE_DAY, LAST_DAY = 80, 105
ZONES = ("Africa/Lagos", "America/Montevideo", "Asia/Karachi", "Europe/Vienna", "UTC")
WORDS = ("amber", "velvet", "copper")  # of narratives, of measures, of reasons
FIGURE = 48367  # women, as the narratives say
MAY_STAND = re.compile(
    r"http\S+|2\.[1-6]|\d{1,2} \w+ \d{4}(, \d\d:\d\d)?|Third quarter of 2026",
)


@dataclass
class Team:
    """Twelve people of one party, and its institutions with those who write and sign."""

    party: Party
    coordinators: list[User]
    writers: dict[int, list[User]] = field(default_factory=dict)  # institution id -> people
    validators: dict[int, User] = field(default_factory=dict)

    @property
    def people(self) -> list[User]:
        return [*self.coordinators, *self.all_writers, *self.validators.values()]

    @property
    def all_writers(self) -> list[User]:
        return [person for house in self.writers.values() for person in house]


def named(words: str) -> User:
    """A person whose name has no digit."""
    person = accounts.user()
    User.objects.filter(pk=person.pk).update(name=words)
    person.name = words
    return person


def make_team(party: Party, items: list[CatalogueItem], rng: random.Random) -> Team:
    code = party.code
    Party.objects.filter(pk=party.pk).update(time_zone=rng.choice(ZONES))
    party.refresh_from_db()
    house = accounts.institution(
        party, "Ministry of Women", Sector.GENDER, InstitutionKind.WOMENS_MACHINERY
    )
    team = Team(party, [])
    for letter in "AB":
        person = accounts.member(party, RoleCode.COORDINATOR, house, named(f"{letter} of {code}"))
        team.coordinators.append(person)
    accounts.member(party, RoleCode.COUNTRY_ADMINISTRATOR, house, named(f"C of {code}"))
    for name in ("Defence", "Interior", "Police"):
        make_house(team, accounts.institution(party, f"Ministry of {name}"), name)
    houses = list(team.writers)
    for number, item in enumerate(items):
        lead = Institution.objects.get(pk=houses[number % len(houses)])
        assignment = actionplans.assignment(party, lead, item)
        if number % 2:
            first, second = team.writers[lead.pk]
            Assignment.objects.filter(pk=assignment.pk).update(focal_point=first, alternate=second)
    return team


def make_house(team: Team, institution: Institution, name: str) -> None:
    code = team.party.code
    team.writers[institution.pk] = [
        accounts.member(team.party, "contributor", institution, named(f"{n} of {name} of {code}"))
        for n in ("First", "Second")
    ]
    team.validators[institution.pk] = accounts.member(
        team.party, "validator", institution, named(f"Validator of {name} of {code}")
    )


def choose(person: User, rng: random.Random) -> None:
    """Most keep what is usual; some want all at once, daily or weekly."""
    habit = rng.choice([None, None, None, *Frequency])
    if habit:
        NotificationChoice.objects.bulk_create(
            NotificationChoice(user=person, kind=code, frequency=habit)
            for code, kind in KINDS.items()
            if habit in kind.frequencies and not kind.on_request
        )


class Quarter:
    """The period as it is lived through, half a day at a time."""

    def __init__(self, parties: int, rng: random.Random, signed_in: Callable[[Any], Client]):
        self.rng, self.signed_in = rng, signed_in
        self.items = [actionplans.item(f"2.{n}") for n in range(1, 5)]
        codes = [
            "".join(letters) for letters in islice(product(ascii_uppercase, repeat=3), parties)
        ]
        # All countries before all people: the factory makes their short codes from one counter.
        opened = [accounts.contributor(code) for code in codes]
        self.teams = [make_team(party, self.items, rng) for party in opened]
        self.of_party = {team.party.pk: team for team in self.teams}
        self.reviewers = [
            accounts.member(accounts.dpko(), RoleCode.REVIEWER, None, named(f"Reviewer {letter}"))
            for letter in "AB"
        ]
        for reviewer in self.reviewers:
            accounts.mandate(reviewer)
        self.granter = accounts.member(
            accounts.dpko(), RoleCode.COORDINATOR, None, named("Coordinator")
        )
        self.people = [*(p for team in self.teams for p in team.people), *self.reviewers]
        for person in self.people:
            choose(person, rng)
        self.period = ReportingPeriod.objects.create(
            code="2026-Q3", name="Third quarter of 2026", data_from=date(2026, 4, 1),
            data_to=date(2026, 6, 30), opens_at=OPENS, due_at=OPENS + DUE_DAY * DAY,
            closes_at=OPENS + LAST_DAY * DAY,
        )  # fmt: skip
        self.next_at: dict[int, datetime] = {}  # update id -> when somebody acts on it
        self.presses: Counter[str] = Counter()
        self.mails: dict[str, list[tuple[datetime, str]]] = defaultdict(list)  # address -> mails

    def live(self) -> None:
        for half in range(2 * LAST_DAY):
            with clock.at(OPENS + half * DAY / 2):
                self.calendar(half)
                for update in self.waiting():
                    self.act(update)
                self.tick()
                self.read_mails()

    def tick(self) -> None:
        for step in ("open_updates", "lapse_reopened", "tell_of_moments", "send_digests"):
            STEPS[step]()

    # --- What people do ---------------------------------------------------------------------

    def calendar(self, half: int) -> None:
        """Absences, a reminder by hand, more time for some, and the days of sending."""
        if half == 2 * 66:
            for assignment in Assignment.objects.filter(focal_point__isnull=False):
                if self.rng.random() < 0.9:
                    self.leave(assignment.focal_point)
        if half == 2 * 70:
            for team in self.teams[::3]:
                self.remind(team)
        if half == 2 * DUE_DAY - 1:
            for team in self.teams[::10]:
                grant_extension(
                    party=team.party, period=self.period, until=clock.now() + 10 * DAY,
                    reason=f"A flood {WORDS[2]}", by=self.granter,
                )  # fmt: skip
        if half in (2 * 60, 2 * DUE_DAY - 2, 2 * 95):
            for team in self.teams:
                self.send(team)

    def leave(self, person: User) -> None:
        Absence.objects.get_or_create(
            user=person,
            defaults={
                "first_day": clock.today(),
                "last_day": clock.today() + 21 * DAY,
                "set_by": person,
            },
        )

    def remind(self, team: Team) -> None:
        chosen = team.all_writers
        try:
            told = remind_people(
                party=team.party, period=self.period, people=chosen, by=team.coordinators[0]
            )
        except DomainError:
            return  # nobody holds anything
        assert set(told) <= set(chosen)
        with pytest.raises(DomainError):
            remind_people(
                party=team.party, period=self.period, people=told, by=team.coordinators[1]
            )

    def send(self, team: Team) -> None:
        ready = ProgressUpdate.objects.filter(
            assignment__party=team.party, period=self.period, state=S.ENDORSED
        )
        if first := with_people(ready).first():
            by = team.coordinators[0]
            with self.press(first, Verb.SEND, by):
                submissions.send_national_answer(party=team.party, period=self.period, by=by)

    def waiting(self) -> list[ProgressUpdate]:
        """Answers that somebody gets to in this half day."""
        now, found = clock.now(), []
        for update in with_people(ProgressUpdate.objects.exclude(state=S.REVIEWED)):
            soon = {S.DRAFT: 110, S.TRANSMITTED: 15}.get(S(update.state), 4)
            at = self.next_at.setdefault(update.pk, now + self.rng.random() * soon * DAY)
            if at <= now:
                found.append(update)
        return found

    def act(self, update: ProgressUpdate) -> None:
        del self.next_at[update.pk]
        team = self.of_party[update.assignment.party_id]
        lead, returns = update.assignment.lead_id, self.rng.random() < 0.15
        writer = self.rng.choice(team.writers[lead])
        now, deadline = clock.now(), self.period.deadline_for(team.party)
        is_open = now < deadline or update.state == S.RETURNED
        if update.state in (S.DRAFT, S.RETURNED) and is_open:
            self.step(update, Verb.SUBMIT, writer, content=CONTENT)
        elif update.state == S.SUBMITTED:
            verb = Verb.RETURN if returns else Verb.SIGN
            self.step(update, verb, team.validators[lead])
        elif update.state == S.SIGNED:
            self.step(update, Verb.RETURN if returns else Verb.ENDORSE, team.coordinators[1])
        elif update.state == S.TRANSMITTED:
            self.step(update, Verb.RETURN if returns else Verb.REVIEW, self.reviewers[0])

    def step(self, update: ProgressUpdate, verb: Verb, by: User, **more: Any) -> None:
        if verb == Verb.RETURN:
            more = {"reasons": {Part.WHOLE: f"Name the plan, {WORDS[2]}."}}
        if verb == Verb.REVIEW:
            more = {"verdict": "2", "reason": f"On paper only, {WORDS[2]}."}
        service = getattr(updates, f"{verb}_update")
        with self.press(update, verb, by):
            service(update=update, version=update.version, by=by, **more)

    # --- What is checked ----------------------------------------------------------------------

    def press(self, update: ProgressUpdate, verb: Verb, by: User) -> Any:
        """Compares whom the page names before the step with who is told by it."""
        return Press(self, update, verb, by)

    def read_mails(self) -> None:
        rows = list(OutgoingMail.objects.order_by("pk"))
        for row in rows:
            text = f"{row.subject}\n{row.body}"
            assert not [word for word in WORDS if word in text], text
            assert not re.search(r"\d", MAY_STAND.sub("", text)), text
            for rating in ("applied", "adopted", "in preparation"):
                assert rating not in text.lower()
            (address,) = row.recipients
            self.mails[address].append((clock.now(), row.subject))
        OutgoingMail.objects.all().delete()


class Press:
    def __init__(self, quarter: Quarter, update: ProgressUpdate, verb: Verb, by: User):
        self.quarter, self.update, self.verb, self.by = quarter, update, verb, by

    def __enter__(self) -> None:
        self.before = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        # A page in fifty is really opened; the others ask what the page asks.
        if self.quarter.presses.total() % 50 == 0:
            self.named = {user.pk for user, _where in self.open_page()}
        else:
            standing = standings([self.update], access_of(self.by))[self.update.pk]
            self.named = {user.pk for user, _where in will_be_told(standing, self.verb)}

    def open_page(self) -> Any:
        code = self.update.assignment.party.code
        url = f"/p/{code}/updates/{self.update.pk}/{self.verb}/"
        if self.verb == Verb.SEND:
            url = f"/p/{code}/submission/"
        response: Any = self.quarter.signed_in(self.by).get(url)
        assert response.status_code == 200
        return response.context["told"]

    def __exit__(self, kind: Any, *error: Any) -> None:
        if kind is None:
            told = Notice.objects.filter(pk__gt=self.before).values_list("user", flat=True)
            assert sorted(told) == sorted(self.named), self.verb
            self.quarter.presses[self.verb] += 1


CONTENT = Content(
    narrative=f"{FIGURE} women serve, {WORDS[0]}.",
    rating="2",
    measures=f"Two workshops, {WORDS[1]}.",
    next_steps=f"{FIGURE} more, {WORDS[1]}.",
)


def days_of(mails: list[tuple[datetime, str]], zone: str) -> Iterator[date]:
    for at, _subject in mails:
        yield at.astimezone(formats.zone(zone)).date()


def test_a_quarter_is_told_to_the_right_people_in_few_mails(
    rounds: int, seed: int, settings: Any, signed_in: Any
) -> None:
    settings.EMAIL_BACKEND = "common.mail.QueuedEmailBackend"
    parties = 125 if rounds == 100 else 6
    with clock.at(OPENS - DAY):
        quarter = Quarter(parties, random.Random(seed), signed_in)
    quarter.live()

    # Everything happened, or the checks above said nothing.
    verbs = {Verb.SUBMIT, Verb.SIGN, Verb.RETURN, Verb.ENDORSE, Verb.SEND, Verb.REVIEW}
    assert set(quarter.presses) == verbs
    assert set(Notice.objects.values_list("kind", flat=True)) == {
        "extension.grant",
        "period.opened",
        "reminder.asked",
        "reminder.due",
        "reminder.summary",
        "submission.send",
        "update.return",
        "update.review",
        "update.sign",
        "update.submit",
    }
    assert NoticeAnswer.objects.filter(instead_of__isnull=False).exists()

    # One gathered mail a day at most; every other mail is one that was wanted at once.
    at_once: dict[int, Counter[datetime]] = defaultdict(Counter)
    prompt = Notice.objects.filter(told_at__isnull=False, digest=None, left_out=False)
    for user, told_at in prompt.values_list("user", "told_at"):
        at_once[user][told_at] += 1
    zones = zones_of(quarter.people)
    for person in quarter.people:
        mails = quarter.mails[person.email]
        gathered = [m for m in mails if m[1].startswith("Waypost: what happened until")]
        days = Counter(days_of(gathered, zones[person.pk]))
        assert max(days.values(), default=0) <= 1
        assert Counter(mail[0] for mail in mails if mail not in gathered) == at_once[person.pk]

    # Nobody was reminded of what was submitted, and nobody twice of one moment.
    reminded = NoticeAnswer.objects.filter(notice__kind="reminder.due")
    assert set(reminded.values_list("state", flat=True)) <= {S.DRAFT, S.RETURNED}
    moments = Notice.objects.filter(kind="reminder.due").values_list("user", "at")
    assert max(Counter(moments).values()) == 1
