"""How each rating and each state of an answer is drawn and named, the same on every page."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common import glyphs


@dataclass(frozen=True)
class Sign:
    """A drawing and the word that always stands beside it."""

    glyph: SafeString
    word: str | Promise


RATINGS = {
    "0": Sign(glyphs.BALLS[0], _("Not started")),
    "1": Sign(glyphs.BALLS[1], _("In preparation")),
    "2": Sign(glyphs.BALLS[2], _("Adopted")),
    "3": Sign(glyphs.BALLS[3], _("Applied")),
    "4": Sign(glyphs.BALLS[4], _("Sustained")),
    "na": Sign(glyphs.DASH, _("Not applicable")),
    "not_done": Sign(glyphs.BALLS[0], _("Not done")),
    "under_way": Sign(glyphs.BALLS[2], _("Under way")),
    "done": Sign(glyphs.BALLS[4], pgettext_lazy("rating", "Done")),
    "open": Sign(glyphs.BALLS[0], pgettext_lazy("rating", "Open")),
    "yes": Sign(glyphs.BALLS[4], _("Decided: yes")),
    "no": Sign(glyphs.BALLS[4], _("Decided: no")),
    "": Sign(glyphs.DOTTED, _("No answer")),
}
STATES = {
    "draft": Sign(glyphs.TRACKS[1], _("Draft")),
    "submitted": Sign(glyphs.TRACKS[2], _("Submitted")),
    "signed": Sign(glyphs.TRACKS[3], _("Signed")),
    "endorsed": Sign(glyphs.TRACKS[4], _("Endorsed")),
    "transmitted": Sign(glyphs.TRACKS[5], _("Transmitted")),
    "reviewed": Sign(glyphs.TRACKS[6], _("Reviewed")),
    "returned": Sign(glyphs.RETURN, _("Returned")),
}
NOT_STARTED = Sign(glyphs.TRACKS[0], _("Nothing entered"))


def rating_sign(value: object) -> Sign:
    """The sign of a rating; nothing, or a value not on the scale, is a dotted outline."""
    key = "" if value is None else str(value)
    return RATINGS.get(key) or Sign(glyphs.DOTTED, key)


def state_sign(state: object) -> Sign:
    key = str(state or "")
    return STATES.get(key) or Sign(glyphs.TRACKS[0], key) if key else NOT_STARTED
