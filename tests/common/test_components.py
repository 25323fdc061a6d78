import gzip
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from unicodedata import bidirectional
from urllib.parse import urlsplit

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.template import RequestContext, Template
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.html import strip_tags
from playwright.sync_api import Page, Route

from common import formats, ratings
from common.errors import DomainError
from common.forms import WaypostForm
from common.listing import Columns, FileColumn, file_table
from tests.factories import accounts
from tests.journeys.browser import chromium, violations

FIRST_PAGE_BYTES = 100_000
OWN_SHEET_BYTES = 36_000


def show(source: str, path: str = "/", **context: Any) -> str:
    page = RequestContext(RequestFactory().get(path), context)
    return Template("{% load waypost %}" + source).render(page)


def text(html: str) -> str:
    return re.sub(r"\s+", " ", strip_tags(html)).strip()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A page asked for in Arabic leaves Arabic active."""
    with translation.override("en"):
        yield


class NameForm(WaypostForm, forms.Form):
    versioned = True
    name = forms.CharField(label="Name", help_text="As on the letterhead")
    note = forms.CharField(label="Note", required=False)


def show_form(form: forms.Form) -> str:
    source = '{% include "_components/form.html" with form=form submit="Save the name" %}'
    return show(source, form=form)


# --- Words and numbers ---------------------------------------------------------------------------
def test_share_has_numerator_and_denominator() -> None:
    assert formats.share(334, 4836) == "6.9\u00a0% (334 of 4,836)"
    assert formats.share(1, 16) == "6.3\u00a0% (1 of 16)"  # 6.25: a half goes up


def test_a_name_of_parts_says_its_direction_itself() -> None:
    """Of its parts, each kept apart, a link around it sees no letter."""
    assert formats.named("2.1", "2026, first half") == "2.1, 2026, first half"
    with translation.override("ar"):
        assert bidirectional(formats.named("2.1", "2026, first half")[0]) == "R"


def test_share_stands_in_one_piece_in_arabic_too() -> None:
    with translation.override("ar"):
        assert "\u00a0%" in formats.share(334, 4836)


@pytest.mark.parametrize(
    ("count", "words"),
    [(20 * 1024**2, "20\u00a0MB"), (1_258_291, "1.2\u00a0MB"), (10, "10\u00a0bytes")],
)
def test_size_has_a_tenth_only_where_there_is_one(count: int, words: str) -> None:
    assert formats.size(count) == words


def test_things_of_a_list_stand_apart_by_the_readers_own_sign() -> None:
    assert formats.listed(["Chad", "Mali"]) == "Chad, Mali"
    assert show('a{% between %}b{% between ";" %}c') == "a, b; c"


def test_person_stands_apart_from_the_line() -> None:
    html = show('{% person "Amina" "Defence" %}')
    assert html.startswith('<bdi class="person">Amina, <bdi class="institution">Defence</bdi>')


def test_share_of_nothing_is_no_percentage() -> None:
    assert formats.share(0, 0) == formats.share(None, 10) == "no figures"


def test_a_code_keeps_its_order_where_lines_run_from_the_right() -> None:
    assert formats.apart("2.1.e") == "2.1.e"
    with translation.override("ar"):
        assert formats.apart("2.1.e") == "\u20682.1.e\u2069"


def test_number_has_the_separators_of_the_language() -> None:
    with translation.override("fr"):
        assert formats.number(4836) == "4\u202f836"
    assert formats.number(4836) == "4,836"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Africa/Lagos", "30 June 2026, 18:00 Lagos time"),
        ("America/Argentina/Buenos_Aires", "30 June 2026, 14:00 Buenos Aires time"),
        ("", "30 June 2026, 17:00 UTC"),
        ("UTC", "30 June 2026, 17:00 UTC"),
    ],
)
def test_instant_names_its_zone(zone: str, words: str) -> None:
    assert formats.instant(datetime(2026, 6, 30, 17, tzinfo=UTC), zone) == words


def test_instant_can_be_read_by_machines() -> None:
    html = show("{% instant when 'Africa/Lagos' %}", when=datetime(2026, 6, 30, 17, tzinfo=UTC))
    assert 'datetime="2026-06-30T17:00:00+00:00"' in html


def test_nothing_is_a_dash() -> None:
    assert show("{% number none %}{% day none %}{% instant none %}{% month none %}") == "––––"


def test_month_and_day_are_words() -> None:
    html = show("{% month d %}, {% day d %}", d=date(2013, 12, 31))
    assert text(html) == "December 2013, 31 December 2013"


def test_person_is_escaped() -> None:
    html = show("{% person who place %}", who="<b>Amina</b>", place="A & B")
    assert "<b>" not in html
    assert "A &amp; B" in html


# --- Ratings and states --------------------------------------------------------------------------
@pytest.mark.parametrize("value", list(ratings.RATINGS))
def test_each_rating_has_a_drawing_and_a_word(value: str) -> None:
    html = show("{% rating value %}", value=value)
    assert html.count("<svg") == 1
    assert text(html) == str(ratings.RATINGS[value].word)


def test_the_five_steps_are_drawn_differently() -> None:
    assert len({ratings.RATINGS[value].glyph for value in "01234"}) == 5


def test_old_rating_says_out_of_date() -> None:
    assert text(show('{% rating "3" old=True %}')) == "Applied out of date"


def test_missing_rating_can_have_its_own_words() -> None:
    assert text(show('{% rating "" empty="Not reviewed" %}')) == "Not reviewed"
    assert text(show('{% rating "0" empty="Not reviewed" %}')) == "Not started"


def test_claim_record_and_verdict_stand_in_that_order() -> None:
    words = text(show('{% rating_trio "3" "2" "1" %}'))
    assert words == ("Claim Applied Record Adopted Verdict In preparation differs from the claim")


@pytest.mark.parametrize(("claim", "verdict"), [("3", "3"), ("", "3"), ("3", ""), ("", "")])
def test_gap_is_marked_only_where_both_stand_and_differ(claim: str, verdict: str) -> None:
    for tag in ("rating_trio claim '' verdict", "rating_pair claim verdict"):
        assert "differs" not in show("{% " + tag + " %}", claim=claim, verdict=verdict)


def test_zero_claim_differs_from_a_verdict() -> None:
    assert "differs" in show('{% rating_pair "0" "1" %}')


@pytest.mark.parametrize("state", list(ratings.STATES))
def test_each_state_has_a_drawing_and_a_word(state: str) -> None:
    html = show("{% state_pill state %}", state=state)
    assert html.count("<svg") == 1
    assert text(html) == str(ratings.STATES[state].word)


def test_stepper_says_what_a_colour_would_say() -> None:
    steps = [
        {"state": "draft", "status": "done", "who": "Amina", "institution": "Defence"},
        {"state": "submitted", "status": "current"},
        {"state": "signed", "status": "skipped", "note": "no validator"},
        {"state": "endorsed", "status": "next", "who": "Maria"},
    ]
    html = show("{% stepper steps %}", steps=steps)
    assert text(html) == (
        "Draft, done Amina, Defence Submitted, now here Signed, skipped no validator"
        " Endorsed, comes next Has it now: Maria"
    )
    assert html.count('aria-current="step"') == 1


# --- Tables, notices -----------------------------------------------------------------------------
def test_table_can_be_reached_and_scrolled_by_keyboard() -> None:
    html = show('{% table "Answers" %}<tbody></tbody>{% endtable %}')
    assert 'role="region" aria-label="Answers" tabindex="0"' in html
    assert "<caption>Answers</caption>" in html


@pytest.mark.parametrize(
    ("query", "order", "next_value"),
    [
        ("", "none", "name"),
        ("?sort=name", "ascending", "-name"),
        ("?sort=-name", "descending", "name"),
    ],
)
def test_sort_head_turns_the_order(query: str, order: str, next_value: str) -> None:
    html = show('{% sort_head "Name" "name" %}', f"/{query}")
    assert f'aria-sort="{order}"' in html
    assert f'value="{next_value}"' in html


def test_filters_carry_the_order_and_hide_when_empty() -> None:
    html = show("{% filters %}{% endfilters %}", "/list/?sort=-name")
    assert '<input type="hidden" name="sort" value="-name">' in html
    assert " hidden>" in html


def test_pager_keeps_the_filters() -> None:
    page = Paginator(range(312), 25).page(2)
    html = show("{% pager page %}", "/?theme=3", page=page)
    assert "26 to 50 of 312" in text(html)
    assert "?theme=3&amp;page=3" in html


def test_pager_of_nothing_is_nothing() -> None:
    assert text(show("{% pager page %}", page=Paginator([], 25).page(1))) == ""


def test_downloads_keep_the_filters_and_drop_the_page() -> None:
    html = show("{% downloads %}", "/?theme=3&columns=lead&page=2")
    for kind in ("csv", "xlsx"):
        assert f'href="?theme=3&amp;columns=lead&amp;format={kind}"' in html


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["lead", "state"]),
        ("?columns=state", ["state"]),
        ("?columns=state&columns=lead", ["lead", "state"]),
        ("?columns=password", ["lead", "state"]),
    ],
)
def test_columns_are_those_that_the_address_names(query: str, shown: list[str]) -> None:
    request = RequestFactory().get(f"/{query}")
    columns = Columns(request, {"lead": "Lead", "state": "State"})
    assert columns.shown == shown
    assert len(columns) == len(shown) + 1
    html = show("{% column_choice columns %}", columns=columns)
    assert re.findall(r'value="(\w+)" id="[^"]+" checked', html) == shown
    assert text(html).startswith(f"Columns: {len(shown)} of 2")


def test_file_of_a_table_has_the_columns_shown() -> None:
    file_columns = [
        FileColumn("Item", lambda row: row[0]),
        FileColumn("Lead", lambda row: row[1], "lead"),
        FileColumn("State", lambda row: row[2], "state"),
    ]
    columns = Columns(RequestFactory().get("/?columns=state"), {"lead": "L", "state": "S"})
    header, rows = file_table(file_columns, ["abc", "xyz"], columns)
    assert header == ["Item", "State"]
    assert list(rows) == [["a", "c"], ["x", "z"]]


def test_table_says_that_it_goes_on_whether_or_not_it_folds_to_cards() -> None:
    wide = show('{% table "Answers" %}<tbody></tbody>{% endtable %}')
    cards = show('{% table "Answers" cards=True %}<tbody></tbody>{% endtable %}')
    for html in (wide, cards):
        assert html.index("The table goes on beyond its frame") < html.index("table-region")


def test_chart_says_that_it_goes_on_and_can_be_scrolled_by_keyboard() -> None:
    html = show('{% figure "Fewer women" %}<svg></svg>{% endfigure %}')
    hint, region = html.index("The chart goes on to the side"), html.index("chart-region")
    assert hint < region
    assert 'role="region" aria-label="Fewer women" tabindex="0"' in html


def test_loading_names_what_is_awaited() -> None:
    html = show('{% loading "The report is being made." %}')
    assert 'role="status"' in html
    assert text(html) == "The report is being made."


def test_icons_are_drawings_for_the_eye_alone() -> None:
    html = show('{% icon "pencil-square" %}')
    assert html.startswith("<svg")
    assert 'aria-hidden="true"' in html
    assert 'class="glyph"' in html


def test_breadcrumbs_end_with_this_page() -> None:
    html = show("{% breadcrumbs 'Nigeria' '/p/NGA/' '2.1' %}")
    assert '<a href="/p/NGA/">Nigeria</a>' in html
    assert '<bdi aria-current="page">2.1</bdi>' in html


def test_progress_says_its_numbers() -> None:
    assert text(show("{% progress 12 30 'answered' %}")) == "12 of 30 answered"


def test_error_notice_is_announced() -> None:
    assert 'role="alert"' in show("{% notice 'error' %}<p>x</p>{% endnotice %}")
    assert 'role="alert"' not in show("{% notice %}<p>x</p>{% endnotice %}")


# --- Forms ---------------------------------------------------------------------------------------
def test_optional_fields_say_so() -> None:
    words = text(show_form(NameForm()))
    assert "Note (optional)" in words
    assert "Name (optional)" not in words


def test_error_summary_links_to_the_field() -> None:
    html = show_form(NameForm({"name": "", "version": "1"}))
    assert "data-error-summary" in html
    assert 'href="#id_name"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html


def test_refusal_is_shown_at_its_field_or_above_the_form() -> None:
    form = NameForm({"name": "x", "version": "1"})
    form.refuse(DomainError("Taken.", field="name"))
    form.refuse(DomainError("The period is closed."))
    assert form.errors == {"name": ["Taken."], "__all__": ["The period is closed."]}


def test_form_carries_the_version_it_was_opened_at() -> None:
    class Record:
        version = 7

    class RecordForm(WaypostForm, forms.Form):
        versioned = True

        def __init__(self, **kwargs: Any) -> None:
            self.instance = Record()
            super().__init__(**kwargs)

    assert 'name="version" value="7"' in show_form(RecordForm())


# --- Pages ---------------------------------------------------------------------------------------
def test_page_in_arabic_runs_from_right_to_left(client: Client, db: None) -> None:
    client.cookies["django_language"] = "ar"
    html = client.get("/accounts/login/").content.decode()
    assert '<html lang="ar" dir="rtl">' in html
    assert "bootstrap.rtl.min.css" in html


def test_page_in_english_runs_from_left_to_right(client: Client, db: None) -> None:
    html = client.get("/accounts/login/").content.decode()
    assert '<html lang="en" dir="ltr">' in html
    assert "bootstrap.min.css" in html


def test_first_page_is_light_on_the_wire(client: Client, db: None) -> None:
    html = client.get("/accounts/login/").content
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', html.decode())
    assert len(files) == 5
    sizes = [len(gzip.compress(Path(str(finders.find(name))).read_bytes())) for name in files]
    assert sum(sizes) + len(gzip.compress(html)) < FIRST_PAGE_BYTES


def test_own_sheet_is_small_and_logical() -> None:
    sheet = Path(str(finders.find("css/waypost.css"))).read_text()
    assert len(sheet.encode()) < OWN_SHEET_BYTES
    sides = r"(?:margin|padding|border)-(?:left|right)|left|right|float"
    physical = rf"[\s;{{](?:{sides})\s*:(?! none| inline-)"
    assert re.findall(physical, sheet) == []
    assert not re.search(r"text-align:\s*(left|right)", sheet)


@pytest.fixture
def gallery(signed_in: Callable[[Any], Client], db: None) -> Callable[[str], Any]:
    """The gallery page in a language, as a signed-in person gets it."""
    person = signed_in(accounts.user())

    def page(language: str) -> Any:
        person.cookies["django_language"] = language
        response = person.get("/gallery/")
        assert response.status_code == 200
        return response

    return page


def test_gallery_passes_axe_and_keeps_to_the_screen(gallery: Callable[[str], Any]) -> None:
    answers = {language: gallery(language) for language in ("en", "ar")}
    found = []
    with chromium() as browser:
        for language, scheme, width in product(answers, ("light", "dark"), (1280, 360)):
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            faults = faults_of(page, answers[language])
            found += [f"{language} {scheme} {width}: {fault}" for fault in faults]
            page.close()
    assert found == []


def faults_of(page: Page, answer: Any) -> list[str]:
    """What axe finds, what the browser complains of, and whether the page is too wide."""
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    # The answers come from here: no portal has a service worker for them.
    page.add_init_script("delete Navigator.prototype.serviceWorker")
    page.route("**/*", partial(fulfil, answer))
    page.goto("http://127.0.0.1/gallery/")
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append("wider than the screen")
    return faults + violations(page)


def fulfil(answer: Any, route: Route) -> None:
    """Static files as they are, any other address with the page and its content policy."""
    path = urlsplit(route.request.url).path
    if path.startswith("/static/"):
        route.fulfill(path=str(finders.find(path.removeprefix("/static/"))))
    else:
        route.fulfill(body=answer.content, headers=dict(answer.headers))
