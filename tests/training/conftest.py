"""A country with one training session, and the people around it."""

from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import Party
from tests.factories import accounts
from tests.factories import training as make
from tests.factories.cast import cast
from training.models import TrainingSession


@dataclass
class Scene:
    party: Party
    people: dict[str, Any]
    session: TrainingSession

    def client(self, signed_in: Any, name: str = "coordinator") -> Any:
        return signed_in(self.people[name])


def build(code: str = "NGA") -> Scene:
    party = accounts.contributor(code)
    people = cast(party)
    return Scene(party, people, make.session(party, by=people["coordinator"]))


@pytest.fixture
def scene(db: None) -> Scene:
    return build()
