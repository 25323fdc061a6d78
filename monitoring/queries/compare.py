"""Countries side by side in one period, from what each transmitted: few queries for any number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery

from accounts.enums import PartyKind
from accounts.models import Party
from actionplans.enums import ItemType
from actionplans.models import (
    CatalogueItem,
    CatalogueText,
    ProgressUpdate,
    ReportingPeriod,
    Submission,
    Theme,
    UpdateRevision,
)
from actionplans.models.catalogue import ACTORS_OF_PARTY, in_reader_language
from actionplans.queries.updates import carried_answers
from monitoring.enums import PilotState
from recruitment import queries as recruitment
from recruitment.enums import PersonnelType

# No figure is older: peacekeeping began in 1948.
BEGINNING = date(1948, 1, 1)
NOT_SUBMITTED, NOT_REVIEWED, REVIEWED, AMENDING, AMENDED = (
    "not_submitted",
    "not_reviewed",
    "reviewed",
    "amending",
    "amended",
)


@dataclass(frozen=True)
class Cell:
    """One party's answer on one item, as everybody may read it; `update` None: not submitted."""

    party: Party
    update: int | None = None
    claim: str = ""
    verdict: str = ""
    reply: str = ""
    amended_at: datetime | None = None
    amending_since: datetime | None = None
    stands_from: str = ""  # the earlier period whose answer stands in an interim one

    @property
    def states(self) -> set[str]:
        """What the state filter finds it under."""
        if self.update is None:
            return {NOT_SUBMITTED}
        found = {REVIEWED if self.verdict else NOT_REVIEWED}
        found |= {AMENDING} if self.amending_since else set()
        return found | {AMENDED} if self.amended_at else found

    @property
    def differs(self) -> bool:
        return bool(self.claim and self.verdict and self.claim != self.verdict)


@dataclass(frozen=True)
class Row:
    """One item over all parties of a table."""

    item: CatalogueItem
    title: str
    cells: list[Cell]


@dataclass(frozen=True)
class Wanted:
    """The filters of the page; empty: all. A row stays if one of its cells is wanted."""

    theme: str = ""  # a theme's number, or "points"
    actor: str = ""
    rating: str = ""
    state: str = ""

    def item(self, item: CatalogueItem) -> bool:
        group = str(item.theme_id) if item.type == ItemType.RECOMMENDATION else "points"
        return self.theme in ("", group) and self.actor in ("", item.actor)

    def cell(self, cell: Cell) -> bool:
        rated = self.rating in ("", cell.claim, cell.verdict)
        return rated and (not self.state or self.state in cell.states)


@dataclass(frozen=True)
class Sending:
    """When a party's national answer was sent, and what followed; None: not submitted."""

    party: Party
    submission: Submission | None
    amendments: int = 0
    late_amendments: int = 0


@dataclass
class Comparison:
    """All that the page and its CSV show."""

    parties: list[Party]
    period: ReportingPeriod
    rows: list[Row]
    dpko_rows: list[Row]
    sendings: list[Sending]
    shares: dict[str, recruitment.CountryShares]
    themes: list[Theme]

    @property
    def types(self) -> list[PersonnelType]:
        """Types that at least one of the countries deployed."""
        present = {kind for share in self.shares.values() for kind in share.by_type}
        return [kind for kind in PersonnelType if kind in present]


def compare(
    parties: Sequence[Party],
    dpko: Party | None,
    period: ReportingPeriod,
    sent: Iterable[Submission],
    wanted: Wanted,
) -> Comparison:
    """The parties' answers, sendings and women's shares; DPKO's items as rows of their own.

    `sent` is what `submissions` read of the parties: four more queries.
    """
    everybody = [*parties, *([dpko] if dpko else [])]
    cells = _cells(everybody, period)
    items = _items()
    codes = [party.country_id for party in parties if party.country_id]
    return Comparison(
        parties=list(parties),
        period=period,
        rows=_rows(items, parties, cells, wanted),
        dpko_rows=_rows(items, [dpko] if dpko else [], cells, wanted),
        sendings=_sendings(everybody, [row for row in sent if row.period_id == period.pk]),
        shares=recruitment.shares(codes, month_from=BEGINNING, month_to=period.data_to),
        themes=list(dict.fromkeys(item.theme for item, _title in items if item.theme)),
    )


def _items() -> list[tuple[CatalogueItem, str]]:
    """The current items in order, each with its title in the reader's language: one query."""
    texts = (
        CatalogueText.objects.filter(item__is_current=True)
        .select_related("item__theme")
        .only("language", "title", "item")
        .order_by("item__position")
    )
    items: dict[int, CatalogueItem] = {}
    titles: dict[int, dict[str, str]] = defaultdict(dict)
    for text in texts:
        items.setdefault(text.item_id, text.item)
        titles[text.item_id][text.language] = text.title
    return [(item, in_reader_language(titles[pk])) for pk, item in items.items()]


def _rows(
    items: Iterable[tuple[CatalogueItem, str]],
    parties: Sequence[Party],
    cells: dict[tuple[int, int], Cell],
    wanted: Wanted,
) -> list[Row]:
    """Items that apply to the parties (all of one kind) and that the filters want."""
    actors = ACTORS_OF_PARTY.get(parties[0].kind, ()) if parties else ()
    rows = [
        Row(item, title, [cells.get((party.pk, item.pk), Cell(party)) for party in parties])
        for item, title in items
        if item.actor in actors and wanted.item(item)
    ]
    return [row for row in rows if any(wanted.cell(cell) for cell in row.cells)]


def _cells(parties: Sequence[Party], period: ReportingPeriod) -> dict[tuple[int, int], Cell]:
    """(party, item) -> the last transmitted revision's ratings: two queries at the most."""
    by_id = {party.pk: party for party in parties}
    later = UpdateRevision.objects.filter(
        update=OuterRef("pk"), number__gt=OuterRef("transmitted_revision__number")
    ).order_by("number")
    rows = ProgressUpdate.objects.filter(
        assignment__party__in=by_id, period=period, transmitted_revision__isnull=False
    ).order_by()
    values = rows.annotate(since=Subquery(later.values("at")[:1])).values_list(
        "assignment__party_id",
        "assignment__item_id",
        "pk",
        "transmitted_revision__rating",
        "transmitted_revision__verdict",
        "transmitted_revision__party_reply",
        "amended_at",
        "since",
    )
    sent = {(party, item): Cell(by_id[party], *rest) for party, item, *rest in values}
    return {**_carried_cells(by_id, period), **sent}


def _carried_cells(by_id: dict[int, Party], period: ReportingPeriod) -> dict[tuple[int, int], Cell]:
    """The earlier answers that stand in an interim period: one query, or none."""
    return {
        key: Cell(
            by_id[key[0]],
            row.pk,
            row.transmitted_revision.rating,
            row.transmitted_revision.verdict,
            row.transmitted_revision.party_reply,
            stands_from=str(row.period),
        )
        for key, row in carried_answers(by_id.values(), period).items()
        if row.transmitted_revision
    }


def submissions(parties: Iterable[Party]) -> list[Submission]:
    """National answers of all periods, with `all_amendments` and `late_amendments`: one query."""
    rows = Submission.objects.filter(party__in=[party.pk for party in parties])
    counted = rows.annotate(
        all_amendments=Count("amendments"),
        late_amendments=Count("amendments", filter=Q(amendments__on_time=False)),
    )
    return list(counted)


def _sendings(parties: Sequence[Party], rows: Iterable[Any]) -> list[Sending]:
    sent = {row.party_id: row for row in rows}
    return [
        Sending(
            party, sent[party.pk], sent[party.pk].all_amendments, sent[party.pk].late_amendments
        )
        if party.pk in sent
        else Sending(party, None)
        for party in parties
    ]


def endorsed_pilots(parties: Iterable[Party]) -> set[int]:
    """Ids of those that may be shown as pilots; the parties come with their `pilot`."""
    pilots = {party.pk: getattr(party, "pilot", None) for party in parties}
    return {pk for pk, pilot in pilots.items() if pilot and pilot.state == PilotState.ENDORSED}


def latest_sent(
    sent: Iterable[Submission], periods: Sequence[ReportingPeriod]
) -> ReportingPeriod | None:
    """The latest of the periods in which a national answer was sent; else the latest of all."""
    used = {row.period_id for row in sent}
    return next((period for period in periods if period.pk in used), next(iter(periods), None))


def contributors(parties: Iterable[Party]) -> list[Party]:
    return [party for party in parties if party.kind == PartyKind.CONTRIBUTOR]
