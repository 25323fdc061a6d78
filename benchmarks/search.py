"""A search over 100,000 answers, for a member of one party and for a reviewer of all."""

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import OuterRef, Subquery
from django.test import Client
from django.urls import reverse

from accounts.access import access_of
from accounts.enums import InstitutionKind, MandateRole, PartyKind, RoleCode, Sector
from accounts.models import Country, Institution, Mandate, Membership, Party, User
from actionplans.enums import UpdateState, Verb
from actionplans.models import (
    Assignment,
    CatalogueItem,
    Evidence,
    EvidenceUse,
    ProgressUpdate,
    ReportingPeriod,
    UpdateRevision,
)
from common import clock
from common.memory import keep_what_is_loaded
from monitoring.queries.search.find import find, hits
from monitoring.services import search
from monitoring.views.search import PER_PAGE
from tests.factories.accounts import code_app

PARTIES, ITEMS, PERIODS = 100, 40, 25  # an answer of each on each in each
DOCUMENTS_EVERY = 5
AT_ONCE = 5000
TIMES = 25
SENTENCES, SENTENCES_EACH, WORDS_EACH = 20_000, 8, 12
# The first stand in nearly every answer; the last in some twenty.
VOCABULARY = (
    *("women", "police", "training", "deployment", "ministry", "mission", "selection", "plan"),
    *("barracks", "mentoring", "armour", "helicopter", "clinic"),
)
RARE = ("quokka", "wombat", "numbat")
ASKED = {
    "frequent": ("women", "training police", "missions of the ministry", '"police training"'),
    "seldom": ("helicopter clinics", "body armour", "woman1200"),
    "rare": ("quokka", "wombat training", "numbat"),
    "absent": ("zeppelin", "zeppelin women"),
}


def fill() -> None:
    """The answers, each as it stands and as it was sent, and their evidence; then the index."""
    _answers(random.Random(1325))  # noqa: S311
    begin = time.perf_counter()
    entries = search.reindex()
    seconds = time.perf_counter() - begin
    _say(f"reindex_search, {entries} entries", f"{seconds:9.1f} s")
    if connection.vendor == "postgresql":  # as autovacuum does
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def measure() -> None:
    """Half and 95 of a hundred searches are faster than that; then whole pages."""
    settings.ALLOWED_HOSTS.append("testserver")
    keep_what_is_loaded()  # as the server does
    for who in ("member", "reviewer"):
        user = User.objects.get(email=f"{who}@example.org")
        for how_often, asked in ASKED.items():
            name = f"search, {who}, {how_often} words, {connection.vendor}"
            _say(name, _spread(partial(_search, user), asked))
        client = Client()
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        _say(f"page of a search, {who}", _spread(partial(_page, client), ASKED["frequent"]))


def _search(user: User, words: str) -> None:
    found = find(access_of(user), words)
    hits(found.question, found.keys[:PER_PAGE])


def _page(client: Client, words: str) -> None:
    answer = client.get(reverse("monitoring:search"), {"q": words})
    if answer.status_code != 200:
        raise RuntimeError(f"the page of a search answers {answer.status_code}")


def _spread(call: Callable[[str], None], asked: Sequence[str]) -> str:
    call(asked[0])
    times = []
    for words in asked * TIMES:
        begin = time.perf_counter()
        call(words)
        times.append((time.perf_counter() - begin) * 1000)
    p95 = statistics.quantiles(times, n=20)[-1]
    return f"{statistics.median(times):9.0f} ms {p95:4.0f} ms p95"


def _say(what: str, how_much: str) -> None:
    sys.stdout.write(f"{what:52} {how_much}\n")


# --- What is searched -------------------------------------------------------------------------


@transaction.atomic
def _answers(chance: random.Random) -> None:
    assignments = list(_assignments())
    _reader()
    periods = list(_periods())
    text = _texts(chance)
    updates = _create(
        ProgressUpdate,
        (
            ProgressUpdate(assignment=one, period=period, narrative=text(), measures=text())
            for period in periods
            for one in assignments
        ),
    )
    _create(UpdateRevision, map(_sent, updates))
    sent = UpdateRevision.objects.filter(update=OuterRef("pk"))
    ProgressUpdate.objects.update(
        state=UpdateState.TRANSMITTED,
        transmitted_at=Subquery(sent.values("at")[:1]),
        transmitted_by=Subquery(sent.values("by")[:1]),
        transmitted_revision=Subquery(sent.values("pk")[:1]),
    )
    _attach(updates[::DOCUMENTS_EVERY], text)


def _sent(update: ProgressUpdate) -> UpdateRevision:
    return UpdateRevision(
        update=update,
        number=1,
        verb=Verb.SEND,
        state=UpdateState.TRANSMITTED,
        at=update.period.opens_at,
        by=update.assignment.focal_point,
        narrative=update.narrative,
        measures=update.measures,
    )


def _attach(updates: list[ProgressUpdate], text: Callable[[], str]) -> None:
    documents = _create(
        Evidence,
        (
            Evidence(
                party=update.assignment.party,
                title=text()[:80],
                url="https://example.org",
                added_by=update.assignment.focal_point,
            )
            for update in updates
        ),
    )
    pairs = list(zip(updates, documents, strict=True))
    _create(EvidenceUse, (EvidenceUse(update=u, evidence=d) for u, d in pairs))
    sent = dict(UpdateRevision.objects.values_list("update", "pk"))
    through = UpdateRevision.evidence.through
    _create(through, (through(updaterevision_id=sent[u.pk], evidence=d) for u, d in pairs))


def _texts(chance: random.Random) -> Callable[[], str]:
    """A maker of texts whose words are as unequally frequent as those of a language."""
    words = [*VOCABULARY, *(f"woman{n}" for n in range(25_000))]
    weights = [1 / (place + 3) for place in range(len(words))]
    pool = [
        " ".join(chance.choices(words, weights, k=WORDS_EACH)).capitalize()
        for _n in range(SENTENCES)
    ]

    def text() -> str:
        extra = [chance.choice(RARE)] if chance.random() < 0.0003 else []
        return ". ".join([*chance.choices(pool, k=SENTENCES_EACH), *extra])

    return text


def _assignments() -> Iterator[Assignment]:
    items = list(CatalogueItem.objects.current()[:ITEMS])
    for number, country in enumerate(Country.objects.order_by("iso3")[:PARTIES]):
        party = Party.objects.create(
            code=country.iso3, kind=PartyKind.CONTRIBUTOR, name=country.name_en, country=country
        )
        lead = Institution.objects.create(
            party=party, name="Defence", kind=InstitutionKind.MINISTRY, sector=Sector.DEFENCE
        )
        name = "member" if number == PARTIES // 2 else f"member-{party.code}"
        writer = _member(name, party, RoleCode.CONTRIBUTOR, lead)
        rows = (Assignment(party=party, item=i, lead=lead, focal_point=writer) for i in items)
        yield from _create(Assignment, rows)


def _reader() -> None:
    dpko = Party.objects.create(code="DPKO", kind=PartyKind.DPKO, name="DPKO")
    reviewer = _member("reviewer", dpko, RoleCode.REVIEWER)
    code_app(reviewer)  # without it the page of a search is the one that sets it up
    today = clock.today()
    Mandate.objects.create(
        user=reviewer, role=MandateRole.REVIEWER, valid_from=today, valid_until=today
    )


def _member(
    name: str, party: Party | None, role: RoleCode, institution: Institution | None = None
) -> User:
    user = User.objects.create_user(f"{name}@example.org", name=name)
    Membership.objects.create(user=user, party=party, role=role, institution=institution)
    return user


def _periods() -> Iterator[ReportingPeriod]:
    now = clock.now()
    for number in range(PERIODS, 0, -1):
        opens = now - timedelta(days=180 * number - 150)  # the last is open
        yield ReportingPeriod.objects.create(
            code=f"period-{number}",
            name=f"Period {number}",
            data_from=opens.date() - timedelta(days=180),
            data_to=opens.date(),
            opens_at=opens,
            due_at=opens + timedelta(days=90),
            closes_at=opens + timedelta(days=120),
        )


def _create(model: type[models.Model], rows: Iterable[Any]) -> list[Any]:
    """Store rows that are made one by one, some thousand at once."""
    made: list[Any] = []
    rows = iter(rows)
    while some := list(islice(rows, AT_ONCE)):
        made += model._default_manager.bulk_create(some)
    return made
