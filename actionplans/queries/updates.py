"""What the rules and pages need to know of many answers, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.enums import MandateRole
from accounts.models import Mandate, Membership, Party, User
from accounts.permissions import ROLES, Permission
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
FOR_THE_LEAD = {Permission.ANSWER, Permission.SIGN}
NEW_ROUND = (Verb.REVIEW, Verb.LAPSE)  # after them nobody has written yet
Key = TypeVar("Key")
Held = tuple[str, int | None]  # a role, and the id of the institution where it is held


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
    people = ("assignment__focal_point", "assignment__alternate")
    rows = with_people(answers.annotate(first_saved=Subquery(saves.values("at")[:1])))
    updates = {update.assignment.item_id: update for update in rows.select_related(*people)}
    assignments = {item: update.assignment for item, update in updates.items()}
    carried = carried_answers([party], period)
    items = list(CatalogueItem.objects.applying_to(party).with_texts())
    if any(item.pk not in assignments for item in items):
        others = Assignment.objects.filter(party=party).exclude(item__in=assignments)
        others = others.select_related("lead", "focal_point", "alternate")
        assignments |= {assignment.item_id: assignment for assignment in others}
    return [
        ItemRow(
            item,
            assignments.get(item.pk),
            updates.get(item.pk),
            carried.get((party.pk, item.pk)),
        )
        for item in items
    ]


def deadline_in(rows: Iterable[ItemRow], party: Party, period: ReportingPeriod) -> datetime:
    """When the party's drafts lock: read with its answers, or in a query where there are none."""
    known = (row.update.deadline for row in rows if row.update)
    return next(known, None) or period.deadline_for(party)


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
    """Join what pages name: item, party, lead, period, transmitted revision, extended deadline."""
    extension = Extension.objects.filter(
        party=OuterRef("assignment__party"), period=OuterRef("period")
    )
    return updates.annotate(extended_until=Subquery(extension.values("until"))).select_related(
        "assignment__item__theme",
        "assignment__party__country",
        "assignment__lead",
        "period",
        "transmitted_revision",
    )


@dataclass(frozen=True)
class Member:
    """Somebody of a party, the institution where they belong there, or none, and their roles."""

    pk: int
    name: str
    institution: str
    held: frozenset[Held]


@dataclass(frozen=True)
class Roster:
    """Who holds which role, read once for many updates. People are user ids."""

    by_institution: dict[tuple[str, int], frozenset[int]]
    by_party: dict[tuple[str, int], frozenset[int]]
    members: dict[int, dict[int, Member]]  # party id -> user id -> member


def roster(parties: Iterable[int]) -> Roster:
    """Current members of the parties by role: one query."""
    by_institution: dict[tuple[str, int], set[int]] = defaultdict(set)
    by_party: dict[tuple[str, int], set[int]] = defaultdict(set)
    members: dict[int, dict[int, Member]] = defaultdict(dict)
    rows = Membership.objects.current().filter(party__in=set(parties)).order_by("pk")
    for role, party, user, name, institution, place in rows.values_list(
        "role", "party_id", "user_id", "user__name", "institution_id", "institution__name"
    ):
        by_party[role, party].add(user)
        by_institution[role, institution].add(user)
        known = members[party].get(user)
        where = (known and known.institution) or place or ""
        held = (known.held if known else frozenset()) | {(role, institution)}
        members[party][user] = Member(user, name, where, held)
    return Roster(_frozen(by_institution), _frozen(by_party), dict(members))


def may_be_asked(held: Iterable[Held], assignment: Assignment) -> bool:
    """Whether somebody with these roles in the party has to do with the item's answer before it
    goes out: writes or signs for its lead, or reads all drafts of the party.

    Nobody else is asked for it: no mail would reach them.
    """
    return any(
        Permission.READ_DRAFTS in ROLES[role].permissions
        or (institution == assignment.lead_id and FOR_THE_LEAD & ROLES[role].permissions)
        for role, institution in held
    )


def askable(
    people: Iterable[int | None], assignment: Assignment, members: Mapping[int, Member]
) -> set[int]:
    """Those of the people who are `members` of the party today and may be asked for the item."""
    there = [members[pk] for pk in people if pk and pk in members]
    return {member.pk for member in there if may_be_asked(member.held, assignment)}


def _frozen(groups: dict[Key, set[int]]) -> dict[Key, frozenset[int]]:
    return {key: frozenset(ids) for key, ids in groups.items()}


def authors(updates: Iterable[ProgressUpdate]) -> dict[int, frozenset[int]]:
    """update id -> whoever saved content or submitted since the last review: one query."""
    rows = UpdateRevision.objects.filter(
        update__in=[u.pk for u in updates], verb__in=(*AUTHOR_VERBS, *NEW_ROUND)
    )
    return authors_in(rows.order_by("number").only("update", "verb", "by"))


def authors_in(revisions: Iterable[UpdateRevision]) -> dict[int, frozenset[int]]:
    """The same from revisions that were read before, the first first."""
    found: dict[int, set[int]] = defaultdict(set)
    for row in revisions:
        if row.verb in NEW_ROUND:
            found.pop(row.update_id, None)
        elif row.verb in AUTHOR_VERBS and row.by_id:
            found[row.update_id].add(row.by_id)
    return _frozen(found)


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


def sent_earlier(update: ProgressUpdate) -> UpdateRevision | None:
    """The same item's latest answer of an earlier period, as it was sent: what is changed in it
    since is not said to anybody yet."""
    return (
        UpdateRevision.objects.filter(
            transmitted_for__assignment=update.assignment,
            transmitted_for__period__opens_at__lt=update.period.opens_at,
        )
        .exclude(rating="")
        .order_by("-transmitted_for__period__opens_at")
        .select_related("update__period")
        .first()
    )
