"""The part of a hand-over that concerns the task force's seats."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Access
from accounts.models import Party, User
from common import clock
from common.querysets import compare_and_set
from taskforces.models import Seat


def seats_of(person: User, party: Party) -> list[Seat]:
    """The seats that the person holds and that have no end yet."""
    held = Seat.objects.filter(task_force__party=party, holder=person, held_until=None)
    return list(held.select_related("institution", "task_force__party__country"))


def why_not(seat: Seat, who: Access) -> str | Promise:
    """Why the person cannot take the seat; empty where they can."""
    if any(m.institution_id == seat.institution_id for m in who.memberships):
        return ""
    return gettext_lazy("no role in %(institution)s") % {"institution": seat.institution}


def hand_over(seats: Iterable[Seat], *, to: User, by: User) -> None:
    """One step of a write whose service records it: each seat ends, and `to` is given a new one."""
    for seat in seats:
        end = {"held_until": clock.today(), "end_reason": _("Handed over to %s.") % to.name}
        stamp = {"changed_at": clock.now(), "changed_by": by, "version": seat.version + 1}
        compare_and_set(seat, expected={"version": seat.version}, **end, **stamp)
        Seat.objects.create(
            task_force=seat.task_force,
            institution=seat.institution,
            holder=to,
            is_chair=seat.is_chair,
            held_from=clock.today(),
            equivalent_sector=seat.equivalent_sector,
            equivalent_reason=seat.equivalent_reason,
            entered_by=by,
        )
