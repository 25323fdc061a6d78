"""The part of a hand-over that concerns answers."""

from collections.abc import Iterable

from accounts.models import User
from actionplans.queries.holdings import Holding
from common.querysets import compare_and_set


def hand_over(holdings: Iterable[Holding], *, to: User) -> None:
    """One step of a write whose service records it: `to` takes the leaver's place in each item.

    Who is focal point and alternate at once is the focal point; the draft goes on where it is,
    because it belongs to the institution.
    """
    for held in holdings:
        row = held.assignment
        takes_lead = held.is_focal_point or held.is_writer
        focal_point = to.pk if takes_lead else row.focal_point_id
        alternate = to.pk if held.is_alternate else row.alternate_id
        compare_and_set(
            row,
            expected={"version": row.version},
            focal_point_id=focal_point,
            alternate_id=None if alternate == focal_point else alternate,
            version=row.version + 1,
        )
