"""Files on slow and broken lines, in a real browser: figures imported, evidence attached."""

import json
import os
import re
import signal
import sqlite3
import time
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.factories.recruitment import DATA, IPI_FILE, UN_FILE, UN_HEADER
from tests.installations import family, installation
from tests.journeys.browser import go, person, press, violations

pytestmark = pytest.mark.journey
published = pytest.mark.skipif(
    not DATA.is_dir(), reason="the published files in ../shared/data are not on this machine"
)
PASSWORD = "a long password"
FIRST_CHUNK = 128 * 1024  # bytes; how long the next ones are depends on the line
MINUTES = "".join(f"{n}: the task force met and heard the services.\n" for n in range(25_500))
ARRANGE = """
import json
from actionplans.models import CatalogueItem
from tests.factories import accounts, actionplans
desk = actionplans.desk("NGA", CatalogueItem.objects.get(code="2.1", is_current=True))
importer = accounts.member(accounts.dpko(), "coordinator")
print(json.dumps({"importer": importer.email, "contributor": desk.contributor.email,
                  "edit": f"/p/NGA/updates/{desk.update.pk}/edit/"}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    with installation(tmp_path_factory.mktemp("uploads")) as one:
        yield one


@pytest.fixture(scope="module")
def portal(installed):
    with installed.portal() as process:
        yield process


@pytest.fixture(scope="module")
def made(installed):
    return json.loads(installed.shell(ARRANGE))


@pytest.fixture
def page_of(portal, installed, browser, made):
    """A function from a role to a page on which that person has signed in."""

    def open_page(who, **options):
        # A service worker would hide its requests from `Line`.
        options = {"service_workers": "block", **options}
        return person(browser, installed, made[who], PASSWORD, **options)

    return open_page


class Line:
    """What carries a page's chunks: all of them, or as many as it is told to before it stops."""

    def __init__(self, page):
        self.page = page
        self.offsets = []  # of the chunks that it carried
        self.left = None  # chunks that it still carries; None: all
        self.is_broken = False  # or only slow
        self.waiting = []
        page.route("**/uploads/**", self._carry)

    def _carry(self, route):
        offset = route.request.headers.get("upload-offset")
        if offset is None:
            route.continue_()
        elif self.left == 0 and self.is_broken:
            route.abort()
        elif self.left == 0:
            self.waiting.append((route, offset))
        else:
            self.left = self.left and self.left - 1
            self._pass_on(route, offset)

    def _pass_on(self, route, offset):
        self.offsets.append(int(offset))
        route.continue_()

    def stop_after(self, chunks, *, broken=False):
        self.left, self.is_broken = chunks, broken

    def go_on(self):
        self.left = None
        self.page.evaluate("dispatchEvent(new Event('online'))")
        for held in self.waiting:
            self._pass_on(*held)
        self.waiting = []


@pytest.fixture(scope="module")
def stopped(portal, installed):
    """A block in which the portal's workers stand still, in whatever leaves others their way."""
    workers = [pid for pid, command in family(portal.pid).items() if " worker " in command]

    def tell(what):
        for pid in workers:
            os.kill(pid, what)

    @contextmanager
    def block():
        tell(signal.SIGSTOP)
        try:
            while not _can_be_written(installed):
                tell(signal.SIGCONT)
                time.sleep(0.1)
                tell(signal.SIGSTOP)
            yield
        finally:
            tell(signal.SIGCONT)

    return block


def _can_be_written(installed):
    """Whoever writes into SQLite keeps all others from it until its transaction is over."""
    if "DATABASE_URL" in installed.env:
        return True
    path = Path(installed.env["DATA_DIR"], "db.sqlite3")
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        database.execute("ROLLBACK")
    return True


def _words(page, part="main"):
    return re.sub(r"\s+", " ", page.locator(part).inner_text())


def _heading(page):
    return page.locator("h1").inner_text()


def _upload_says(page, words):
    page.locator(".upload-rows [data-words]").get_by_text(words, exact=True).wait_for()


def _is_held(page):
    """Under the button that was pressed it says what it waits for."""
    words = page.locator(".actions + [data-afterwards]").locator("visible=true")
    assert words.inner_text() == "This is sent as soon as the file is through."


# --- Figures --------------------------------------------------------------------------------------
def _send(page, file):
    page.goto("/monitoring/imports/")
    page.set_input_files("[name=file]", file)
    press(page, "Show what the file would change")
    assert re.search(r"/imports/\d+/$", page.url)


def _wait_for(page, words):
    """The line of the work says by itself that it is over; then a link shows what came of it."""
    if page.locator(".awaited").count():
        page.locator(".awaited [data-title]").get_by_text(words).wait_for(timeout=60_000)
        assert not page.locator(".awaited progress").is_visible()
        go(page.locator(".awaited [data-then] a"))


def _look_until_it_is_over(page, look):
    for _try in range(240):
        if not page.locator(".awaited").count():
            return
        look()
        time.sleep(0.25)
    raise AssertionError(_words(page))


def _preview(page, file):
    _send(page, file)
    _look_until_it_is_over(page, page.reload)
    return _counts(page)


def _counts(page):
    rows = (link.inner_text().split(maxsplit=1) for link in page.locator(".counts a").all())
    return {name: int(number.replace(",", "")) for number, name in rows}


def _history(page):
    """File and state of every file that was sent, the latest first."""
    page.goto("/monitoring/imports/")
    rows = page.locator("main tbody tr").all()
    return [(r.locator("th").inner_text(), r.locator(".pill").inner_text()) for r in rows]


def _published_rows(country, day):
    rows = (line.split(",") for line in UN_FILE.read_text("utf-8-sig").splitlines())
    return [row for row in rows if (row[1], row[-1]) == (country, day)]


def _since_2013(folder):
    """The publisher's latest fourteen months, as published: three chunks or more."""
    header, *rows = IPI_FILE.read_text().splitlines(keepends=True)
    path = folder / "since_2013.csv"
    path.write_text(header + "".join(row for row in rows if row.split(",")[1] >= "2013"))
    return path


def _file(folder, name, rows):
    path = folder / name
    path.write_text("\n".join([UN_HEADER, *(",".join(row) for row in rows)]) + "\n")
    return path


def _corrections(folder):
    """A made file of the publisher's rows, with one of everything that a file can hold."""
    same, changed, *_others = _published_rows("NGA", "31-Dec-13")
    new = _published_rows("NGA", "31-Mar-14")[0]
    changed = [*changed[:6], "24", *changed[7:]]
    wrong = ["1", "ZZZ", *same[2:]]
    total = ["2", "all", "", "all", *same[4:]]
    return _file(folder, "corrections.csv", [same, changed, new, same, wrong, total])


def _contradiction(folder):
    row = _published_rows("NGA", "31-Dec-13")[0]
    return _file(folder, "twice.csv", [row, [*row[:6], "99", *row[7:]]])


def _send_on_a_slow_line(page, file):
    """A file in chunks; the button that was pressed meanwhile waits for them."""
    line = Line(page)
    line.stop_after(1)
    page.goto("/")
    go(page.get_by_role("link", name="Figures and releases").first)
    go(page.get_by_role("link", name="Import a file"))
    page.set_input_files("[name=file]", file)
    _upload_says(page, "0.1 MB of 0.6 MB sent.")
    bar = page.locator(".upload-rows progress")
    assert bar.evaluate("(e) => [e.value, e.max]") == [FIRST_CHUNK, file.stat().st_size]
    assert violations(page) == []
    page.get_by_role("button", name="Show what the file would change").click()
    _is_held(page)
    assert page.url.endswith("/imports/")
    line.go_on()
    page.wait_for_url("**/imports/*/")
    assert line.offsets == sorted(set(line.offsets))
    assert len(line.offsets) >= 3


def _wait_for_the_first_rows(page):
    progress = page.locator("[data-awaited]").get_attribute("data-awaited")
    while not (state := page.request.get(progress).json())["done"]:
        assert not state["over"]


def _leave_and_come_back(page, file, state, words):
    """What is under way stands in the list, and its page tells how far it is."""
    address = page.url
    assert _history(page) == [(file.name, state)]
    go(page.get_by_role("link", name=file.name))
    assert page.url == address
    assert re.search(words, _words(page, ".awaited"))
    assert "You can leave this page and come back" in _words(page, ".awaited")
    assert violations(page) == []


@published
def test_figures_imported_looked_at_and_decided(page_of, stopped, tmp_path):
    file = _since_2013(tmp_path)
    with page_of("importer") as page:
        with stopped():
            _send_on_a_slow_line(page, file)
            _leave_and_come_back(page, file, "Waits to be read", "Waits for its turn")
        _wait_for_the_first_rows(page)
        with stopped():
            _leave_and_come_back(page, file, "Being read", r"[\d,]+ of 7,586 rows read")
        _wait_for(page, "The file is read.")
        assert _heading(page) == f"{file.name} would bring 11,873 new figures and change 0"
        press(page, "Store the figures")
        _wait_for(page, "The file is stored.")
        assert _heading(page) == f"{file.name} brought 11,873 new figures and changed 0"

        # The same file again has nothing new, and is discarded.
        again = _preview(page, file)
        assert {name: n for name, n in again.items() if n} == {"Unchanged": 11_873}
        assert "Accepting it changes nothing." in _words(page)
        press(page, "Discard the file")
        assert _history(page) == [(file.name, "Discarded"), (file.name, "Accepted")]

        # Each list of a file that has one of everything.
        counts = _preview(page, _corrections(tmp_path))
        assert counts.pop("Absent") > 100  # what the two months hold besides
        assert counts == {
            "New": 1,
            "Changed": 1,
            "Unchanged": 1,
            "Totals rows": 1,
            "Duplicates": 1,
            "Rejected rows": 1,
            "Conflicts": 0,
        }
        assert "ZZZ No country has this ISO code." in _words(page, "main table")
        go(page.locator(".counts").get_by_role("link", name="1 Changed"))
        assert re.search(r"Formed Police Units 23 24 117 117", _words(page, "main table"))
        go(page.get_by_role("link", name="Go to the decision"))
        press(page, "Store the figures")
        assert "Say that the rejected rows are left out" in _words(page)
        assert violations(page) == []
        page.check("[name=leave_out]")
        press(page, "Store the figures")
        _look_until_it_is_over(page, page.reload)
        assert _heading(page) == "corrections.csv brought 1 new figure and changed 1"

        # Two kinds of file that nobody can accept.
        assert _preview(page, _contradiction(tmp_path))["Conflicts"] == 1
        assert "twice with different numbers" in _heading(page)
        _preview(page, DATA / "contribution_ranks_2021-01-31.csv")
        assert _heading(page).endswith("cannot be read as figures")
        assert page.get_by_role("button", name="Store the figures").count() == 0
        assert [state for _name, state in _history(page)[:3]] == ["Refused", "Refused", "Accepted"]


@published
def test_figures_imported_without_javascript(page_of, stopped, tmp_path):
    rows = _published_rows("ARG", "31-Aug-14")
    file = _file(tmp_path, "argentina.csv", [*rows, rows[0], ["1", "ZZZ", *rows[0][2:]]])
    with page_of("importer", java_script_enabled=False) as page:
        look = partial(go, page.locator(".awaited a").locator("visible=true"))
        page.goto("/monitoring/imports/")
        go(page.get_by_role("button", name="Show what the file would change"))
        assert "Choose the file to import." in _words(page)
        page.set_input_files("[name=file]", file)
        with stopped():
            go(page.get_by_role("button", name="Show what the file would change"))
            assert "You can leave this page and come back" in _words(page)
            go(page.get_by_role("link", name="Look how far it is"))
            assert "Waits for its turn." in _words(page, ".awaited")
        _look_until_it_is_over(page, look)
        found = {name: n for name, n in _counts(page).items() if n}
        assert found == {"New": len(rows), "Duplicates": 1, "Rejected rows": 1}
        page.check("[name=leave_out]")
        go(page.get_by_role("button", name="Store the figures"))
        _look_until_it_is_over(page, look)
        assert _heading(page) == f"argentina.csv brought {len(rows)} new figures and changed 0"
        assert _history(page)[0] == ("argentina.csv", "Accepted")


# --- Evidence -------------------------------------------------------------------------------------
@pytest.fixture
def minutes(tmp_path):
    path = tmp_path / "minutes.txt"
    path.write_text(f"{tmp_path.name}\n{MINUTES}")  # a file of each test's own
    return path


def test_evidence_goes_on_after_the_connection_broke(page_of, made, minutes):
    with page_of("contributor") as page:
        page.on("dialog", lambda dialog: dialog.accept())
        line = Line(page)
        line.stop_after(1, broken=True)
        page.goto(made["edit"])
        page.set_input_files("[name=file]", minutes)
        _upload_says(page, "The connection is lost at 0.1 MB of 1.2 MB. It goes on by itself.")
        assert violations(page) == []

        # The page is left and opened again: the same file goes on where it stopped.
        page.goto(made["edit"])
        assert "minutes.txt: 128 KB of 1.2 MB came through." in _words(page)
        line.stop_after(1, broken=True)
        page.set_input_files("[name=file]", minutes)
        assert "came through" not in _words(page)
        page.fill("[name=file_title]", "Minutes of the task force")
        page.fill("[name=file_publisher]", "Ministry of Defence")
        page.fill("[name=file_date]", "2026-03-03")
        _upload_says(page, "The connection is lost at 0.3 MB of 1.2 MB. It goes on by itself.")

        # What is typed meanwhile is saved meanwhile; the button waits for the file.
        page.fill("[name=narrative]", "The task force meets each month.")
        page.get_by_role("button", name="Save draft").click()
        _is_held(page)
        page.locator("[data-autosave-status]").get_by_text(re.compile("^Saved")).wait_for()
        assert violations(page) == []
        with page.expect_navigation():
            line.go_on()
        assert "Draft saved" in _words(page)
        assert line.offsets == sorted(set(line.offsets))
        assert page.input_value("[name=narrative]") == "The task force meets each month."
        row = page.locator("#evidence li", has_text="Minutes of the task force")
        assert "Ministry of Defence, 3 March 2026, file, 1.2 MB" in _words(page, "#evidence")
        kept = page.request.get(row.locator("a").get_attribute("href").removesuffix("about/"))
        assert kept.body() == minutes.read_bytes()


def test_file_that_is_removed_on_its_way_is_not_attached(page_of, made, minutes):
    with page_of("contributor") as page:
        line = Line(page)
        line.stop_after(1)
        page.goto(made["edit"])
        before = page.locator("#evidence li").count()
        page.set_input_files("[name=file]", minutes)
        _upload_says(page, "0.1 MB of 1.2 MB sent.")
        page.get_by_role("button", name="Save draft").click()
        _is_held(page)
        page.get_by_role("button", name="Remove minutes.txt").click()
        line.go_on()
        assert not page.locator("p[data-afterwards]").is_visible()
        assert page.locator("[data-said]").inner_text() != page.get_attribute(
            "[data-upload]", "data-signedout"
        )
        press(page, "Save draft")
        assert page.locator("#evidence li").count() == before
        assert page.locator("[name=uploaded]").count() == 0
