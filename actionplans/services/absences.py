"""Saying when a person is away, and naming one alternate for all they look after."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Party, User
from accounts.services import audit, saving
from actionplans.models import Absence, Assignment
from common import clock
from common.errors import Conflict, DomainError
from common.querysets import compare_and_set, lock


@transaction.atomic
def set_absence(
    *, user: User, party: Party, first_day: date, last_day: date, version: int, by: User
) -> Absence:
    """Say on which days the person is away; `version` 0 where no absence was seen before.

    The event is the party's in which it was said; the absence holds in all of them.
    """
    if last_day < party.today:
        raise DomainError(_("This day has passed already."), field="last_day")
    values = {"first_day": first_day, "last_day": last_day, "set_at": clock.now(), "set_by": by}
    lock(User.objects.filter(pk=user.pk)).get()  # a first absence has no row to take turns at
    present = Absence.objects.filter(user=user).first()
    if (present.version if present else 0) != version:
        raise Conflict(_("Somebody changed this while you looked at it. Look at it again."))
    if present is None:
        row = saving.create(Absence(user=user, **values))
    else:
        row = present
        for name, value in values.items():
            setattr(row, name, value)
        saving.check(row)
        compare_and_set(row, expected={"version": version}, **values, version=version + 1)
    days = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    audit.record("absence.set", row, by=by, party=party, user=user.pk, **days)
    return row


@transaction.atomic
def end_absence(*, absence: Absence, party: Party, version: int, by: User) -> None:
    """The person is not away, or is back before the last day."""
    deleted, _rows = Absence.objects.filter(pk=absence.pk, version=version).delete()
    if not deleted:
        raise Conflict(_("Somebody changed this while you looked at it. Look at it again."))
    audit.record("absence.ended", absence, by=by, party=party, user=absence.user_id)


@transaction.atomic
def name_alternate(
    *, party: Party, focal_point: User, alternate: User | None, seen: dict[int, int], by: User
) -> list[Assignment]:
    """Name one alternate (or none) for every item of a focal point: all of them or none.

    `seen`: assignment id -> version, as previewed; Conflict where it is not the same any more.
    """
    if alternate == focal_point:
        raise DomainError(_("Nobody is their own alternate."), field="alternate")
    members = Membership.objects.current().filter(party=party)
    if alternate and not members.filter(user=alternate).exists():
        raise DomainError(_("Choose a person of the party."), field="alternate")
    rows = list(Assignment.objects.filter(party=party, focal_point=focal_point))
    if {row.pk: row.version for row in rows} != seen or not rows:
        raise Conflict(_("Somebody changed this while you looked at it. Look at it again."))
    for row in rows:
        compare_and_set(
            row, expected={"version": row.version}, alternate=alternate, version=row.version + 1
        )
    audit.record(
        "assignment.alternate",
        rows[0],
        by=by,
        party=party,
        focal_point=focal_point.pk,
        alternate=alternate.pk if alternate else None,
        assignments=[row.pk for row in rows],
    )
    return rows
