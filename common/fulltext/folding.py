"""One spelling for what people take as the same letters, whatever the script."""

import re
import unicodedata

# Decomposing (NFKD) takes care of accents, hamza on its carrier and presentation forms.
_SAME = {
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ے": "ي",
    "ة": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "ک": "ك",
    "ڪ": "ك",
    "\u0640": "",  # tatweel only stretches a word
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ł": "l",
    "þ": "th",
    "ı": "i",
}
_DIGITS = {
    digit: str(n)
    for zero in "٠۰"
    for n, digit in enumerate(map(chr, range(ord(zero), ord(zero) + 10)))
}
_TABLE = str.maketrans({**_SAME, **_DIGITS})
_IGNORED = re.compile(r"[^\w.\s]")  # marks, invisible joiners and signs; \w holds no mark


def fold(text: str) -> str:
    """The text without case, accents, Arabic vowel marks and tatweel, its letters unified.

    What is no letter, digit, full stop or space is left out. Folding twice changes nothing.
    """
    if text.isascii():
        return _IGNORED.sub("", text.lower())
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _IGNORED.sub("", bare).translate(_TABLE).lower()
