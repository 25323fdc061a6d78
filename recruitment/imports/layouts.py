"""The layouts an importer meets, recognised by their headers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common import formats
from recruitment.enums import UN_WORDS, Layout, PersonnelType

UN = "United Nations"
IPI = "International Peace Institute"
WIDE_TYPES = ("Individual Police", "Formed Police Units", "Experts on Mission", "Troops")


class UnknownHeader(Exception):
    """A first line that belongs to no known layout; the message says what is amiss."""


@dataclass(frozen=True)
class Counts:
    """Columns of one type's women and men, and of their stated total where there is one."""

    women: int
    men: int
    total: int | None = None
    kind: PersonnelType | None = None  # None: a column of the row says, or it is the row's sum


@dataclass(frozen=True)
class Columns:
    """Where in a row each thing stands."""

    layout: Layout
    publisher: str
    header: tuple[str, ...]
    month: int
    country: int
    mission: int
    contributor: int | None
    m49: int | None
    kind: int | None
    counts: tuple[Counts, ...]
    overall: Counts | None
    running_number: int | None


def slug(heading: str) -> str:
    """A heading in small letters with single underscores, as layouts are compared."""
    return re.sub(r"[^a-z0-9]+", "_", heading.strip("\ufeff").lower()).strip("_")


UN_NEEDED = (
    "isocode3",
    "mission_acronym",
    "personnel_type",
    "female_personnel",
    "male_personnel",
    "last_reporting_date",
)
UN_OPTIONAL = ("", "contribution_id", "m49_code", "contributing_country")
WIDE_COUNTS = tuple(
    slug(f"{kind} {part}")
    for kind in (*WIDE_TYPES, "Total")
    for part in ("Male", "Female", "Total")
)
WIDE_NEEDED = ("date", "contributor", "contributor_iso_3", "mission", *WIDE_COUNTS)
WIDE_OPTIONAL = ("",)


def recognise(header: Sequence[str]) -> Columns:
    """The layout that a header belongs to, or UnknownHeader."""
    headings = tuple(heading.strip(" \t\ufeff") for heading in header)
    slugs = [slug(heading) for heading in headings]
    places = {name: place for place, name in enumerate(slugs)}
    if len(places) < len(slugs):
        twice = next(name for name in slugs if slugs.count(name) > 1)
        raise UnknownHeader(_("The heading %(name)s stands twice.") % {"name": repr(twice)})
    if "contributor_iso_3" in places:
        _require(places, WIDE_NEEDED, WIDE_OPTIONAL)
        return _wide(headings, places)
    _require(places, UN_NEEDED, UN_OPTIONAL)
    return _un(headings, places)


def _require(places: dict[str, int], needed: tuple[str, ...], optional: tuple[str, ...]) -> None:
    missing = [name for name in needed if name not in places]
    unknown = [name for name in places if name not in needed and name not in optional]
    if missing or unknown:
        raise UnknownHeader(
            _("This is no known layout. Missing columns: %(missing)s. Unknown: %(unknown)s.")
            % {
                "missing": formats.listed(missing) or _("none"),
                "unknown": formats.listed(repr(name) for name in unknown) or _("none"),
            }
        )


def _un(headings: tuple[str, ...], places: dict[str, int]) -> Columns:
    return Columns(
        layout=_un_layout(headings, places),
        publisher=UN,
        header=headings,
        month=places["last_reporting_date"],
        country=places["isocode3"],
        mission=places["mission_acronym"],
        contributor=places.get("contributing_country"),
        m49=places.get("m49_code"),
        kind=places["personnel_type"],
        counts=(Counts(women=places["female_personnel"], men=places["male_personnel"]),),
        overall=None,
        running_number=places.get("", places.get("contribution_id")),
    )


def _un_layout(headings: tuple[str, ...], places: dict[str, int]) -> Layout:
    if "".join(headings).islower():
        return Layout.UN_DATA_HUB
    if "contribution_id" in places and "m49_code" in places:
        return Layout.UN_OPEN_DATA
    return Layout.UN_OPEN_DATA_OLDER


def _wide(headings: tuple[str, ...], places: dict[str, int]) -> Columns:
    return Columns(
        layout=Layout.IPI_WIDE if "" in places else Layout.IPI_WIDE_LATER,
        publisher=IPI,
        header=headings,
        month=places["date"],
        country=places["contributor_iso_3"],
        mission=places["mission"],
        contributor=places["contributor"],
        m49=None,
        kind=None,
        counts=tuple(_triple(places, name, UN_WORDS[name]) for name in WIDE_TYPES),
        overall=_triple(places, "Total", None),
        running_number=places.get(""),
    )


def _triple(places: dict[str, int], name: str, kind: PersonnelType | None) -> Counts:
    return Counts(
        women=places[slug(f"{name} Female")],
        men=places[slug(f"{name} Male")],
        total=places[slug(f"{name} Total")],
        kind=kind,
    )
