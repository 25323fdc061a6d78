import pytest

from tests.factories import recruitment as factory


@pytest.fixture
def reference(db: None) -> None:
    factory.load_reference()
