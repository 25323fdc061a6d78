"""How old the evidence behind a claim is."""

from collections.abc import Iterable
from datetime import date

from actionplans.enums import RATINGS_WITH_EVIDENCE
from actionplans.models import Evidence
from common.dates import year_before


def is_out_of_date(rating: str, evidence: Iterable[Evidence], on: date) -> bool:
    """Whether a claim that rests on evidence has none of the twelve months up to the day.

    Undated evidence says nothing of its age: a claim with some is not called out of date.
    """
    dates = [one.date for one in evidence]
    if rating not in RATINGS_WITH_EVIDENCE or not dates or None in dates:
        return False
    return max(day for day in dates if day) <= year_before(on)
