"""The addresses of the URLconf, and what the access grid says of each of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.urls import get_resolver, reverse

from tests.consistency.world import World

TABLE = Path(__file__).with_name("access_grid.txt")


def routes(
    patterns: Iterable[Any] | None = None, namespace: str = "", names: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(name, names of its arguments) of every route of the URLconf."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        own = (*names, *entry.pattern.regex.groupindex)
        if hasattr(entry, "url_patterns"):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry.url_patterns, inner, own)
        else:
            yield namespace + entry.name, own


ROUTES = dict(routes())


def expected() -> dict[tuple[str, str], tuple[str, str]]:
    """(state, route) -> (letters of GET, letters of POST), as the table beside this file says."""
    rows = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            state, route, got, posted = line.split()
            rows[state, route] = (got, posted)
    return rows


def address(made: World, route: str, code: str | None = None) -> str:
    """The route's address in the world, or under another party's code."""
    own = [code or made.code] if "code" in ROUTES[route] else []
    return reverse(route, args=[*own, *made.arguments.get(route, [])])
