"""Workbooks broken in every way: each is previewed or refused, none is half taken over."""

import random
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.db import transaction
from django.test import Client

from actionplans.enums import WorkbookState
from actionplans.models import ProgressUpdate, WorkbookImport
from actionplans.services.contents import Content
from actionplans.services.updates import save_update
from common.sheets import place
from tests.factories import actionplans
from tests.factories import workbooks as make
from tests.factories.pages import more_answers

pytestmark = pytest.mark.django_db
Chance = random.Random
BY_ROUND = 10  # mutated workbooks
SHEETS = (make.ANSWERS, make.MACHINE, make.BOOK)
WORDS = (
    "",
    " ",
    "x" * 20_001,
    "=1+1",
    "_x0000_",
    "_xD800_",
    "\u202e",
    "3",
    "9" * 30,
    "-1",
    "2.1",
    "2.1.a",
    "Not applicable",
    "السلام",
    "0" * 16,
)


def flip_a_bit(content: bytes, chance: Chance) -> bytes:
    data = bytearray(content)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def cut(content: bytes, chance: Chance) -> bytes:
    return content[: chance.randrange(len(content))]


def spoil_a_member(content: bytes, chance: Chance) -> bytes:
    """A byte of the XML inside, so that the archive itself is sound."""
    found = make.members(content)
    name = chance.choice(sorted(found))
    data = bytearray(found[name])
    data[chance.randrange(len(data))] = chance.randrange(256)
    return make.packed({**found, name: bytes(data)})


def lose_a_member(content: bytes, chance: Chance) -> bytes:
    found = make.members(content)
    del found[chance.choice(sorted(found))]
    return make.packed(found)


def swap_members(content: bytes, chance: Chance) -> bytes:
    found = make.members(content)
    one, other = chance.sample(sorted(found), 2)
    return make.packed({**found, one: found[other], other: found[one]})


def edited(change: Callable[[make.Editor, Chance], Any]) -> Callable[[bytes, Chance], bytes]:
    def mutate(content: bytes, chance: Chance) -> bytes:
        editor = make.Editor(content)
        change(editor, chance)
        return editor.content()

    mutate.__name__ = change.__name__
    return mutate


def _where(chance: Chance) -> str:
    return place(chance.randint(1, 12), chance.randint(1, 12))


def type_anything(editor: make.Editor, chance: Chance) -> None:
    for _again in range(chance.randint(1, 4)):
        editor.write(_where(chance), chance.choice(WORDS), chance.choice(SHEETS[:2]))


def type_numbers(editor: make.Editor, chance: Chance) -> None:
    value = chance.choice(("1", "3", "1e400", "45000.5", "", "NaN", "x"))
    editor.number(_where(chance), value, chance.choice(SHEETS[:2]))


def type_formulas(editor: make.Editor, chance: Chance) -> None:
    editor.formula(_where(chance), "A1&B1", chance.choice(SHEETS[:2]))


def merge_cells(editor: make.Editor, chance: Chance) -> None:
    editor.merge(f"{_where(chance)}:{_where(chance)}", chance.choice(SHEETS[:2]))


def lose_an_element(editor: make.Editor, chance: Chance) -> None:
    tree = editor.tree(chance.choice(SHEETS))
    parent = chance.choice([one for one in tree.iter() if len(one)])
    parent.remove(chance.choice(list(parent)))


def double_an_element(editor: make.Editor, chance: Chance) -> None:
    tree = editor.tree(chance.choice(SHEETS))
    parent = chance.choice([one for one in tree.iter() if len(one)])
    parent.insert(0, ET.fromstring(ET.tostring(chance.choice(list(parent)))))  # noqa: S314


def change_an_attribute(editor: make.Editor, chance: Chance) -> None:
    tree = editor.tree(chance.choice(SHEETS))
    one = chance.choice([one for one in tree.iter() if one.attrib])
    one.set(chance.choice(sorted(one.attrib)), chance.choice(WORDS[3:4] + WORDS[7:]))


def swap_heads(editor: make.Editor, chance: Chance) -> None:
    row = editor.tree().find(f"{{{make.MAIN}}}sheetData")
    assert row is not None
    heads = next(one for one in row if one.get("r") == "4")
    one, other = chance.sample(list(heads), 2)
    first, second = one.get("r", ""), other.get("r", "")
    one.set("r", second)
    other.set("r", first)


def hide_a_sheet(editor: make.Editor, chance: Chance) -> None:
    sheets = editor.tree(make.BOOK).find(f"{{{make.MAIN}}}sheets")
    assert sheets is not None
    chance.choice(list(sheets)).set("state", chance.choice(("hidden", "veryHidden", "visible")))


def fill_as_meant(editor: make.Editor, chance: Chance) -> None:
    editor.write(make.ref("narrative", chance.randrange(3)), f"Typed {chance.random()}.")
    editor.write(make.ref("rating", chance.randrange(3)), chance.choice(("1", "2 Adopted", "")))


MUTATIONS = (
    flip_a_bit,
    cut,
    spoil_a_member,
    lose_a_member,
    swap_members,
    *map(
        edited,
        (
            type_anything,
            type_numbers,
            type_formulas,
            merge_cells,
            lose_an_element,
            double_an_element,
            change_an_attribute,
            swap_heads,
            hide_a_sheet,
            fill_as_meant,
        ),
    ),
)


def outcome(browser: Client, content: bytes) -> str:
    """What became of one workbook; whatever it did is taken back."""
    with transaction.atomic():
        with make.nothing_written():
            response = make.post(browser, content)
        if response.status_code == 200:
            assert 'role="alert"' in response.content.decode()
            result = "refused at once"
        else:
            result = _decide(browser, WorkbookImport.objects.latest("pk"))
        transaction.set_rollback(True)
    return result


def _decide(browser: Client, sent: WorkbookImport) -> str:
    if sent.state == WorkbookState.REFUSED:
        with make.nothing_written():
            assert make.accept(browser, sent).status_code == 409
        return "refused with faults"
    before = {update.pk: update for update in ProgressUpdate.objects.all()}
    response = make.accept(browser, sent)
    if response.status_code == 409:
        assert list(ProgressUpdate.objects.order_by("pk")) == [before[pk] for pk in sorted(before)]
        assert {pk: one.version for pk, one in before.items()} == _versions()
        return "nothing to take over"
    typed = {row["update"]: row for row in sent.rows}
    for update in ProgressUpdate.objects.all():
        row = typed[update.pk]
        wanted = {name: row["typed"][name] for name in row["changed"]}
        assert {name: getattr(update, name) for name in wanted} == wanted
        assert update.version == before[update.pk].version + bool(wanted)
    return "taken over"


def _versions() -> dict[int, int]:
    return dict(ProgressUpdate.objects.values_list("pk", "version"))


def test_mutated_workbooks(rounds: int, seed: int, signed_in: Callable[..., Client]) -> None:
    desk = actionplans.desk()
    more_answers(desk, 2)
    content = Content(narrative="- was\n- here", rating="1")
    save_update(update=desk.update, version=0, content=content, by=desk.contributor)
    browser = signed_in(desk.contributor)
    sound = make.download(browser, desk.lead)
    chance, found = random.Random(seed), Counter[str]()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name", UserWarning)
        for number in range(rounds * BY_ROUND):
            mutate = MUTATIONS[number % len(MUTATIONS)]
            found[outcome(browser, mutate(sound, chance))] += 1
    assert found.total() == rounds * BY_ROUND
    assert set(found) == {
        "refused at once",
        "refused with faults",
        "nothing to take over",
        "taken over",
    }
