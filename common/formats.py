"""Numbers, shares, dates and instants in the words of the reader's language (Babel's CLDR data)."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from babel.numbers import format_decimal
from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language, get_language_bidi, pgettext
from django.utils.translation import gettext as _


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def locale() -> Locale:
    """The active language's locale; English, with the day first, where Babel lacks it."""
    language = get_language() or "en"
    return _locale("en-GB" if language == "en" else language)


def number(value: int | Decimal | float, digits: int = 0) -> str:
    """4,836 in English; the language's own separators elsewhere."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    with localcontext(rounding=ROUND_HALF_UP):
        return str(format_decimal(value, format=pattern, locale=locale()))


# Two tools for words of the other script. `apart` ({{ code|apart }}; <bdi> around markup): a short
# piece in a line of ours, be it a code, a name, a period or a title. dir="auto": on the element of
# a block that somebody wrote and that stands alone, so that its full stop comes at its own end.
def apart(words: Any) -> str:
    """A code, a name or a title in a line that runs from the right: 2.1.e, and never e.2.1."""
    if not get_language_bidi():
        return str(words)
    return f"\N{FIRST STRONG ISOLATE}{words}\N{POP DIRECTIONAL ISOLATE}"


def between(sign: str = ",") -> str:
    """What stands between two things of a list: the comma or semicolon of the reader's script."""
    return (
        pgettext("between two things", "; ")
        if sign == ";"
        else pgettext("between two things", ", ")
    )


def listed(things: Iterable[Any]) -> str:
    """One, two, three."""
    return between().join(str(thing) for thing in things)


def named(*parts: Any) -> str:
    """Several names as one: Recommendation 2.1, 2026, first half; each keeps its own direction.

    Where lines run from the right the whole says so: of its parts no letter is seen from outside.
    """
    mark = "\N{RIGHT-TO-LEFT MARK}" if get_language_bidi() else ""
    return mark + listed(apart(part) for part in parts)


def clauses(parts: Iterable[Any]) -> str:
    """One part; another."""
    return between(";").join(str(part) for part in parts)


def share(numerator: int | None, denominator: int | None) -> str:
    """7.0 % (334 of 4,836); without a denominator there is no percentage, only a reason."""
    if numerator is None or not denominator:
        return _("no figures")
    percent = number(Decimal(numerator) * 100 / Decimal(denominator), 1)
    return _("%(percent)s%% (%(part)s of %(whole)s)") % {
        "percent": f"{percent}\u00a0",  # of one piece: the sign never stands alone on a line
        "part": number(numerator),
        "whole": number(denominator),
    }


def size(count: int) -> str:
    """20 MB, 1.2 MB: a number of bytes in words, with its tenth only where there is one."""
    return re.sub(r"(?<=\d)\D0(?=\D*$)", "", filesizeformat(count))


def day(value: date) -> str:
    """30 June 2026."""
    return str(format_date(value, format="long", locale=locale()))


def month(value: date) -> str:
    """June 2026."""
    return str(
        format_skeleton("yMMMM", datetime(value.year, value.month, 1, tzinfo=UTC), locale=locale())
    )


def zone(tz: str | tzinfo | None) -> tzinfo:
    if not tz:
        return UTC
    return ZoneInfo(tz) if isinstance(tz, str) else tz


def time_of_day(value: datetime, tz: str | tzinfo | None = None) -> str:
    """18:00, on the zone's clock."""
    return str(format_time(value.astimezone(zone(tz)), format="HH:mm", locale=locale()))


def instant(value: datetime, tz: str | tzinfo | None = None) -> str:
    """30 June 2026, 18:00 Lagos time; without a zone, UTC."""
    where = zone(tz)
    local = value.astimezone(where)
    words = {"day": day(local), "clock": time_of_day(value, tz)}
    if str(where) == "UTC":
        return _("%(day)s, %(clock)s UTC") % words
    city = get_timezone_location(local, locale=locale(), return_city=True)
    words["place"] = city.rpartition("/")[2]
    return _("%(day)s, %(clock)s %(place)s time") % words
