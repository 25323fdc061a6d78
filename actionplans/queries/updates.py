"""What the rules and pages need to know of many answers, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from accounts.enums import MandateRole
from accounts.models import Mandate, Membership, Party, User
from actionplans.enums import Verb
from actionplans.models import (
    Assignment,
    CatalogueItem,
    Extension,
    ProgressUpdate,
    ReportingPeriod,
    UpdateRevision,
)

AUTHOR_VERBS = (Verb.SAVE, Verb.SUBMIT)


@dataclass(frozen=True)
class ItemRow:
    """One item that applies to a party, with its assignment and answer where there are any."""

    item: CatalogueItem
    assignment: Assignment | None
    update: ProgressUpdate | None
    carried: ProgressUpdate | None = None  # the earlier answer that stands in an interim period


def item_rows(party: Party, period: ReportingPeriod | None) -> list[ItemRow]:
    """Every item that applies to the party, in the catalogue's order: five queries at the most.

    Each answer has `first_saved`, when somebody first wrote into it.
    """
    answers = ProgressUpdate.objects.filter(assignment__party=party, period=period)
    saves = UpdateRevision.objects.filter(update=OuterRef("pk")).order_by("number")
    assignments = {
        a.item_id: a
        for a in Assignment.objects.filter(party=party).select_related(
            "lead", "focal_point", "alternate"
        )
    }
    updates = {
        u.assignment.item_id: u
        for u in with_people(answers.annotate(first_saved=Subquery(saves.values("at")[:1])))
    }
    carried = carried_answers([party], period)
    items = CatalogueItem.objects.applying_to(party).with_texts()
    return [
        ItemRow(
            item,
            assignments.get(item.pk),
            updates.get(item.pk),
            carried.get((party.pk, item.pk)),
        )
        for item in items
    ]


def carried_answers(
    parties: Iterable[Party], period: ReportingPeriod | None
) -> dict[tuple[int, int], ProgressUpdate]:
    """(party id, item id) -> the earlier answer that stands in an interim period.

    One query; none and empty in a yearly period, which asks for every answer anew.
    """
    if period is None or not period.is_interim:
        return {}
    own = ProgressUpdate.objects.filter(assignment__party__in=list(parties), period=period)
    rows = with_people(own.carried())
    return {(row.assignment.party_id, row.assignment.item_id): row for row in rows}


def with_people(updates: QuerySet[ProgressUpdate]) -> QuerySet[ProgressUpdate]:
    """Join what pages name: item, party, lead, period, transmitted revision."""
    return updates.select_related(
        "assignment__item__theme",
        "assignment__party__country",
        "assignment__lead",
        "period",
        "transmitted_revision",
    )


@dataclass(frozen=True)
class Roster:
    """Who holds which role, read once for many updates. People are user ids."""

    by_institution: dict[tuple[str, int], frozenset[int]]
    by_party: dict[tuple[str, int], frozenset[int]]


def roster(parties: Iterable[int]) -> Roster:
    """Current members of the parties by role: one query."""
    by_institution: dict[tuple[str, int], set[int]] = defaultdict(set)
    by_party: dict[tuple[str, int], set[int]] = defaultdict(set)
    rows = Membership.objects.current().filter(party__in=set(parties))
    for role, party, institution, user in rows.values_list(
        "role", "party_id", "institution_id", "user_id"
    ):
        by_party[role, party].add(user)
        by_institution[role, institution].add(user)
    return Roster(_frozen(by_institution), _frozen(by_party))


def _frozen(groups: dict[tuple[str, int], set[int]]) -> dict[tuple[str, int], frozenset[int]]:
    return {key: frozenset(ids) for key, ids in groups.items()}


def authors(updates: Iterable[ProgressUpdate]) -> dict[int, frozenset[int]]:
    """update id -> whoever saved content or submitted since the last review: one query."""
    last_review = (
        UpdateRevision.objects.filter(update=OuterRef("update"), verb__in=(Verb.REVIEW, Verb.LAPSE))
        .order_by()
        .values("update")
        .annotate(last=Max("number"))
        .values("last")
    )
    rows = (
        UpdateRevision.objects.filter(update__in=[u.pk for u in updates], verb__in=AUTHOR_VERBS)
        .annotate(last_review=Subquery(last_review))
        .filter(Q(last_review__isnull=True) | Q(number__gt=F("last_review")))
        .order_by()
        .values_list("update_id", "by_id")
        .distinct()
    )
    found: dict[int, set[int]] = defaultdict(set)
    for update, by in rows:
        found[update].add(by)
    return {update: frozenset(ids) for update, ids in found.items()}


def deadlines(updates: Iterable[ProgressUpdate]) -> dict[tuple[int, int], Extension]:
    """(party id, period id) -> extension: one query."""
    pairs = {(u.assignment.party_id, u.period_id) for u in updates}
    rows = Extension.objects.filter(
        party__in={party for party, _ in pairs}, period__in={period for _, period in pairs}
    )
    return {(row.party_id, row.period_id): row for row in rows}


def mandated_parties(user: User) -> set[int]:
    """Ids of the parties whose answers the user may review today: no own party among them."""
    named = Mandate.objects.current().filter(user=user, role=MandateRole.REVIEWER)
    scopes = set(named.values_list("party_id", flat=True))
    if not scopes:
        return set()
    parties = Party.objects.under_mandate(user)
    if None not in scopes:
        parties = parties.filter(pk__in=scopes)
    return set(parties.values_list("pk", flat=True))


def reviewers_of(party: Party) -> list[User]:
    """Everybody who may review the party's answers today."""
    people = User.objects.filter(
        pk__in=Mandate.objects.current()
        .filter(role=MandateRole.REVIEWER)
        .filter(Q(party=party) | Q(party__isnull=True))
        .values("user")
    )
    members = Membership.objects.current().filter(party=party).values("user")
    return [user for user in people.exclude(pk__in=members) if party.pk in mandated_parties(user)]


def previous_update(update: ProgressUpdate) -> ProgressUpdate | None:
    """The same item's latest answer that was sent in an earlier period."""
    return (
        ProgressUpdate.objects.filter(
            assignment=update.assignment,
            period__opens_at__lt=update.period.opens_at,
            transmitted_revision__isnull=False,
        )
        .exclude(rating="")
        .order_by("-period__opens_at")
        .select_related("period")
        .first()
    )
