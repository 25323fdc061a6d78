"""What supporting institutions gave towards answers, in a constant number of queries."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import Institution, User
from actionplans.enums import Verb
from actionplans.models import (
    Assignment,
    Contribution,
    ContributionRevision,
    ContributionUse,
    Evidence,
    ProgressUpdate,
    UpdateRevision,
)
from actionplans.models.contributions import HANDED_OVER
from actionplans.queries.updates import AUTHOR_VERBS, NEW_ROUND

CONTRIBUTED_TO = ("narrative", "measures")  # the texts of an answer that a contribution goes into


def with_answer(contributions: QuerySet[Contribution]) -> QuerySet[Contribution]:
    """Join what pages name: institutions, people, the answer with its item, party and period."""
    return contributions.select_related(
        "institution",
        "submitted_by",
        "signed_by",
        "returned_by",
        "update__assignment__item__theme",
        "update__assignment__party__country",
        "update__assignment__lead",
        "update__period",
        "update__transmitted_revision",
    )


def contributions_with(evidence: Evidence, user: User) -> list[Contribution]:
    """Those that carry the document and that the user may read, the latest period first."""
    visible = Contribution.objects.visible_to(user).filter(evidence=evidence)
    return list(with_answer(visible).order_by("-update__period__opens_at", "institution__name"))


def contribution_authors(contributions: Iterable[int]) -> dict[int, list[User]]:
    """contribution id -> whoever saved or submitted it, the first first: one query."""
    rows = (
        ContributionRevision.objects.filter(
            contribution__in=list(contributions), verb__in=AUTHOR_VERBS
        )
        .select_related("by")
        .order_by("contribution", "number")
    )
    found: dict[int, dict[int, User]] = defaultdict(dict)
    for row in rows:
        found[row.contribution_id].setdefault(row.by_id, row.by)
    return {pk: list(people.values()) for pk, people in found.items()}


def supporting(assignments: Iterable[int]) -> set[tuple[int, int]]:
    """(assignment id, institution id) of every supporting institution: one query."""
    rows = Assignment.supporting.through.objects.filter(assignment__in=list(assignments))
    return set(rows.values_list("assignment_id", "institution_id"))


def outstanding(updates: Iterable[int]) -> Counter[int]:
    """update id -> how many supporting institutions have not handed over: one query."""
    given = Contribution.objects.filter(
        HANDED_OVER, update=OuterRef("pk"), institution=OuterRef("supporter")
    )
    rows = (
        ProgressUpdate.objects.filter(pk__in=list(updates), assignment__supporting__isnull=False)
        .annotate(supporter=F("assignment__supporting"))
        .exclude(Exists(given))
    )
    return Counter(rows.values_list("pk", flat=True))


@dataclass(frozen=True)
class Line:
    """One supporting institution beside an answer, and what it gave, as the reader may see it."""

    institution: Institution
    contribution: Contribution | None  # None: not begun
    authors: list[User]
    taken_in: ContributionUse | None  # as it stands now
    is_readable: bool


def lines_of(update: ProgressUpdate, reader: User) -> list[Line]:
    """Supporting institutions by name, and others that gave something before: four queries."""
    readable = Contribution.objects.visible_to(reader).filter(pk=OuterRef("pk"))
    rows = Contribution.objects.filter(update=update).annotate(is_readable=Exists(readable))
    people = ("submitted_by", "signed_by", "returned_by")
    given = {c.institution_id: c for c in rows.select_related("institution", *people)}
    institutions = {i.pk: i for i in update.assignment.supporting.all()}
    institutions |= {c.institution_id: c.institution for c in given.values()}
    ids = [c.pk for c in given.values()]
    authors = contribution_authors(ids)
    uses = uses_as_they_stand().filter(contribution__in=ids).select_related("by")
    taken_in = {use.contribution_id: use for use in uses}

    def line(institution: Institution) -> Line:
        one = given.get(institution.pk)
        if one is None:
            return Line(institution, None, [], None, False)
        one.update = update
        names = authors.get(one.pk, [])
        shown = one.is_readable  # type: ignore[attr-defined]
        return Line(institution, one, names, taken_in.get(one.pk), shown)

    return [line(one) for one in sorted(institutions.values(), key=lambda one: one.name)]


def uses_as_they_stand() -> QuerySet[ContributionUse]:
    """That the present text was taken in; an earlier one of the same institution does not count."""
    uses = ContributionUse.objects.filter(contribution_version=F("contribution__version"))
    return _not_lapsed(uses, "contribution__update", "update_version").exclude(Exists(_replaced()))


def _not_lapsed(rows: QuerySet[Any], update: str, number: str) -> QuerySet[Any]:
    """What was written while the answer was reopened went with that text where its time lapsed."""
    ends = UpdateRevision.objects.filter(
        update=OuterRef(update), verb__in=NEW_ROUND, number__gt=OuterRef(number)
    ).order_by("number")
    ended = rows.alias(ended_by=Subquery(ends.values("verb")[:1]))
    kept: QuerySet[Any] = ended.filter(Q(ended_by__isnull=True) | Q(ended_by=Verb.REVIEW))
    return kept


def _replaced() -> QuerySet[UpdateRevision]:
    """For a subquery: what put an earlier period's text in the place of the outer use's.

    "Nothing changed" and taking over the text do, and the revision alone shows it. Where the use
    was noted with that very text, its lead said that the contribution is in it.
    """
    same = {name: OuterRef(name) for name in CONTRIBUTED_TO}
    noted = UpdateRevision.objects.filter(
        update=OuterRef("update"), number=OuterRef(OuterRef("update_version")), **same
    )
    earlier = UpdateRevision.objects.filter(
        verb=Verb.SEND,
        update__assignment=OuterRef("update__assignment"),
        update__period__opens_at__lt=OuterRef("update__period__opens_at"),
        **same,
    )
    later = UpdateRevision.objects.filter(
        update=OuterRef("contribution__update"), number__gt=OuterRef("update_version")
    )
    return _not_lapsed(later.filter(Exists(earlier), ~Exists(noted)), "update", "number")


def institutions_taken_in(update: ProgressUpdate) -> list[Institution]:
    """Whose contributions are in what everybody outside the party reads.

    One query, after a reply or a lapse two, where nothing was sent none.
    """
    read = _read_outside(update)
    if read is None:
        return []
    withdrawn = ContributionRevision.objects.filter(
        contribution=OuterRef("contribution"),
        number__gt=OuterRef("contribution_version"),
        verb__in=(Verb.RETURN, Verb.WITHDRAW),
        at__lte=read.at,
    )
    uses = ContributionUse.objects.filter(
        ~Exists(withdrawn),
        ~Exists(_replaced().filter(number__lte=read.number)),
        contribution__update=update,
        update_version__lte=read.number,
    )
    held = _not_lapsed(uses, "contribution__update", "update_version")
    return list(
        Institution.objects.filter(pk__in=held.values("contribution__institution")).order_by("name")
    )


def _read_outside(update: ProgressUpdate) -> UpdateRevision | None:
    """The sending or the review whose text is read outside: others show the last review's again."""
    shown = update.transmitted_revision
    if shown is None or shown.verb in (Verb.SEND, Verb.REVIEW):
        return shown
    return update.revisions.filter(verb=Verb.REVIEW, number__lt=shown.number).latest("number")
