"""What goes wrong at the form of an answer: said at its place, nothing lost or half-written."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from actionplans.models import Evidence, UpdateRevision
from common.models import StoredFile
from tests.factories import actionplans as make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def page_of(update):
    return reverse("actionplans:update-edit", args=[update.assignment.party.code, update.pk])


def send(client, update, **typed):
    sent = {"version": update.version, "action": "save", "measures": "Typed beside it.", **typed}
    return client.post(page_of(update), sent)


def nothing_is_written(desk):
    desk.update.refresh_from_db()
    kinds = (Evidence, StoredFile, UpdateRevision)
    return desk.update.version == 0 and not any(kind.objects.exists() for kind in kinds)


@pytest.mark.parametrize(
    ("narrative", "action", "said"),
    [
        ("a" * 100_000, "save", "This text has 100000 characters; the most is 20000."),
        ("ab\u202ecd", "save", "(U+202E) stands after “ab”"),
        (" \n\t ", "submit", "Say what was done before you submit."),
    ],
    ids=["long", "override", "blank"],
)
def test_bad_text_is_refused_at_its_field_and_comes_back(narrative, action, said, signed_in):
    desk = make.desk()
    response = send(
        signed_in(desk.contributor), desk.update, narrative=narrative, rating="2", action=action
    )
    html = response.content.decode()
    assert said in html
    assert 'aria-invalid="true"' in html
    assert escape(narrative.strip()) in html
    assert "Typed beside it." in html
    assert nothing_is_written(desk)


@pytest.mark.parametrize(
    "narrative", ["We trained 12 women 👩🏾‍✈️🇳🇬.", "\u2067قرار 1325\u2069", "a\u0301"]
)
def test_readable_text_of_any_script_is_kept_to_the_letter(narrative, signed_in):
    desk = make.desk()
    assert send(signed_in(desk.contributor), desk.update, narrative=narrative).status_code == 302
    assert desk.refresh().narrative == narrative


def with_macros() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
        archive.writestr("word/vbaProject.bin", b"x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.pdf", b"", "The submitted file is empty."),
        ("plan.pdf", b"MZ\x90 a program", "plan.pdf was not stored: "),
        ("plan.svg", b"<svg/>", "files of this kind are not accepted"),
        ("plan.docx", with_macros(), "it holds macros; save it without them"),
        ("plan.pdf", PDF.replace(b"<<>>", b"<</Encrypt 2 0 R>>"), "password"),
    ],
    ids=["empty", "mislabelled", "svg", "macros", "encrypted"],
)
def test_a_bad_file_is_refused_at_its_field_and_the_text_comes_back(name, content, said, signed_in):
    desk = make.desk()
    file = SimpleUploadedFile(name, content)
    response = send(signed_in(desk.contributor), desk.update, narrative="Done.", file=file)
    assert said in response.content.decode()
    assert "Typed beside it." in response.content.decode()
    assert nothing_is_written(desk)


def test_a_file_of_200_megabytes_is_refused_before_it_is_read(signed_in):
    desk = make.desk()
    address = reverse("actionplans:update-upload", args=["NGA", desk.update.pk])
    announced = {"name": "film.pdf", "size": 200 * 1024 * 1024, "sha256": "0" * 64}
    response = signed_in(desk.contributor).post(address, announced)
    assert response.status_code == 400
    assert "film.pdf was not stored: the file is too large." in response.content.decode()
    whole = signed_in(desk.contributor).generic(
        "POST", page_of(desk.update), b"x", "multipart/form-data", CONTENT_LENGTH="209715200"
    )
    assert whole.status_code == 413
    assert nothing_is_written(desk)
