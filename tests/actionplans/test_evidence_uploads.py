"""Evidence that comes in chunks is attached when the answer is saved, once."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from actionplans.models import Evidence
from tests.factories import actionplans
from tests.factories.accounts import member
from tests.factories.pages import text

pytestmark = pytest.mark.django_db
TEXT = b"The task force met on 3 March."


def sent(client: Client, page: str, name: str, content: bytes = TEXT) -> Any:
    announced = {
        "name": name,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    opened = client.post(f"{page}upload/", announced)
    if opened.status_code != 200:
        return opened
    return client.post(
        opened.json()["url"],
        content,
        content_type="application/octet-stream",
        headers={"Upload-Offset": "0"},
    )


def test_files_that_came_in_chunks_are_attached_once(signed_in: Callable[..., Client]) -> None:
    desk = actionplans.desk("NGA")
    client = signed_in(desk.contributor)
    page = f"/p/NGA/updates/{desk.update.pk}/"
    tokens = [sent(client, page, name).json()["token"] for name in ("a.txt", "b.txt")]
    assert "a.txt" in client.get(f"{page}edit/").content.decode()
    form = {"version": desk.update.version, "narrative": "Done.", "uploaded": tokens}
    assert client.post(f"{page}edit/", form).status_code == 302
    assert list(Evidence.objects.values_list("title", flat=True)) == ["a.txt", "b.txt"]
    desk.update.refresh_from_db()
    again = {**form, "version": desk.update.version}
    assert client.post(f"{page}edit/", again).status_code == 302
    assert Evidence.objects.count() == 2
    desk.update.refresh_from_db()
    gone = {**form, "version": desk.update.version, "uploaded": "gone", "narrative": "More."}
    refused = client.post(f"{page}edit/", gone).content.decode()
    assert "no longer kept" in refused
    assert "More." in refused


def test_a_title_goes_to_the_one_file_that_came_in_chunks(
    signed_in: Callable[..., Client],
) -> None:
    desk = actionplans.desk("NGA")
    client = signed_in(desk.contributor)
    page = f"/p/NGA/updates/{desk.update.pk}/"
    tokens = [sent(client, page, name).json()["token"] for name in ("a.txt", "b.txt")]
    form = {"version": desk.update.version, "file_title": "The order", "file_publisher": "MoD"}
    refused = client.post(f"{page}edit/", {**form, "uploaded": tokens})
    assert list(refused.context["form"].errors) == ["file_title"]
    assert client.post(f"{page}edit/", {**form, "uploaded": tokens[0]}).status_code == 302
    assert list(Evidence.objects.values_list("title", "publisher")) == [("The order", "MoD")]


def test_upload_is_for_whoever_may_write_the_answer(signed_in: Callable[..., Client]) -> None:
    desk = actionplans.desk("NGA")
    page = f"/p/NGA/updates/{desk.update.pk}/"
    colleague = member(desk.party, "coordinator")
    foreign = actionplans.desk("ARG", desk.update.assignment.item, desk.period).contributor
    found = [sent(signed_in(who), page, "a.txt").status_code for who in (colleague, foreign)]
    assert found == [403, 404]
    wrong = sent(signed_in(desk.contributor), page, "a.exe")
    assert "not accepted" in wrong.json()["error"]


def test_file_that_came_in_part_is_named_on_the_page(signed_in: Callable[..., Client]) -> None:
    desk = actionplans.desk("NGA")
    client = signed_in(desk.contributor)
    page = f"/p/NGA/updates/{desk.update.pk}/"
    announced = {"name": "a.txt", "size": 2048, "sha256": "0" * 64}
    opened = client.post(f"{page}upload/", announced).json()
    client.post(
        opened["url"],
        b"a" * 1024,
        content_type="application/octet-stream",
        headers={"Upload-Offset": "0"},
    )
    assert "a.txt: 1 KB of 2 KB came through." in text(client, f"{page}edit/")
