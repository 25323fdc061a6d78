"""Who may open which page: members read, those who keep records write, others see nothing."""

import pytest
from django.urls import reverse

from tests.factories import accounts
from tests.factories import taskforces as make
from tests.factories.cast import CAST
from tests.taskforces.conftest import Scene, build

READERS = (
    "same_institution",
    "validator",
    "other_institution",
    "coordinator",
    "country_administrator",
    "observer",
)
KEEPERS = ("same_institution", "other_institution", "coordinator")
READ = {"anonymous": 302, **dict.fromkeys(READERS, 200)}
WRITE = {"anonymous": 302, **dict.fromkeys(READERS, 403), **dict.fromkeys(KEEPERS, 200)}
PAGES = {
    "taskforce": READ,
    "taskforce-edit": WRITE,
    "seat-add": WRITE,
    "seat-edit": WRITE,
    "seat-end": WRITE,
    "meetings": READ,
    "meeting-add": WRITE,
    "meeting": READ,
    "meeting-edit": WRITE,
    "meeting-withdraw": WRITE,
    "decision-add": WRITE,
    "decision-edit": WRITE,
    "decision-withdraw": WRITE,
    "consultations": READ,
    "consultation-add": WRITE,
    "consultation": READ,
    "consultation-edit": WRITE,
    "consultation-withdraw": WRITE,
    "partners": READ,
    "partner-add": WRITE,
    "partner-edit": WRITE,
    "partner-withdraw": WRITE,
    "dialogues": READ,
    "dialogue-add": WRITE,
    "dialogue": READ,
    "dialogue-edit": WRITE,
    "dialogue-withdraw": WRITE,
}
OF_RECORD = {
    "seat": ("seat-edit", "seat-end"),
    "meeting": ("meeting", "meeting-edit", "meeting-withdraw", "decision-add"),
    "decision": ("decision-edit", "decision-withdraw"),
    "consultation": ("consultation", "consultation-edit", "consultation-withdraw"),
    "partner": ("partner-edit", "partner-withdraw"),
    "dialogue": ("dialogue", "dialogue-edit", "dialogue-withdraw"),
}
RECORD_OF = {page: record for record, pages in OF_RECORD.items() for page in pages}


def address(scene: Scene, page: str, of: Scene | None = None) -> str:
    """The page's address; with `of`, on another country's record."""
    args = [scene.party.code]
    if record := RECORD_OF.get(page):
        args.append(getattr(of or scene, record).pk)
    return reverse(f"taskforces:{page}", args=args)


@pytest.mark.parametrize("page", PAGES)
def test_page_by_cast(scene, page, client, signed_in):
    seen = {}
    for name in CAST:
        browser = client if name == "anonymous" else scene.client(signed_in, name)
        seen[name] = browser.get(address(scene, page)).status_code
    assert seen == {name: PAGES[page].get(name, 404) for name in CAST}


@pytest.mark.parametrize("page", [page for page, who in PAGES.items() if who is WRITE])
def test_nobody_but_keepers_posts(scene, page, client, signed_in):
    for name in CAST:
        if name in KEEPERS:
            continue
        browser = client if name == "anonymous" else scene.client(signed_in, name)
        expected = {"anonymous": 401}.get(name, 403 if name in READERS else 404)
        assert browser.post(address(scene, page), {"version": 1}).status_code == expected, name


@pytest.mark.parametrize("page", RECORD_OF)
def test_foreign_record_in_own_address_is_absent(scene, page, signed_in):
    other = build("ZAF")
    browser = scene.client(signed_in)
    assert browser.get(address(scene, page, of=other)).status_code == 404
    assert browser.get(address(other, page)).status_code == 404


def test_meeting_and_seat_need_a_task_force(signed_in, db):
    party = accounts.contributor("PAK")
    browser = signed_in(make.keeper(party))
    for page in ("seat-add", "meeting-add"):
        assert browser.get(reverse(f"taskforces:{page}", args=["PAK"])).status_code == 404
