"""Pictures of every page as each role: `make pictures DIR=folder [ROUTE=part] [ROLE=name]`.

Writes route-role-width-scheme.png (scheme: light, dark, rtl) and index.html to look through.
"""

import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from html import escape
from pathlib import Path

from tests.journeys.browser import chromium
from tests.journeys.walk import HEIGHT, Populated, Visit, pages, populated

WIDTHS = (1280, 360)
SCHEMES = (("light", "en", "light"), ("dark", "en", "dark"), ("rtl", "ar", "light"))
AT_ONCE = 2


def name_of(visit: Visit, width: int, scheme: str) -> str:
    route = visit.route.replace(":", "_")
    return f"{route}-{visit.role}-{width}-{scheme}.png"


def take(made: Populated, visits: list[Visit], folder: Path) -> None:
    """Every picture of the visits; a language is loaded once, width and scheme changed in place."""
    with chromium() as browser:
        for language in ("en", "ar"):
            with pages(browser, made, language) as page_of:
                for visit in visits:
                    page = page_of(visit)
                    page.goto(visit.path)
                    for width in WIDTHS:
                        page.set_viewport_size({"width": width, "height": HEIGHT})
                        for scheme, of, colours in SCHEMES:
                            if of == language:
                                page.emulate_media(color_scheme=colours, reduced_motion="reduce")
                                path = folder / name_of(visit, width, scheme)
                                page.screenshot(path=path, full_page=True)


def contact_sheet(folder: Path, visits: list[Visit]) -> str:
    """One row a page and role, each picture a link to itself."""
    rows = []
    for visit in sorted(visits, key=lambda v: (v.route, v.role)):
        names = [name_of(visit, width, scheme) for width in WIDTHS for scheme, _, _ in SCHEMES]
        cells = "".join(
            f'<a href="{n}"><img loading="lazy" src="{n}" alt="{n}" title="{n}"></a>'
            for n in names
            if (folder / n).exists()
        )
        rows.append(f"<h2>{escape(str(visit))}</h2><div>{cells}</div>")
    style = "img{height:22rem;max-width:30rem;object-fit:cover;object-position:top;margin:4px}"
    return f"<!doctype html><meta charset=utf-8><style>{style}</style>{''.join(rows)}"


def main(folder: Path, route: str, role: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, populated(Path(data), once=False) as made:
        visits = [v for v in made.visits if route in v.route and role in ("", v.role)]
        shares: dict[int, list[Visit]] = defaultdict(list)
        for number, visit in enumerate(visits):
            shares[number % AT_ONCE].append(visit)
        with ProcessPoolExecutor(AT_ONCE) as pool:
            for done in [pool.submit(take, made, share, folder) for share in shares.values()]:
                done.result()
        (folder / "index.html").write_text(contact_sheet(folder, visits))
    taken = len(list(folder.glob("*.png")))
    sys.stdout.write(f"{len(visits)} pages by role, {taken} pictures: {folder / 'index.html'}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *[*sys.argv[2:], "", ""][:2])
