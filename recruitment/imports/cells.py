"""One check for each kind of cell: the value, or BadCell saying what is wanted.

Accepted is only what can be read in one way; the text given has been trimmed already.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _

from common import clock, formats
from recruitment.enums import UN_WORDS, PersonnelType

BLANKS = " \t\r\n\u00a0\u200b\ufeff"
APOSTROPHES = "'\u2019"
NOT_COLLECTED = {"", "na", "n/a"}
TOTALS = {"all", "total"}
LARGEST_COUNT = 999_999
FIRST_YEAR = 1948  # the first peacekeeping mission
DAY_MS = 24 * 3600 * 1000
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
OTHER_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")

_COUNT = re.compile(r"[0-9]+(\.0)?")
_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})([T ]00:00(:00(\.0+)?)?(Z|\+00:?00)?)?")
_NAMED = re.compile(r"([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4}|[0-9]{2})")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_EPOCH_MS = re.compile(r"(-?[0-9]{11,13})(\.0)?")


class BadCell(Exception):
    """A cell that cannot be taken; the message names what is wanted."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def trim(text: str) -> str:
    """The cell without blanks and stray apostrophes at its ends."""
    return text.strip(BLANKS + APOSTROPHES)


def is_totals(text: str) -> bool:
    """Whether a contributor or mission cell says that the row is a sum of others."""
    return text.casefold() in TOTALS


def count(text: str) -> int | None:
    """A number of people; None where the cell says that it was not collected."""
    if text.isascii() and text.isdigit() and len(text) < 7:
        return int(text)
    if text.casefold() in NOT_COLLECTED:
        return None
    digits = text.translate(OTHER_DIGITS)
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    if not _COUNT.fullmatch(digits):
        raise BadCell(_count_fault(digits))
    number = int(digits.removesuffix(".0"))
    if number > LARGEST_COUNT:
        raise BadCell(_("Too large for one country's people in a month: at most 999,999."))
    return number


def _count_fault(text: str) -> str:
    if re.fullmatch(r"[-\u2212][0-9.,]+", text):
        return _("A number of people is 0 or more.")
    if re.fullmatch(r"[0-9]+([.,][0-9]+)+", text):
        return _("Can be read as a decimal or as thousands: write digits only, as in 1234.")
    return _("Wanted: a whole number of people, NA or nothing.")


def month(text: str) -> date:
    """The first day of the month that a date falls in."""
    day = _date(text).replace(day=1)
    if day.year < FIRST_YEAR:
        raise BadCell(_("Before 1948, when the first peacekeeping mission began."))
    if day > clock.today():
        raise BadCell(_("This month has not come yet: figures are counted at its end."))
    return day


def _date(text: str) -> date:
    try:
        if match := _ISO.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _NAMED.fullmatch(text):
            return date(_year(match[3]), _month_number(match[2]), int(match[1]))
        if match := _SLASHED.fullmatch(text):
            return _slashed(int(match[1]), int(match[2]), int(match[3]))
        if match := _EPOCH_MS.fullmatch(text):
            return _epoch(int(match[1]))
    except ValueError as error:
        raise BadCell(_("There is no such day in the calendar.")) from error
    raise BadCell(_("Wanted: a date such as 2020-07-31, 31/07/2020 or 31-Jul-20."))


def _year(text: str) -> int:
    """Two digits mean 1948 to 2047."""
    year = int(text)
    if len(text) == 4:
        return year
    return 1900 + year if year >= FIRST_YEAR % 100 else 2000 + year


def _month_number(text: str) -> int:
    name = text.casefold()
    if name not in MONTHS:
        raise BadCell(_("Wanted: a month as its first three English letters, as in 31-Jul-20."))
    return MONTHS.index(name) + 1


def _slashed(first: int, second: int, year: int) -> date:
    """Day before month, unless the same digits could be read the other way round."""
    if first <= 12 and second <= 12 and first != second:
        raise BadCell(
            _("Day and month can be taken for each other: write %(one)s or %(other)s.")
            % {"one": date(year, second, first), "other": date(year, first, second)}
        )
    return date(year, second, first)


def _epoch(milliseconds: int) -> date:
    if milliseconds % DAY_MS:
        raise BadCell(_("Milliseconds since 1970 that do not fall on midnight UTC."))
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).date()


def country(text: str, countries: Mapping[str, int]) -> str:
    """A country's ISO 3166 alpha-3 code; `countries` maps code to M49."""
    code = text.upper()
    if code in countries:
        return code
    if len(code) != 3:
        raise BadCell(_("Wanted: a country's ISO code of three letters, such as NAM."))
    raise BadCell(_("No country has this ISO code."))


def m49(text: str, code: str, countries: Mapping[str, int]) -> None:
    """The UN's number for the country, which must be that of its ISO code; empty says nothing."""
    if text.casefold() in NOT_COLLECTED:
        return
    if not re.fullmatch(r"[0-9]{1,3}(\.0)?", text):
        raise BadCell(_("Wanted: the country's M49 number, up to three digits."))
    if int(text.removesuffix(".0")) != countries[code]:
        raise BadCell(
            _("The M49 number of %(code)s is %(number)s.")
            % {"code": code, "number": countries[code]}
        )


def mission(text: str, missions: Mapping[str, int]) -> int:
    """A mission's id by its code or alias; `missions` maps both, in lower case, to ids."""
    found = missions.get(text.casefold())
    if found is None:
        raise BadCell(_("No mission has this code. Missions are listed in the reference data."))
    return found


def personnel_type(text: str) -> PersonnelType:
    """One of the UN's five types; older words only where they mean exactly the same."""
    found = TYPE_WORDS.get(text.casefold())
    if found:
        return found
    if text.casefold() in ("civilian police", "police"):
        raise BadCell(
            _(
                "Does not say whether Individual Police or Formed Police Units are meant: "
                "there is no exact match."
            )
        )
    raise BadCell(_("Wanted: one of %(types)s.") % {"types": formats.listed(UN_WORDS)})


TYPE_WORDS: dict[str, PersonnelType] = {
    **{word.casefold(): kind for word, kind in UN_WORDS.items()},
    "contingent troop": PersonnelType.TROOPS,
    "contingent troops": PersonnelType.TROOPS,
    "contingent troop(s)": PersonnelType.TROOPS,
    "staff officers": PersonnelType.STAFF_OFFICER,
    "formed police unit": PersonnelType.FORMED_POLICE_UNITS,
}
