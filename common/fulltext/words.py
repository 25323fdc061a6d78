"""The words of a text as terms: one for all forms of a word that a reader takes as the same."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from common.fulltext import english
from common.fulltext.folding import fold

LANGUAGES = ("en", "fr")  # of Latin letters; others are told by their script
LONGEST = 60  # characters of a term; both databases take more
# Letters with the marks that stand in and on them; a dotted code such as 2.1 is one word.
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d"
_WORD = re.compile(rf"\d+(?:\.\d+)+|[\w{_MARKS}]+")
_ARTICLES = ("وال", "بال", "كال", "فال", "ولل", "لل", "ال")
_SHORTEST = 3  # letters that stay of an Arabic word without its article, or begin a longer one

_EN = (
    "a an and are as at be been but by for from has have in into is it its of on or that the"
    " their them they this to was were which who will with"
)
_FR = (
    "a au aux avec ce cette d dans de des du elle elles en est et il ils l la le les leur leurs"
    " ne ont ou par pas plus pour qu que qui s sa se ses son sont sur un une"
)
_AR = "في من على الى عن مع ان هذا هذه التي الذي و او ما لا"
# They tell the language of a text, and are left out of a question that has other words.
FUNCTION_WORDS = {
    "en": frozenset(_EN.split()),
    "fr": frozenset(_FR.split()),
    "ar": frozenset(_AR.split()),
}
_ALL_FUNCTION_WORDS = frozenset().union(*FUNCTION_WORDS.values())


def language_of(text: str) -> str:
    """en or fr, by the small words that a text of Latin letters has more of."""
    found = [fold(word[0]) for word in words(text[:5000])]
    counts = {code: sum(word in FUNCTION_WORDS[code] for word in found) for code in LANGUAGES}
    return "fr" if counts["fr"] > counts["en"] else "en"


def words(text: str) -> Iterator[re.Match[str]]:
    return _WORD.finditer(text)


def terms(text: str, language: str) -> list[str]:
    """Those of the words in their order; words that fold to nothing are left out."""
    found = (term(word[0], language) for word in words(text))
    return [one for one in found if one]


@lru_cache(maxsize=100_000)
def term(word: str, language: str) -> str:
    """What all forms of the word share; its first letter tells how it was found.

    e and f: an English or French stem; a: Arabic letters without the article; x: other letters.
    """
    folded = fold(word).strip(".")
    if not folded:
        return ""
    if folded[0].isdigit():
        return folded[:LONGEST]
    if any("\u0600" <= letter <= "\u06ff" for letter in folded):
        return f"a{_without_article(folded)}"[:LONGEST]
    if not folded.isascii():
        return f"x{folded}"[:LONGEST]
    stem = _french(folded) if language == "fr" else english.stem(folded)
    return f"{language[0]}{stem}"[:LONGEST]


def _without_article(word: str) -> str:
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= _SHORTEST:
            return word.removeprefix(article)
    return word


def _french(word: str) -> str:
    """Light stemming: J. Savoy's minimal French stemmer, from five letters on."""
    if len(word) < 5:
        return word
    if word.endswith("x"):
        return f"{word[:-2]}l" if word.endswith("aux") else word[:-1]
    for ending in "sree":  # the last is an é, folded
        word = word.removesuffix(ending)
    return word[:-1] if word[-2:-1] == word[-1] else word  # "peers" has one letter left


def is_prefix(found: str) -> bool:
    """Whether longer words that begin so are meant too: Arabic puts its endings on the word."""
    return found[0] == "a" and len(found) > _SHORTEST


def significant(found: Iterable[str]) -> list[str]:
    """Words as typed without the function words, unless nothing else is there."""
    listed = list(found)
    return [word for word in listed if fold(word) not in _ALL_FUNCTION_WORDS] or listed


def split(text: str) -> list[str]:
    return _WORD.findall(text)
