"""What somebody may read is the same, asked of the database or by places that were read before."""

from typing import Any

import pytest

from accounts.access import access_of
from actionplans.models import Contribution, Evidence, ProgressUpdate
from tests.factories import actionplans
from tests.factories.cast import CAST, cast

pytestmark = pytest.mark.django_db
SIGNED_IN = [name for name in CAST if name != "anonymous"]


def readable(reader: Any) -> list[list[int]]:
    """Keys of the answers, contributions and documents that the reader may read."""
    rows = (
        ProgressUpdate.objects.visible_to(reader),
        Contribution.objects.visible_to(reader),
        Evidence.objects.visible_to(reader),
    )
    return [sorted(some.values_list("pk", flat=True)) for some in rows]


@pytest.mark.parametrize("state", ["draft", "signed", "transmitted"])
def test_the_same_is_read_by_keys_as_by_subqueries(state: str) -> None:
    desk = actionplans.desk()
    people = cast(desk.party, desk.lead)
    actionplans.contribution(desk, actionplans.supporter(desk))
    actionplans.bring_to(desk, state)
    found = {}
    for name in SIGNED_IN:
        who = access_of(people[name])  # type: ignore[arg-type]
        found[name] = readable(people[name])
        assert readable(who.reach) == found[name], name
        assert readable(who.reach_with_mandates) == found[name], name
    assert found["coordinator"][0] == [desk.update.pk]
    assert bool(found["reviewer"][0]) == (state == "transmitted")
    assert not any(found["portal_administrator"])


def test_no_mandate_is_looked_for_where_no_role_lets_one_count(count_queries: Any) -> None:
    people = cast(actionplans.desk().party)
    who = {name: access_of(people[name]) for name in ("coordinator", "reviewer")}  # type: ignore[arg-type]
    assert count_queries(lambda: who["coordinator"].reach_with_mandates) == 0
    assert count_queries(lambda: who["reviewer"].reach_with_mandates) == 2
