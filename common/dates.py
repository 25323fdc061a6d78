"""Spans of days."""

from datetime import date, timedelta
from typing import TypedDict

from common import clock


class Span(TypedDict):
    """First and last day, both included."""

    date_from: date
    date_to: date


def last_twelve_months() -> Span:
    """The twelve months that end today."""
    today = clock.today()
    return Span(date_from=year_before(today) + timedelta(days=1), date_to=today)


def year_before(day: date) -> date:
    """The same day a year earlier; a year before 29 February is 28 February."""
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)
