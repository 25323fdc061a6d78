"""The demo's training sessions."""

import pytest

from common import clock
from common.dates import last_twelve_months
from tests.factories import accounts
from tests.factories.taskforces import keeper
from training.queries import attendance
from training.services.demo import load_demo

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "sessions", "counted", "women", "men"),
    [
        ("ARG", 4, 4, 96, 468),
        ("NGA", 2, 2, 69, 809),
        ("PAK", 1, 1, 6, 512),
        ("ZAF", 2, 2, 111, 614),
    ],
)
def test_each_pilot_has_its_own_sessions(
    code: str, sessions: int, counted: int, women: int, men: int
) -> None:
    party = accounts.contributor(code)
    own = {"women": accounts.institution(party, "Women's ministry")}
    load_demo(party=party, institutions=own, by=keeper(party), today=clock.today())
    found = attendance([party], **last_twelve_months())[party.pk]
    assert (found.sessions, found.counted, found.women, found.men) == (
        sessions,
        counted,
        women,
        men,
    )
