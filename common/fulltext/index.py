"""Terms beside a table's rows, in the way of each database: all the SQL that only one knows.

SQLite keeps them in an FTS5 table `<table>_fulltext`, PostgreSQL in a column `terms` (tsvector,
with a GIN index). Neither has a trigger: who writes a row calls `store`, who deletes it `forget`.
A row has the terms of its text, in order, and marks that tell for whom it is. Marks narrow the
search before a single text is looked at; they are no right: the queryset that is searched is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.expressions import RawSQL

from common.fulltext.asking import Part, Question

LAST_POSITION = 16_383  # a tsvector counts no further
AT_ONCE = 500  # rows in one statement


@dataclass(frozen=True)
class Terms:
    """What is indexed of the row with this key. A mark is of small letters and digits."""

    key: int
    terms: Sequence[str]
    marks: Collection[str]


def _is_postgresql(on: Any) -> bool:
    return bool(on.vendor == "postgresql")


def create(table: str, on: Any = connection) -> None:
    """Make the index beside a table that has a numeric key `id`; for a migration."""
    with on.cursor() as cursor:
        if _is_postgresql(on):
            cursor.execute(f'ALTER TABLE "{table}" ADD COLUMN terms tsvector')
            # As they are: frequent words are looked for in row after row, and most of the time of
            # that went into unpacking. They take half as much space again.
            cursor.execute(f'ALTER TABLE "{table}" ALTER COLUMN terms SET STORAGE EXTERNAL')
            # Without fastupdate no search has to read what other writes left unsorted.
            cursor.execute(
                f'CREATE INDEX "{table}_terms" ON "{table}" USING gin (terms)'
                " WITH (fastupdate = off)"
            )
        else:
            cursor.execute(
                f'CREATE VIRTUAL TABLE "{table}_fulltext" USING fts5(terms, marks, '
                "columnsize=0, tokenize=\"unicode61 remove_diacritics 0 tokenchars '._'\")"
            )


def drop(table: str, on: Any = connection) -> None:
    with on.cursor() as cursor:
        if _is_postgresql(on):
            cursor.execute(f'ALTER TABLE "{table}" DROP COLUMN terms')
        else:
            cursor.execute(f'DROP TABLE "{table}_fulltext"')


def store(table: str, rows: Sequence[Terms]) -> None:
    """Index rows that were written; what was indexed of them before is replaced."""
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        with connection.cursor() as cursor:
            if _is_postgresql(connection):
                values = ", ".join(["(%s, %s)"] * len(some))
                cursor.execute(
                    f'UPDATE "{table}" SET terms = new.terms::tsvector'  # noqa: S608
                    f" FROM (VALUES {values}) AS new (id, terms)"
                    f' WHERE "{table}".id = new.id',
                    [value for row in some for value in (row.key, _vector(row))],
                )
            else:
                cursor.executemany(
                    f'INSERT OR REPLACE INTO "{table}_fulltext" (rowid, terms, marks)'  # noqa: S608
                    " VALUES (%s, %s, %s)",
                    [(row.key, " ".join(row.terms), " ".join(row.marks)) for row in some],
                )


def forget(table: str, keys: Iterable[int]) -> None:
    """Take rows out of the index that are about to be deleted."""
    if not _is_postgresql(connection):
        with connection.cursor() as cursor:
            cursor.executemany(
                f'DELETE FROM "{table}_fulltext" WHERE rowid = %s',  # noqa: S608
                [(key,) for key in keys],
            )


def newest(
    rows: "models.QuerySet[Any]",
    question: Question,
    *fields: str,
    limit: int,
    marks: Sequence[Collection[str]] = (),
    told_by_rows: Collection[str] = (),
) -> list[tuple[Any, ...]]:
    """Key and `fields` of the rows that hold what is asked, the highest keys first.

    `rows` is what the reader may see. Of each collection in `marks` a row has to have one, and one
    of `told_by_rows`, which a condition of `rows` asks for as well: SQLite looks at fewer rows
    with them, PostgreSQL takes the two for independent and expects far too few.
    """
    table = rows.model._meta.db_table
    if _is_postgresql(connection):
        wanted = " & ".join([*map(_part_query, question.parts), *map(_marks_query, marks)])
        holds: Any = RawSQL(  # noqa: S611
            f'"{table}".terms @@ %s::tsquery', [wanted], output_field=models.BooleanField()
        )
        return list(rows.filter(holds).order_by("-pk").values_list("pk", *fields)[:limit])
    asked = " AND ".join(map(_part_match, question.parts))
    narrowed = filter(None, (told_by_rows, *marks))
    told = "".join(f" AND marks : ({' OR '.join(sorted(some))})" for some in narrowed)
    try:
        seen = rows.order_by().annotate(found_key=models.F("pk"))
        inner, values = seen.values_list("found_key", *fields).query.sql_with_params()
    except EmptyResultSet:
        return []
    # CROSS JOIN: SQLite then walks the index, newest first, and stops at the limit.
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT found.* FROM "{table}_fulltext" AS hit'  # noqa: S608
            f" CROSS JOIN ({inner}) AS found ON found.found_key = hit.rowid"
            f' WHERE hit."{table}_fulltext" MATCH %s ORDER BY hit.rowid DESC LIMIT %s',
            [*values, f"terms : ({asked}){told}", limit],
        )
        return list(cursor.fetchall())


# --- SQLite -----------------------------------------------------------------------------------


def _part_match(part: Part) -> str:
    return f"({' OR '.join(_way_match(part, way) for way in part.ways)})"


def _way_match(part: Part, way: tuple[str, ...]) -> str:
    star = " *" if part.is_prefix(way[-1]) else ""
    return f'"{" ".join(way)}"{star}'


# --- PostgreSQL -------------------------------------------------------------------------------


def _vector(row: Terms) -> str:
    places: dict[str, list[int]] = defaultdict(list)
    for place, term in enumerate(row.terms, start=1):
        places[term].append(min(place, LAST_POSITION))
    words = [f"{_quoted(term)}:{','.join(map(str, found))}" for term, found in places.items()]
    return " ".join([*words, *(_quoted(f".{mark}") for mark in row.marks)])


def _part_query(part: Part) -> str:
    return f"({' | '.join(_way_query(part, way) for way in part.ways)})"


def _way_query(part: Part, way: tuple[str, ...]) -> str:
    star = ":*" if part.is_prefix(way[-1]) else ""
    return f"({' <-> '.join(map(_quoted, way))}{star})"


def _marks_query(some: Collection[str]) -> str:
    return f"({' | '.join(_quoted(f'.{mark}') for mark in sorted(some))})"


def _quoted(lexeme: str) -> str:
    return f"'{lexeme}'"
