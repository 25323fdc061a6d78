"""Is this one of ours: asked with a file or its digest, and nothing is kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import AuditEvent
from common.models import StoredFile
from tests.factories import accounts, monitoring

ADDRESS = "/monitoring/verify/"


@pytest.fixture
def snapshot(db):
    monitoring.catalogue()
    nigeria = accounts.contributor("NGA")
    period = monitoring.period()
    monitoring.answer(nigeria, "2.1", period, verdict="2")
    return monitoring.report(nigeria, period)


@pytest.fixture
def stranger(db, signed_in):
    """Somebody signed in who may read no report of Nigeria."""
    return signed_in(accounts.member(accounts.contributor("ARG"), RoleCode.OBSERVER))


def bytes_of(rendition):
    with rendition.stored_file.file.open("rb") as stored:
        return stored.read()


def test_address_is_the_one_that_reports_name():
    assert reverse("monitoring:verify") == ADDRESS


def test_visitors_sign_in_first(db):
    assert Client().get(ADDRESS).status_code == 302


@pytest.mark.parametrize(("format", "words"), [("pdf", "PDF, English"), ("html", "HTML, English")])
def test_file_of_ours_is_named(snapshot, stranger, format, words):
    data = bytes_of(snapshot.renditions.get(format=format))

    page = stranger.post(ADDRESS, {"file": SimpleUploadedFile(f"x.{format}", data)})

    text = page.content.decode()
    assert "Yes, this is one of ours" in text
    assert "Nigeria" in text
    assert "Period 2026-H1" in text
    assert "Provisional 1" in text
    assert words in text


def test_content_of_ours_is_named(snapshot, stranger):
    page = stranger.post(
        ADDRESS, {"file": SimpleUploadedFile("x.json", snapshot.content.encode())}
    ).content.decode()

    assert "Yes, this is one of ours" in page
    assert "The frozen content" in page


def test_digest_is_taken_as_people_copy_it(snapshot, stranger):
    typed = f" {snapshot.sha256[:32].upper()}\n{snapshot.sha256[32:]} "

    assert "Yes, this is one of ours" in stranger.post(ADDRESS, {"digest": typed}).content.decode()


def test_file_with_one_byte_changed_is_not_ours(snapshot, stranger):
    data = bytes_of(snapshot.renditions.get(format="pdf"))

    page = stranger.post(ADDRESS, {"file": SimpleUploadedFile("x.pdf", data + b"\n")})

    text = page.content.decode()
    assert "No, this is not one of ours" in text
    assert "Ask whoever gave it to you" in text
    assert "Nigeria" not in text


def test_only_readers_get_a_link(snapshot, stranger, signed_in):
    reader = signed_in(accounts.reviewer(snapshot.party))
    asked = {"digest": snapshot.sha256}

    assert snapshot.get_absolute_url() in reader.post(ADDRESS, asked).content.decode()
    assert snapshot.get_absolute_url() not in stranger.post(ADDRESS, asked).content.decode()


@pytest.mark.parametrize(
    ("digest", "words"),
    [
        ("", "Choose a file or paste a SHA-256"),
        ("abc", "A SHA-256 has 64 characters"),
        ("g" * 64, "A SHA-256 has 64 characters"),
    ],
)
def test_what_cannot_be_checked_is_said(stranger, digest, words):
    assert words in stranger.post(ADDRESS, {"digest": digest}).content.decode()


def test_file_and_digest_together_are_one_too_many(stranger):
    page = stranger.post(ADDRESS, {"digest": "a" * 64, "file": SimpleUploadedFile("x", b"x")})

    assert "Choose a file or paste a SHA-256, one of the two." in page.content.decode()


def test_file_beyond_the_limit_is_refused(stranger, settings):
    settings.EVIDENCE_MAX_BYTES = 10

    page = stranger.post(ADDRESS, {"file": SimpleUploadedFile("x.pdf", b"x" * 11)})

    assert "The file is larger than" in page.content.decode()


def test_nothing_is_kept(snapshot, stranger):
    files, events = StoredFile.objects.count(), AuditEvent.objects.count()

    stranger.post(ADDRESS, {"file": SimpleUploadedFile("x.pdf", b"of somebody else")})

    assert (StoredFile.objects.count(), AuditEvent.objects.count()) == (files, events)


def test_queries_are_few_and_fixed(snapshot, stranger, count_queries):
    stranger.post(ADDRESS, {"digest": "0" * 64})
    shell = count_queries(lambda: stranger.get(ADDRESS))

    def ask(digest):
        return count_queries(lambda: stranger.post(ADDRESS, {"digest": digest}))

    assert ask("0" * 64) - shell == 2
    assert ask(snapshot.sha256) - shell <= 4
