"""A workbook is filled without a connection and comes back to the letter."""

import string
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionplans.models import ProgressUpdate, WorkbookImport
from actionplans.models.updates import CONTENT_FIELDS
from actionplans.services.contents import Content
from actionplans.services.updates import save_update
from tests.factories import actionplans, workbooks
from tests.factories.pages import more_answers

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
LANGUAGES = ("en", "ar")
SAMPLES = string.ascii_letters + "=+-@'\t\n _x0041 السلام عليكم ٣ 🕊️👩‍⚖️ \u200f\u2067\u2069"
PROSE = st.text(
    st.one_of(
        st.sampled_from(SAMPLES),
        st.characters(
            exclude_categories=("Cs", "Cc"), exclude_characters="\u202d\u202e\ufffe\uffff"
        ),
    ),
    max_size=80,
)
HARD = (
    '=HYPERLINK("https://example.org")',
    "+1 for the plan",
    "- first\n- second\n\n- third",
    "@everyone",
    "'quoted",
    "''=doubly",
    "_x000D_ and _x005F_",
    "أُقرّت الخطة في ٣ آذار\nثم طُبّقت 🕊️",
    "a\tb",
    "&amp; <b> ]]> \u2028 end",
    "x" * 20_000,
)


def in_language(client: Client, language: str) -> Client:
    client.cookies["django_language"] = language
    return client


def stored(update: ProgressUpdate) -> dict[str, str]:
    update.refresh_from_db()
    return {name: getattr(update, name) for name in CONTENT_FIELDS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_come_back_as_they_were(language: str, signed_in: SignIn) -> None:
    """What is downloaded and sent back untouched changes nothing, whatever it holds."""
    desk = actionplans.desk()
    more_answers(desk, 6)
    pairs = list(zip(ProgressUpdate.objects.order_by("pk"), HARD, HARD[4:], strict=False))
    for update, one, other in pairs:
        content = Content(narrative=one, rating="1", measures=other, next_steps=one[::-1])
        save_update(update=update, version=0, content=content, by=desk.contributor)
    client = in_language(signed_in(desk.contributor), language)
    sent = workbooks.send(client, workbooks.download(client, desk.lead))
    read = [(row["typed"]["narrative"], row["typed"]["measures"]) for row in sent.rows]
    assert read == [(one.strip(), other.strip()) for _update, one, other in pairs]
    assert [row["changed"] for row in sent.rows] == [[]] * 7
    assert 'name="take-' not in client.get(sent.get_absolute_url()).content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", HARD)
def test_what_is_typed_into_a_cell_is_what_is_saved(
    text: str, language: str, signed_in: SignIn
) -> None:
    desk = actionplans.desk()
    client = in_language(signed_in(desk.contributor), language)
    content = workbooks.download(client, desk.lead)
    filled = workbooks.fill(content, narrative=text.replace("_x", "_x005F_x"), measures=" m \n")
    sent = workbooks.send(client, filled)
    assert workbooks.accept(client, sent).status_code == 302
    wanted = dict.fromkeys(CONTENT_FIELDS, "") | {"narrative": text.strip(), "measures": "m"}
    assert stored(desk.update) == wanted


@pytest.fixture
def round_trip(signed_in: SignIn) -> Callable[[str, str], str]:
    desk = actionplans.desk()
    client = signed_in(desk.contributor)

    def go(text: str, language: str) -> str:
        """Saved in the browser, downloaded, sent back, read."""
        update = desk.refresh()
        typed = Content(narrative=text, rating_reason=text)
        save_update(update=update, version=update.version, content=typed, by=desk.contributor)
        content = workbooks.download(in_language(client, language), desk.lead)
        sent = workbooks.send(client, content)
        (row,) = sent.rows
        assert row["typed"]["rating_reason"] == row["typed"]["narrative"]
        assert row["changed"] == []
        found: str = row["typed"]["narrative"]
        return found

    return go


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=PROSE, language=st.sampled_from(LANGUAGES))
def test_any_text_survives(round_trip: Callable[[str, str], str], text: str, language: str) -> None:
    assert round_trip(text, language) == text.strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "word", ["3", " 3 Applied ", "٣", "applied", "3 مطبَّق", "مطبَّق", "3 APPLIED"]
)
def test_a_rating_is_understood_in_every_language(
    word: str, language: str, signed_in: SignIn
) -> None:
    desk = actionplans.desk()
    client = in_language(signed_in(desk.contributor), language)
    sent = workbooks.send(
        client, workbooks.fill(workbooks.download(client, desk.lead), rating=word)
    )
    assert sent.rows[0]["typed"]["rating"] == "3"


def test_line_ends_of_every_kind_are_one(signed_in: SignIn) -> None:
    desk = actionplans.desk()
    client = signed_in(desk.contributor)
    typed = "one_x000D_\ntwo_x000D_three\nfour"
    sent = workbooks.send(
        client, workbooks.fill(workbooks.download(client, desk.lead), narrative=typed)
    )
    assert sent.rows[0]["typed"]["narrative"] == "one\ntwo\nthree\nfour"


def test_number_of_a_rating_may_be_a_number(signed_in: SignIn) -> None:
    desk = actionplans.desk()
    client = signed_in(desk.contributor)
    editor = workbooks.Editor(workbooks.download(client, desk.lead))
    editor.number(workbooks.ref("rating"), "2")
    sent = workbooks.send(client, editor.content())
    assert sent.rows[0]["typed"]["rating"] == "2"
    assert WorkbookImport.objects.count() == 1
