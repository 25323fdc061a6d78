"""A file in chunks: in order, once each, its owner's alone, and gone when its time is over."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from accounts.models import User
from common import clock, partial_uploads, uploads
from common.errors import DomainError
from common.models import PartialUpload, StoredFile
from monitoring import tasks
from tests.factories.accounts import user
from tests.races import race

pytestmark = pytest.mark.django_db
TEXT = b"The task force met on 3 March.\n" * 40
PURPOSE = "test"


def begin(owner: User, content: bytes = TEXT, **changes: Any) -> PartialUpload:
    values = {
        "owner": owner.pk,
        "purpose": PURPOSE,
        "name": "minutes.txt",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "allowed": {"txt"},
    }
    return partial_uploads.open_upload(**{**values, **changes})


def send(client: Client, upload: PartialUpload, offset: object, content: bytes) -> Any:
    return client.post(
        f"/uploads/{upload.token}/",
        content,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


def parts_on_disk(upload: PartialUpload) -> list[str]:
    try:
        return default_storage.listdir(f"partial/{upload.token}")[1]
    except FileNotFoundError:
        return []


@pytest.fixture
def owner() -> User:
    return user()


@pytest.fixture
def client(owner: User, signed_in: Callable[..., Client]) -> Client:
    return signed_in(owner)


def test_chunks_in_order_make_the_file(owner: User, client: Client) -> None:
    upload = begin(owner)
    answers = [send(client, upload, at, TEXT[at : at + 500]).json() for at in (0, 500, 1000)]
    assert [(a["received"], a["complete"]) for a in answers] == [
        (500, False),
        (1000, False),
        (len(TEXT), True),
    ]
    stored = StoredFile.objects.get()
    assert (stored.name, stored.sha256, stored.file.read()) == (
        "minutes.txt",
        upload.sha256,
        TEXT,
    )
    stored.file.close()
    assert parts_on_disk(upload) == []


def test_doubled_chunk_is_passed_over(owner: User, client: Client) -> None:
    upload = begin(owner)
    answers = [send(client, upload, at, TEXT[at : at + 700]) for at in (0, 0, 500, 700, 700)]
    assert [a.json()["received"] for a in answers] == [700, 700, 1200, len(TEXT), len(TEXT)]
    assert StoredFile.objects.get().sha256 == upload.sha256


def test_gap_says_where_to_go_on(owner: User, client: Client) -> None:
    upload = begin(owner)
    send(client, upload, 0, TEXT[:500])
    answer = send(client, upload, 600, TEXT[600:])
    assert (answer.status_code, answer.json()["received"]) == (409, 500)
    assert send(client, upload, "x", b"").status_code == 409
    assert not StoredFile.objects.exists()


def test_same_file_goes_on_where_it_stopped(owner: User, client: Client) -> None:
    upload = begin(owner)
    send(client, upload, 0, TEXT[:500])
    again = begin(owner)
    assert (again.token, again.received) == (upload.token, 500)
    assert client.get(f"/uploads/{upload.token}/").json()["received"] == 500
    assert begin(owner, TEXT + b".").token != upload.token


def test_foreign_owner_finds_nothing(owner: User, signed_in: Callable[..., Client]) -> None:
    upload = begin(owner)
    foreign = signed_in(user())
    url = f"/uploads/{upload.token}/"
    found = [foreign.get(url), send(foreign, upload, 0, TEXT), foreign.delete(url)]
    assert [answer.status_code for answer in found] == [404, 404, 404]
    assert begin(user()).token != upload.token
    with pytest.raises(DomainError, match="no longer kept"):
        partial_uploads.take(tokens=[upload.token], owner=user().pk, purpose=PURPOSE)


def test_chunk_over_one_megabyte_is_refused(owner: User, client: Client) -> None:
    content = b"a" * (3 * partial_uploads.LONGEST_CHUNK)
    upload = begin(owner, content)
    over = content[: partial_uploads.LONGEST_CHUNK + 1]
    assert send(client, upload, 0, over).status_code == 400
    assert send(client, upload, 0, over[:-1]).json()["received"] == len(over) - 1


def test_more_bytes_than_announced_are_refused(owner: User, client: Client) -> None:
    upload = begin(owner)
    assert send(client, upload, 0, TEXT + b"x").status_code == 400
    upload.refresh_from_db()
    assert (upload.received, parts_on_disk(upload)) == (0, [])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": 0}, "empty"),
        ({"size": 20 * 1024 * 1024 + 1}, "too large"),
        ({"name": "minutes.exe"}, "not accepted"),
        ({"sha256": "0" * 63}, "could not be read"),
    ],
)
def test_refused_before_a_byte_is_sent(owner: User, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(DomainError, match=words):
        begin(owner, **changes)
    assert not PartialUpload.objects.exists()


def test_number_of_open_uploads_is_limited(owner: User) -> None:
    for n in range(partial_uploads.MOST_AT_ONCE):
        begin(owner, size=n + 1)
    with pytest.raises(DomainError, match="Too many files"):
        begin(owner, size=900)
    assert begin(owner, size=1).size == 1


def test_wrong_digest_is_refused_and_forgotten(owner: User, client: Client) -> None:
    upload = begin(owner, sha256="0" * 64)
    answer = send(client, upload, 0, TEXT)
    assert (answer.status_code, "did not arrive as it was sent" in answer.json()["error"]) == (
        400,
        True,
    )
    assert (PartialUpload.objects.count(), StoredFile.objects.count()) == (0, 0)
    assert parts_on_disk(upload) == []


def test_content_of_another_kind_is_refused(owner: User, client: Client) -> None:
    page = b"<!doctype html><script>1</script>"
    upload = begin(owner, page)
    assert "another kind" in send(client, upload, 0, page).json()["error"]
    assert (PartialUpload.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_name_keeps_no_path_and_no_control_character(owner: User) -> None:
    assert begin(owner, name="../../etc/mi\x00nu\u202etes.txt").name == "minutes.txt"


def test_upload_expires_a_day_after_its_last_chunk(owner: User, client: Client) -> None:
    upload = begin(owner)
    send(client, upload, 0, TEXT[:500])
    upload.refresh_from_db()
    assert len(parts_on_disk(upload)) == 1
    with clock.at(upload.expires_at - timedelta(seconds=1)):
        tasks.tick()
        assert send(client, upload, 500, b"").status_code == 200
    with clock.at(upload.expires_at):
        assert send(client, upload, 500, TEXT[500:]).status_code == 404
        tasks.tick()
    assert (PartialUpload.objects.count(), parts_on_disk(upload)) == (0, [])


def test_expired_upload_takes_its_unused_file_along(
    owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    upload = partial_uploads.add_chunk(upload=begin(owner), offset=0, content=TEXT)
    assert upload.stored_file
    name = upload.stored_file.file.name
    with (
        clock.at(upload.expires_at),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert partial_uploads.forget_expired() == 1
    assert (StoredFile.objects.count(), default_storage.exists(name)) == (0, False)


def test_file_is_handed_out_once(owner: User) -> None:
    upload = partial_uploads.add_chunk(upload=begin(owner), offset=0, content=TEXT)
    tokens = {"tokens": [upload.token, upload.token], "owner": owner.pk}
    assert partial_uploads.take(**tokens, purpose=PURPOSE) == [upload.stored_file]
    assert partial_uploads.take(**tokens, purpose=PURPOSE) == []
    with pytest.raises(DomainError, match="no longer kept"):
        partial_uploads.take(**tokens, purpose="another")
    with clock.at(upload.expires_at):
        partial_uploads.forget_expired()
    assert StoredFile.objects.get() == upload.stored_file


def test_upload_that_is_taken_back_leaves_nothing(
    owner: User, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    upload = partial_uploads.add_chunk(upload=begin(owner), offset=0, content=TEXT)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(f"/uploads/{upload.token}/").status_code == 204
    assert (PartialUpload.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_chunk_of_a_file_that_was_removed_meanwhile_is_refused(owner: User) -> None:
    upload = begin(owner)
    partial_uploads.forget(PartialUpload.objects.get(pk=upload.pk))
    with pytest.raises(DomainError, match="no longer kept"):
        partial_uploads.add_chunk(upload=upload, offset=0, content=TEXT[:500])
    assert parts_on_disk(upload) == []


@pytest.mark.django_db(transaction=True)
def test_two_send_the_same_chunk_at_once(flushable: None, rounds: int) -> None:
    person = user()
    for n in range(rounds):
        content = b"%d, " % n + TEXT
        upload = begin(person, content)
        both = [PartialUpload.objects.get(pk=upload.pk) for _ in range(2)]
        race(
            *(partial(partial_uploads.add_chunk, upload=u, offset=0, content=content) for u in both)
        )
        upload.refresh_from_db()
        assert (upload.received, upload.parts) == (len(content), [])
        assert upload.stored_file.sha256 == upload.sha256
        assert parts_on_disk(upload) == []
    assert StoredFile.objects.count() == rounds


def test_file_that_was_used_can_be_dropped_before_its_upload_expires(
    owner: User, client: Client
) -> None:
    upload = begin(owner)
    assert send(client, upload, 0, TEXT).json()["complete"]
    [stored] = partial_uploads.take(tokens=[upload.token], owner=owner.pk, purpose=PURPOSE)
    uploads.delete_file(stored)
    assert (PartialUpload.objects.count(), StoredFile.objects.count()) == (0, 0)
