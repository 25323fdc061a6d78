"""The same hits on both databases: these cases are run on each."""

import pytest

from common.fulltext import index
from common.fulltext.asking import ask
from common.fulltext.index import Terms
from common.fulltext.words import terms
from monitoring.models import SearchEntry

pytestmark = pytest.mark.django_db
TABLE = SearchEntry._meta.db_table
TEXTS = {
    "trained": ("Women were trained with body armour.", "en"),
    "training": ("The training of men, item 2.1; armour for the body.", "en"),
    "french": ("Les formations des femmes de l'armée", "fr"),
    "arabic": ("وُزّعت الدروع على المُدَرَّبات", "en"),
    "urdu": ("خواتین کی تربیت", "en"),
    "odd": ("o'clock \" ' \\ : * & | ! ( ) <-> ⑴ ½ naïve_case", "en"),
}


def put(name: str, *marks: str) -> SearchEntry:
    text, language = TEXTS[name]
    entry = SearchEntry.objects.create(key=name, source="x", object_id=1, language=language)
    index.store(TABLE, [Terms(entry.pk, terms(text, language), marks or ("all",))])
    return entry


def names(typed: str, rows=None, limit: int = 10, marks=()) -> list[str]:
    rows = SearchEntry.objects.all() if rows is None else rows
    return [row[1] for row in index.newest(rows, ask(typed), "key", limit=limit, marks=marks)]


@pytest.fixture
def entries() -> dict[str, SearchEntry]:
    return {name: put(name) for name in TEXTS}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("train", ["training", "trained"]),
        ("TRAINING of the women", ["trained"]),
        ("women", ["trained"]),
        ("body armour", ["training", "trained"]),
        ('"body armour"', ["trained"]),
        ("2.1", ["training"]),
        ("2", []),
        ("formation", ["french"]),
        ("femme armee", ["french"]),
        ("مدربات", ["arabic"]),
        ("مدرب", ["arabic"]),
        ("دروع", ["arabic"]),
        ("خواتين", ["urdu"]),
        ("1", ["odd"]),
        ("naive_case", ["odd"]),
        ("absent", []),
        ("train absent", []),
        ("' OR x=x --", []),
        ("NEAR(train) AND *", []),
    ],
)
def test_hits(entries: dict[str, SearchEntry], typed: str, found: list[str]) -> None:
    assert names(typed) == found


def test_the_highest_keys_come_first_and_no_more_than_the_limit(
    entries: dict[str, SearchEntry],
) -> None:
    assert names("train", limit=1) == ["training"]


def test_only_rows_of_the_queryset_are_found(entries: dict[str, SearchEntry]) -> None:
    assert names("train", SearchEntry.objects.exclude(key="training")) == ["trained"]
    assert names("train", SearchEntry.objects.none()) == []


def test_marks_narrow_the_search_and_are_no_words() -> None:
    put("trained", "answer", "p1")
    put("training", "answer", "p2")
    assert names("train", marks=[{"answer"}, {"p1", "p3"}]) == ["trained"]
    assert names("train", marks=[{"evidence"}]) == []
    assert names("answer") == []
    assert names("p1") == []


def test_storing_again_replaces_and_what_is_forgotten_is_not_found() -> None:
    entry = put("trained")
    index.store(TABLE, [Terms(entry.pk, terms("Nothing else", "en"), ["all"])])
    assert names("train") == []
    assert names("else") == ["trained"]
    index.forget(TABLE, [entry.pk])
    entry.delete()
    assert names("else") == []


def test_a_text_longer_than_the_positions_that_are_counted() -> None:
    entry = put("trained")
    words = [f"eword{n % 9000}" for n in range(30_000)]
    index.store(TABLE, [Terms(entry.pk, [*words, "elast"], ["all"])])
    assert names("last") == ["trained"]
