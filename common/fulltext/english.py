"""Porter's stemmer (M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980)."""

import re

_MEASURE = re.compile(r"v+c+")
_STEP2 = (
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("abli", "able"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("isation", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
)
_STEP3 = (
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("alise", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
)
_STEP4 = (
    *("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"),
    *("sion", "tion", "ou", "ism", "ate", "iti", "ous", "ive", "ize", "ise"),
)
_IRREGULAR = {"women": "woman", "men": "man", "children": "child", "people": "person"}


def stem(word: str) -> str:
    """The stem of a folded English word; irregular plurals of our field by table."""
    word = _IRREGULAR.get(word, word)
    if len(word) < 3:
        return word
    for step in (_plural, _past, _y, _long, _longer, _bare, _last_letter):
        word = step(word)
    return word


def _kinds(word: str) -> str:
    """The word as v and c: y is a vowel after a consonant."""
    found = ""
    for letter in word:
        is_vowel = letter in "aeiou" or (letter == "y" and found[-1:] == "c")
        found += "v" if is_vowel else "c"
    return found


def _measure(word: str) -> int:
    return len(_MEASURE.findall(_kinds(word)))


def _ends_double(word: str) -> bool:
    return len(word) > 1 and word[-1] == word[-2] and _kinds(word)[-1] == "c"


def _ends_cvc(word: str) -> bool:
    return _kinds(word)[-3:] == "cvc" and word[-1] not in "wxy"


def _plural(word: str) -> str:
    if word.endswith("sses") or word.endswith("ies"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) else word
    for ending in ("ed", "ing"):
        rest = word.removesuffix(ending)
        if rest != word and "v" in _kinds(rest):
            return _mended(rest)
    return word


def _mended(rest: str) -> str:
    """What is left of -ed and -ing as it stands without: hop(p), plann(ed), relat(e)."""
    if rest.endswith(("at", "bl", "iz")):
        return f"{rest}e"
    if _ends_double(rest) and rest[-1] not in "lsz":
        return rest[:-1]
    return f"{rest}e" if _measure(rest) == 1 and _ends_cvc(rest) else rest


def _y(word: str) -> str:
    """As in Porter's later stemmer y stays after a vowel: deploy is what deployment becomes."""
    return f"{word[:-1]}i" if _kinds(word)[1:].endswith("cv") and word[-1] == "y" else word


def _replaced(word: str, endings: tuple[tuple[str, str], ...]) -> str:
    for ending, other in endings:
        if word.endswith(ending):
            rest = word.removesuffix(ending)
            return rest + other if _measure(rest) else word
    return word


def _long(word: str) -> str:
    return _replaced(word, _STEP2)


def _longer(word: str) -> str:
    return _replaced(word, _STEP3)


def _bare(word: str) -> str:
    for ending in sorted(_STEP4, key=len, reverse=True):
        if word.endswith(ending):
            kept = ending[0] if ending in ("sion", "tion") else ""
            rest = word.removesuffix(ending) + kept
            return rest if _measure(rest) > 1 else word
    return word


def _last_letter(word: str) -> str:
    rest = word[:-1]
    if word.endswith("e") and (_measure(rest) > 1 or (_measure(rest) == 1 and not _ends_cvc(rest))):
        word = rest
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word
