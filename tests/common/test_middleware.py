"""What no form of ours sends is refused before anything reads it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/login/"


@pytest.mark.parametrize(
    "address",
    [
        "/livez?a=%00",
        "/livez?" + "a" * 4097,
        "/" + "a" * 1024,
        "/p/%00/",
    ],
)
def test_address_that_nobody_sends_is_400(address: str) -> None:
    assert Client().get(address).status_code == 400


def test_longest_query_is_let_through() -> None:
    assert Client().get("/livez?" + "a" * 4096).status_code == 200


def test_posted_nul_is_400() -> None:
    assert Client().post(SIGN_IN, {"login": "a\x00b", "password": "x"}).status_code == 400


def test_posted_text_over_the_limit_is_413(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2000
    answer = Client().post(SIGN_IN, {"login": "a" * 2001})
    assert (answer.status_code, "too large" in answer.content.decode()) == (413, True)


def test_body_over_the_limit_is_413_before_it_is_read(settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 3000, 2000
    small, large = (SimpleUploadedFile("a.txt", b"a" * size) for size in (2900, 5000))
    assert Client().post(SIGN_IN, {"file": small}).status_code == 200
    assert Client().post(SIGN_IN, {"file": large}).status_code == 413


@pytest.mark.parametrize("length", ["-1", "x", ""])
def test_content_length_that_is_no_number(length: str) -> None:
    assert Client().get("/livez", CONTENT_LENGTH=length).status_code == 200
