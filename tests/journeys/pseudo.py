"""A language that nobody speaks: every text of the portal, two fifths longer and accented.

What stays short or plain on a page in it was never given to gettext.
"""

import re
from pathlib import Path

from django.utils.translation import trans_real

CODE = "en-xa"
LONGER = 1.4
# What code fills in, and markup, stay as they are.
KEPT = re.compile(r"%\([^)]*\)[-#0-9.]*[a-z]|%[-0-9.]*[sdif]|%%|\{[^{}]*\}|<[^>]*>|&#?\w+;")
ACCENTS = str.maketrans("aeiouyAEIOUYcnsgzCNSGZ", "āēīōūýĀĒĪŌŪÝčńšğžČŃŠĞŽ")
VOWEL = re.compile(r"[aeiouAEIOU]")
CONTEXT = "\x04"


def longer(message: str) -> str:
    """The message with vowels doubled and, where that is not enough, words added at its end."""
    words = message.rpartition(CONTEXT)[2]
    if not words.strip() or not re.search(r"[A-Za-z]", KEPT.sub("", words)):
        return words
    kept = KEPT.findall(words)
    drawn = [_draw(part) for part in KEPT.split(words)]
    text = drawn[0] + "".join(keep + part for keep, part in zip(kept, drawn[1:], strict=True))
    wanted = LONGER * len(KEPT.sub("", words)) - len("".join(drawn))
    return text + (" ōńē" * 20)[: max(0, round(wanted))].rstrip()


def _draw(text: str) -> str:
    return VOWEL.sub(lambda vowel: vowel[0] + vowel[0].lower(), text).translate(ACCENTS)


class Pseudo:
    """What Django asks of a language's translations."""

    def gettext(self, message: str) -> str:
        return longer(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return longer(singular if number == 1 else plural)

    def to_language(self) -> str:
        return CODE

    def language(self) -> str:
        return CODE


def install(folder: Path) -> tuple[str, str]:
    """Make Django know the language; `folder` gets the catalogue by which it is recognised."""
    catalogue = folder / trans_real.to_locale(CODE) / "LC_MESSAGES" / "django.mo"
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    catalogue.touch()
    trans_real._translations[CODE] = Pseudo()
    return CODE, "Pseudo"
