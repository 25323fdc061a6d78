"""Spans of days."""

from datetime import date, timedelta
from typing import TypedDict

from common import clock


class Span(TypedDict):
    """First and last day, both included."""

    date_from: date
    date_to: date


def last_twelve_months() -> Span:
    """The twelve months that end today; a year before 29 February is 28 February."""
    today = clock.today()
    leap_day = (today.month, today.day) == (2, 29)
    before = today.replace(year=today.year - 1, day=28 if leap_day else today.day)
    return Span(date_from=before + timedelta(days=1), date_to=today)
