"""What journeys share: a browser, and an installation whose portal runs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.installations import Installation, installation
from tests.journeys.browser import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Empty but for its reference data; a journey that wants more has a fixture of its own."""
    with installation(tmp_path_factory.mktemp("journey")) as one, one.portal():
        yield one
