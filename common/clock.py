"""The portal's one clock, so that the demo and tests can live through a period in a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

_fixed: ContextVar[datetime | None] = ContextVar("fixed_instant", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _fixed.get() or datetime.now(UTC)


def today() -> date:
    """The present day in UTC."""
    return now().date()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let `now()` answer `instant` inside the block."""
    token = _fixed.set(instant)
    try:
        yield
    finally:
        _fixed.reset(token)
