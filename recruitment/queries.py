"""The one door to deployment figures for pages, reports and rules of other apps.

Figures are the United Nations' count. Countries are named by ISO3 code (`country_id`), months by
their first day, personnel types by the values of `PersonnelType`; a period is given as two days
and includes the months of both. Each function says how many queries it makes.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from accounts.models import User
from recruitment.enums import PersonnelType, RowKind
from recruitment.models import (
    Absence,
    Commitment,
    Deployment,
    DeploymentRevision,
    Import,
    ImportRow,
    ParityTarget,
    PublishedTotal,
    Release,
    ReleaseMonth,
    Source,
)

ALL = "all"  # every type together


@dataclass(frozen=True)
class Share:
    """Women among all of one kind: always with numerator and denominator."""

    women: int
    men: int

    @property
    def total(self) -> int:
        return self.women + self.men

    @property
    def percent(self) -> Decimal | None:
        """Women in per cent, to one decimal; None where nobody was deployed."""
        if not self.total:
            return None
        return (Decimal(self.women) * 100 / self.total).quantize(Decimal("0.1"))

    def __add__(self, other: "Share") -> "Share":
        return Share(self.women + other.women, self.men + other.men)


@dataclass(frozen=True)
class CountryShares:
    """A country's shares in the latest month of a period that a release covers.

    `month` is None where no release covers a month of the period: say "no figures since
    `latest`", the last month covered before it (None: never). A type without an entry in
    `by_type` had nobody deployed.
    """

    country_id: str
    month: date | None
    latest: date | None
    by_type: dict[str, Share] = field(default_factory=dict)

    @property
    def total(self) -> Share:
        return sum(self.by_type.values(), Share(0, 0))


@dataclass(frozen=True)
class MonthShare:
    """One month of a series. `share` is None in a gap: no release covers the month.

    `absent` counts figures in it that the latest release of the month lacks.
    """

    month: date
    share: Share | None
    absent: int = 0


def first_day(day: date) -> date:
    return day.replace(day=1)


def un_figures() -> QuerySet[Deployment]:
    return Deployment.objects.filter(source__code=Source.UN)


def _covered() -> QuerySet[ReleaseMonth]:
    return ReleaseMonth.objects.filter(release__source__code=Source.UN)


def _covers(country_id: str) -> Q:
    """Releases about all countries, or about this one among others."""
    return Q(release__only_countries=None) | Q(release__only_countries=country_id)


def shares(
    country_ids: Collection[str], *, month_from: date, month_to: date
) -> dict[str, CountryShares]:
    """Shares by type of each country asked for, in its latest month of the period: 2 queries."""
    found = _latest_covered(country_ids, first_day(month_from), first_day(month_to))
    months = {shown.month for shown in found.values() if shown.month}
    rows = (
        un_figures()
        .filter(country__in=country_ids, month__in=months)
        .values_list("country_id", "month", "personnel_type")
        .annotate(women_sum=Sum("women"), men_sum=Sum("men"))
    )
    for country_id, month, kind, women, men in rows:
        if found[country_id].month == month and women + men:
            found[country_id].by_type[kind] = Share(women, men)
    return found


def _latest_covered(
    country_ids: Collection[str], month_from: date, month_to: date
) -> dict[str, CountryShares]:
    """Latest month covered in the period, and before it, by country: 1 query."""
    rows = (
        _covered()
        .filter(month__lte=month_to)
        .values_list("release__only_countries")
        .annotate(
            inside=Max("month", filter=Q(month__gte=month_from)),
            before=Max("month", filter=Q(month__lt=month_from)),
        )
    )
    latest = {country: (inside, before) for country, inside, before in rows}
    nothing = (None, None)
    found = {}
    for code in country_ids:
        pairs = (latest.get(code, nothing), latest.get(None, nothing))
        inside = max((pair[0] for pair in pairs if pair[0]), default=None)
        before = max((pair[1] for pair in pairs if pair[1]), default=None)
        found[code] = CountryShares(code, inside, inside or before)
    return found


def covered_months(country_id: str) -> list[date]:
    """Months that a release covers for the country, in order: 1 query."""
    rows = _covered().filter(_covers(country_id)).order_by("month")
    return list(rows.values_list("month", flat=True).distinct())


def latest_month(country_id: str) -> date | None:
    """The last month that a release covers for the country: 1 query."""
    rows = _covered().filter(_covers(country_id))
    found: date | None = rows.aggregate(last=Max("month"))["last"]
    return found


def monthly_shares(country_id: str) -> dict[str, list[MonthShare]]:
    """Series by personnel type, and of all types as `ALL`: 2 queries.

    Every series runs from the first covered month to the last, gaps included. Types that the
    country never deployed have none; without any covered month the answer is empty.
    """
    covered = covered_months(country_id)
    rows = (
        un_figures()
        .filter(country=country_id)
        .values_list("month", "personnel_type")
        .annotate(
            women_sum=Sum("women"),
            men_sum=Sum("men"),
            lacking=Count("pk", filter=Q(absent_from__isnull=False)),
        )
    )
    by_kind: dict[str, dict[date, MonthShare]] = {}
    for month, kind, women, men, absent in rows:
        by_kind.setdefault(kind, {})[month] = MonthShare(month, Share(women, men), absent)
    if not covered:
        return {}
    kinds = [kind for kind in PersonnelType.values if kind in by_kind]
    series = {kind: _series(covered, by_kind[kind]) for kind in kinds}
    return {**series, ALL: _all_types(covered, list(series.values()))}


def _series(covered: list[date], known: dict[date, MonthShare]) -> list[MonthShare]:
    """A covered month without a figure is zero; a month that no release covers is a gap."""
    inside = set(covered)
    return [
        known.get(month) or MonthShare(month, Share(0, 0) if month in inside else None)
        for month in months_between(covered[0], covered[-1])
    ]


def _all_types(covered: list[date], series: list[list[MonthShare]]) -> list[MonthShare]:
    sums = _series(covered, {})
    for place, month in enumerate(sums):
        if month.share is not None:
            points = [points[place] for points in series]
            share = sum((point.share for point in points if point.share), Share(0, 0))
            sums[place] = MonthShare(month.month, share, sum(point.absent for point in points))
    return sums


def months_between(first: date, last: date) -> list[date]:
    """First days of all months from one to the other, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    start = first.year * 12 + first.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(start, start + count)]


def figures_in(country_id: str, months: Iterable[date]) -> list[Deployment]:
    """The country's figures of some months, by month, mission and type: 1 query.

    Each comes with `mission`, `release` (the file that gave it), `line`, `column`, and
    `absent_from`: the latest release of its month where that does not list it, else None.
    """
    rows = un_figures().filter(country=country_id, month__in=list(months))
    related = rows.select_related("mission", "release", "absent_from")
    return list(related.order_by("month", "mission__code", "personnel_type"))


def published_totals(country_ids: Collection[str]) -> dict[str, list[PublishedTotal]]:
    """Totals published without mission or type, by country and in order of month: 1 query."""
    found: dict[str, list[PublishedTotal]] = {code: [] for code in country_ids}
    rows = PublishedTotal.objects.filter(country__in=country_ids, source__code=Source.UN)
    for total in rows.order_by("month"):
        found[total.country_id].append(total)
    return found


def staff_officers_begin() -> date | None:
    """The first month that counts staff officers apart, where Troops and Experts break: 1 query."""
    rows = un_figures().filter(personnel_type=PersonnelType.STAFF_OFFICER)
    found: date | None = rows.aggregate(first=Min("month"))["first"]
    return found


@dataclass(frozen=True)
class Lines:
    """What one personnel type's share is held against."""

    commitment: Commitment | None
    targets: list[ParityTarget]  # in order of year


def lines() -> dict[str, Lines]:
    """The lines that apply to each personnel type: 2 queries."""
    commitments = list(Commitment.objects.all())
    targets = list(ParityTarget.objects.order_by("year"))
    return {
        kind: Lines(
            next((c for c in commitments if kind in c.personnel_types), None),
            [target for target in targets if kind in target.personnel_types],
        )
        for kind in PersonnelType.values
    }


def sources_of(country_id: str) -> list[str]:
    """Publisher and label of each release that the country's figures come from: 1 query."""
    rows = un_figures().filter(country=country_id).order_by("release__label")
    pairs = rows.values_list("release__publisher", "release__label").distinct()
    return [f"{publisher}: {label}" for publisher, label in pairs]


def month_figures(country_id: str, month: date) -> list[Deployment]:
    """`figures_in` one month, each with `revisions` and their `release` at hand: 3 queries."""
    rows = figures_in(country_id, [month])
    prefetch_related_objects(rows, "revisions__release")
    return rows


def releases_seen_by(user: User) -> QuerySet[Release]:
    """Releases the user may read, latest first, with their first and last month and how many."""
    return (
        Release.objects.visible_to(user)
        .select_related("source", "imported_by")
        .annotate(
            first_month=Min("months__month"),
            last_month=Max("months__month"),
            month_count=Count("months"),
        )
        .order_by("-imported_at", "-pk")
    )


def changes_by(release: Release) -> QuerySet[DeploymentRevision]:
    """Figures that the release replaced; `new_women` and `new_men` are what it put in place."""
    following = DeploymentRevision.objects.filter(
        deployment=OuterRef("deployment"), release=OuterRef("replaced_by")
    )
    return (
        DeploymentRevision.objects.filter(replaced_by=release)
        .select_related("deployment__country", "deployment__mission", "release")
        .annotate(
            new_women=Coalesce(Subquery(following.values("women")[:1]), "deployment__women"),
            new_men=Coalesce(Subquery(following.values("men")[:1]), "deployment__men"),
        )
        .order_by("deployment__country__name_en", "deployment__month", "pk")
    )


def absences_of(release: Release) -> QuerySet[Absence]:
    """Figures of the months the release covers that it does not list."""
    return (
        Absence.objects.filter(release=release)
        .select_related("deployment__country", "deployment__mission", "deployment__release")
        .order_by("deployment__country__name_en", "deployment__month", "pk")
    )


def imports_sent() -> QuerySet[Import]:
    """Every file that was sent in the browser, the latest first."""
    return Import.objects.select_related(
        "sent_by", "decided_by", "release", "stored_file"
    ).order_by("-sent_at", "-pk")


def preview_counts(imported: Import) -> dict[str, int]:
    """How many rows or figures each list of a preview has, as the command line counts them."""
    result = imported.result
    if result is None:
        return {}
    return {
        RowKind.NEW: result["stored"],
        RowKind.CHANGED: result["changed"],
        RowKind.UNCHANGED: result["unchanged"],
        RowKind.ABSENT: result["absent"],
        RowKind.DUPLICATE: result["duplicates"],
        RowKind.TOTALS: result["totals_rows"],
        RowKind.REJECTED: len(result["rejected"]),
        RowKind.CONFLICT: result["conflicts"],
    }


def preview_rows(imported: Import, kind: str) -> QuerySet[ImportRow] | list[dict[str, Any]]:
    """One list of a preview, in the order of the file; faults stay when the others have gone."""
    if kind == RowKind.REJECTED:
        return imported.left_out
    if kind == RowKind.CONFLICT:
        return imported.result["conflict_rows"] if imported.result else []
    rows = imported.rows.filter(kind=kind).select_related("country", "mission")
    return rows.order_by("line", "pk")
