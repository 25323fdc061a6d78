"""Reminding people of the answers that wait for them."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.access import access_of
from accounts.models import Party, User
from accounts.permissions import Permission
from accounts.services import audit
from actionplans.enums import UpdateState
from actionplans.models import PersonalReminder, ProgressUpdate, ReportingPeriod
from actionplans.notifications import present
from actionplans.queries.absences import stand_ins
from actionplans.queries.unsent import BEING_WRITTEN, asked_first
from actionplans.queries.updates import with_people
from actionplans.rules import Standing
from actionplans.services.standings import standings
from actionplans.services.updates import NotAllowed
from common import clock, formats
from common.errors import DomainError
from common.querysets import lock

HELD = (*BEING_WRITTEN, UpdateState.SUBMITTED, UpdateState.SIGNED, UpdateState.ENDORSED)


@transaction.atomic
def remind_people(
    *, party: Party, period: ReportingPeriod, people: Iterable[User], by: User
) -> list[User]:
    """Ask people for the answers they hold; each gets one mail at once with all of them.

    Those who hold nothing are left out, and so is `by`. Returns who was told. Raises DomainError
    where nobody is left, and where somebody was reminded by the party today already: then it
    names them and tells nobody.
    """
    if not access_of(by).may(Permission.ENDORSE, party):
        raise NotAllowed(_("This is for a coordinator of the party."), is_right_missing=True)
    lock(Party.objects.filter(pk=party.pk)).get()  # one at a time: each person once a day
    held = held_by(party, period, by)
    chosen = {person.pk for person in people if person.pk in held} - {by.pk}
    told = list(present(chosen))
    if not told:
        raise DomainError(_("None of these people holds an answer that waits."))
    _note_the_day(party, period, told, by=by)
    answers = {str(person.pk): [update.pk for update in held[person.pk]] for person in told}
    audit.record("reminder.asked", period, by=by, party=party, period=period.pk, people=answers)
    return told


def _note_the_day(party: Party, period: ReportingPeriod, people: list[User], *, by: User) -> None:
    known = PersonalReminder.objects.filter(party=party, user__in=people, day=party.today)
    if names := sorted(known.values_list("user__name", flat=True)):
        raise DomainError(
            _("Reminded today already: %(names)s. Nobody was told now; leave them out.")
            % {"names": formats.listed(names)},
            field="people",
        )
    PersonalReminder.objects.bulk_create(
        PersonalReminder(party=party, period=period, user=person, day=party.today, asked_by=by)
        for person in people
    )


def held_by(party: Party, period: ReportingPeriod, by: User) -> dict[int, list[ProgressUpdate]]:
    """user id -> answers on which the person has to act next, in the catalogue's order."""
    updates = with_people(
        ProgressUpdate.objects.asked().filter(
            assignment__party=party,
            assignment__item__is_current=True,
            period=period,
            state__in=HELD,
        )
    )
    if clock.now() >= period.closes_at:
        updates = updates.filter(reopened_at__isnull=False)
    found = standings(list(updates), access_of(by))
    absent = stand_ins((s.update.assignment for s in found.values()), party)
    held: dict[int, list[ProgressUpdate]] = defaultdict(list)
    for standing in found.values():
        for person in _asked(standing, is_away=standing.update.assignment_id in absent):
            held[person].append(standing.update)
    return held


def _asked(s: Standing, *, is_away: bool) -> frozenset[int]:
    """Who has to act next; on an answer that is being written also whoever is asked first."""
    if s.update.state not in BEING_WRITTEN:
        return s.holders
    return s.holders | asked_first(s.update.assignment, s.members, is_away=is_away)
