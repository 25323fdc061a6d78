"""Many rows at once: what a preview promised is done wholly, or nothing is (docs/adr/0016).

Every function takes `rows`, id -> the version that the preview showed, reads the rights again in
its transaction, and does each row by the service that does it singly.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import Access, access_of
from accounts.models import Institution, Party, User
from accounts.permissions import Permission
from accounts.services import audit
from actionplans.enums import UpdateState, Verb
from actionplans.models import (
    Assignment,
    EvidenceUse,
    Extension,
    ProgressUpdate,
    ReportingPeriod,
)
from actionplans.notifications import recipients_of_many
from actionplans.permissions import grants_time
from actionplans.queries.updates import with_people
from actionplans.rules import Standing, decide
from actionplans.services import updates
from actionplans.services.assignments import assign_item
from actionplans.services.contents import Content, lack_of
from actionplans.services.periods import grant_extension
from actionplans.services.standings import standings
from actionplans.services.updates import NotAllowed
from common.errors import Conflict, DomainError
from common.querysets import lock

MOST = 100
Reasons = Mapping[int, str | Promise]
Rows = Mapping[int, int]
CHANGED = _("Somebody changed it since you opened this page.")
# Nobody is to send reasons back unread.
RETURNED = _("It was returned: open it, read why, mend it and submit it there.")
GONE = _("It is no longer there for you.")
HAS_TIME = _("It has that much time already.")


class Refused(DomainError):
    """Nothing was done; `reasons` says why of each row that stands in the way, by its id."""

    def __init__(self, reasons: Reasons) -> None:
        super().__init__(_("Nothing was done: not every row could be moved."))
        self.reasons = reasons


# --- Answers ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Forecast:
    """What would come of one answer: `why` it stays as it is; empty where it will move."""

    standing: Standing
    why: str | Promise
    told: Sequence[User]

    @property
    def update(self) -> ProgressUpdate:
        return self.standing.update


def forecast(found: Sequence[ProgressUpdate], verb: Verb, who: Access) -> list[Forecast]:
    """In the order of `found`, which comes from `with_people`: a constant number of queries."""
    stand = standings(found, who)
    after = (s.as_author if verb == Verb.SUBMIT else s for s in stand.values())
    told = recipients_of_many(after, verb)
    whys = _hindrances(stand, verb)
    return [Forecast(stand[one.pk], whys.get(one.pk, ""), told[one.pk]) for one in found]


def _hindrances(stand: Mapping[int, Standing], verb: Verb) -> Reasons:
    """Why the answers that `verb` cannot be done to stay as they are, by their id."""
    whys = {pk: d.why for pk, s in stand.items() if not (d := decide(s, verb)).allowed}
    if verb == Verb.SUBMIT:
        returned = (pk for pk, s in stand.items() if s.update.state == UpdateState.RETURNED)
        whys = _lacks(stand.values()) | dict.fromkeys(returned, RETURNED) | whys
    return whys


def _lacks(stand: Iterable[Standing]) -> dict[int, str | Promise]:
    """update id -> what is missing of it, for those that cannot be submitted as they are saved."""
    found = {s.update.pk: Content.of(s.update).values() for s in stand}
    uses = EvidenceUse.objects.filter(update__in=found).order_by()
    shown = set(uses.values_list("update", flat=True))
    lacks = {pk: lack_of(typed, has_evidence=pk in shown) for pk, typed in found.items()}
    return {pk: lack.message for pk, lack in lacks.items() if lack}


def _confirm_claim(*, update: ProgressUpdate, version: int, by: User) -> ProgressUpdate:
    return updates.review_update(
        update=update, version=version, verdict=update.rating, reason="", by=by
    )


def _return_for_one(
    *, update: ProgressUpdate, version: int, part: str, reason: str, by: User
) -> ProgressUpdate:
    if not reason.strip():
        raise DomainError(_("Say what has to be mended and why."), field="reason")
    return updates.return_update(update=update, version=version, reasons={part: reason}, by=by)


TAKE: dict[Verb, Callable[..., ProgressUpdate]] = {
    Verb.SUBMIT: updates.submit_update,
    Verb.SIGN: updates.sign_update,
    Verb.ENDORSE: updates.endorse_update,
    Verb.RETURN: _return_for_one,
    Verb.REVIEW: _confirm_claim,
}


def read_by(reader: User, party: Party | None) -> QuerySet[ProgressUpdate]:
    """The party's answers that somebody may read; without a party those under their mandate."""
    answers = ProgressUpdate.objects
    own = answers.of_member(reader).filter(assignment__party=party)
    return own if party else answers.under_mandate(reader)


@transaction.atomic
def move_answers(
    *, verb: Verb, rows: Rows, party: Party | None, by: User, **typed: Any
) -> list[ProgressUpdate]:
    """Do `verb` to every answer of a party (None: of those under the person's mandate), each by
    its own service with what was `typed` for all.

    A submission hands over what is saved, a review confirms each claim. Whoever is to be told
    gets one mail for all of them.
    """
    _refuse_number(rows)
    list(lock(ProgressUpdate.objects.filter(pk__in=rows).order_by("pk")))  # in one order
    found = list(with_people(read_by(by, party).filter(pk__in=rows).order_by("pk")))
    _refuse_changed(rows, {one.pk: one.version for one in found})
    stand = standings(found, access_of(by))
    if refused := _hindrances(stand, verb):
        raise Refused(refused)
    with audit.together():
        return [_take(verb, one, by=by, **typed) for one in found]


def _take(verb: Verb, update: ProgressUpdate, *, by: User, **typed: Any) -> ProgressUpdate:
    try:
        return TAKE[verb](update=update, version=update.version, by=by, **typed)
    except (Conflict, NotAllowed) as refusal:
        raise Refused({update.pk: refusal.message}) from refusal


def _refuse_number(rows: Rows) -> None:
    if not 0 < len(rows) <= MOST:
        raise DomainError(_("Tick from 1 to %(most)s rows.") % {"most": MOST})


def _refuse_changed(rows: Rows, present: Rows) -> None:
    """`present`: id -> version of the rows that the person may still see."""
    reasons: dict[int, str | Promise] = {pk: GONE for pk in rows if pk not in present}
    reasons |= {pk: CHANGED for pk, version in present.items() if rows[pk] != version}
    if reasons:
        raise Refused(reasons)


# --- Assignments ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Changes:
    """What becomes of many assignments; None leaves that part as it is."""

    lead: Institution | None = None
    supporting: Sequence[Institution] | None = None
    adds_supporting: bool = False  # to those that are there, instead of in their place
    focal_point: User | None = None
    clears_focal_point: bool = False

    def of(self, given: Assignment) -> dict[str, Any]:
        """The assignment as it will be, as `assign_item` takes it.

        An alternate who becomes the focal point is the alternate no more.
        """
        present = list(given.supporting.all())
        chosen = present if self.supporting is None else list(self.supporting)
        focal_point = None if self.clears_focal_point else self.focal_point or given.focal_point
        return {
            "lead": self.lead or given.lead,
            "supporting": {*present, *chosen} if self.adds_supporting else chosen,
            "focal_point": focal_point,
            "alternate": None if given.alternate == focal_point else given.alternate,
        }

    @property
    def is_nothing(self) -> bool:
        return self == Changes()


@transaction.atomic
def assign_many(*, party: Party, rows: Rows, changes: Changes, by: User) -> list[Assignment]:
    """Change who leads, supports and is to be asked, in all of the party's assignments named."""
    _refuse_number(rows)
    if not access_of(by).may(Permission.ASSIGN, party):
        raise NotAllowed(_("This is for a coordinator of the party."), is_right_missing=True)
    if changes.is_nothing:
        raise DomainError(_("Choose what is to change."), field="lead")
    given = Assignment.objects.filter(party=party, pk__in=rows).order_by("pk")
    list(lock(given))
    people = given.select_related("item", "lead", "focal_point", "alternate")
    found = list(people.prefetch_related("supporting"))
    _refuse_changed(rows, {one.pk: one.version for one in found})
    return _all_or_none(
        found,
        lambda one: assign_item(
            party=party, item=one.item, version=one.version, by=by, **changes.of(one)
        ),
    )


def _all_or_none(found: Sequence[Any], take: Callable[[Any], Any]) -> list[Any]:
    """What `take` makes of each; Refused with every reason where it refuses one."""
    made, reasons = [], {}
    for one in found:
        try:
            with transaction.atomic():
                made.append(take(one))
        except DomainError as refusal:
            reasons[one.pk] = refusal.message
    if reasons:
        raise Refused(reasons)
    return made


# --- More time --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deadline:
    """A party's present deadline in a period."""

    party: Party
    period: ReportingPeriod
    extension: Extension | None = field(default=None)

    @property
    def at(self) -> datetime:
        return self.extension.until if self.extension else self.period.due_at

    @property
    def version(self) -> int:
        """Other as soon as somebody grants the party time: microseconds since 1970."""
        return int(self.extension.granted_at.timestamp() * 1_000_000) if self.extension else 0


def deadlines_of(parties: Sequence[Party], period: ReportingPeriod) -> list[Deadline]:
    """In the order of `parties`: one query."""
    granted = {one.party_id: one for one in period.extensions.filter(party__in=parties)}
    return [Deadline(party, period, granted.get(party.pk)) for party in parties]


@transaction.atomic
def extend_many(
    *, period: ReportingPeriod, rows: Rows, until: datetime, reason: str, by: User
) -> list[Extension]:
    """Give many parties the same more time in one period."""
    _refuse_number(rows)
    if not grants_time(access_of(by)):
        raise NotAllowed(_("This is for a coordinator of DPKO."), is_right_missing=True)
    answering = Party.objects.answering().filter(pk__in=rows).order_by("pk")
    parties = list(lock(answering))
    present = deadlines_of(parties, period)
    _refuse_changed(rows, {one.party.pk: one.version for one in present})
    if longer := {one.party.pk: HAS_TIME for one in present if one.extension and one.at >= until}:
        raise Refused(longer)
    with audit.together():
        return [
            grant_extension(party=party, period=period, until=until, reason=reason, by=by)
            for party in parties
        ]
