"""Evidence: who reads it, the file itself, and leaving by a link."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from actionplans.enums import UpdateState
from actionplans.models import Evidence
from actionplans.services import updates
from actionplans.services.contents import Content, NewEvidence
from common.uploads import store_file
from tests.factories import actionplans as make
from tests.factories.cast import CAST, cast

pytestmark = pytest.mark.django_db
TEXT = b"Order of the day"


def with_file(desk):
    stored = store_file(SimpleUploadedFile("order.txt", TEXT))
    return Content(
        narrative="Applied.",
        rating="3",
        attach=[NewEvidence(title="The order", stored_file=stored)],
    )


def readers_of(desk, signed_in, people):
    url = Evidence.objects.get().get_absolute_url()
    statuses = {}
    for who, person in people.items():
        client = Client() if who == "anonymous" else signed_in(person)
        response = client.get(url)
        statuses[who] = response.status_code
        assert b"".join(response) or response.status_code == 302
    return statuses


INSIDE = dict.fromkeys(CAST, 404) | {
    "anonymous": 302,
    "same_institution": 200,
    "validator": 200,
    "coordinator": 200,
    "country_administrator": 200,
}
PARTY = INSIDE | {"other_institution": 200, "observer": 200}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (UpdateState.SUBMITTED, INSIDE),
        (UpdateState.SIGNED, PARTY),
        (UpdateState.TRANSMITTED, PARTY | {"reviewer": 200}),
        (UpdateState.REVIEWED, PARTY | {"reviewer": 200}),
    ],
)
def test_evidence_is_read_with_its_answer(signed_in, state, expected):
    desk = make.desk()
    make.bring_to(desk, state, content=with_file(desk))
    assert readers_of(desk, signed_in, cast(desk.party, desk.lead)) == expected


def test_file_is_saved_and_never_shown(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.SUBMITTED, content=with_file(desk))
    response = signed_in(desk.validator).get(Evidence.objects.get().get_absolute_url())
    assert b"".join(response.streaming_content) == TEXT
    assert response.headers["Content-Disposition"] == 'attachment; filename="order.txt"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_link_is_left_by_a_page_that_names_its_host(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.SUBMITTED)
    page = signed_in(desk.validator).get(Evidence.objects.get().get_absolute_url())
    words = " ".join(page.content.decode().split())
    assert "This evidence is at example.org" in words
    assert (
        'href="https://example.org/plan" rel="noopener noreferrer">Go to example.org</a>' in words
    )


def test_evidence_added_after_the_transmission_is_not_for_reviewers(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.TRANSMITTED)
    update = updates.return_update(
        update=update, version=update.version, reasons={"whole": "Which plan?"}, by=desk.reviewer
    )
    more = Content.of(update, attach=[NewEvidence(title="New", url="https://example.org/new")])
    updates.save_update(update=update, version=update.version, content=more, by=desk.contributor)
    client = signed_in(desk.reviewer)
    seen = {
        one.title: client.get(one.get_absolute_url()).status_code for one in Evidence.objects.all()
    }
    assert seen == {"The plan": 200, "New": 404}


def test_the_party_reads_what_it_sent_also_while_the_answer_is_mended_without_it(signed_in):
    desk = make.desk()
    update = make.bring_to(desk, UpdateState.TRANSMITTED, content=with_file(desk))
    update = updates.return_update(
        update=update, version=update.version, reasons={"whole": "Which order?"}, by=desk.reviewer
    )
    less = Content.of(update, detach=[Evidence.objects.get().pk])
    updates.save_update(update=update, version=update.version, content=less, by=desk.contributor)
    people = cast(desk.party, desk.lead)
    assert readers_of(desk, signed_in, people) == INSIDE | {"reviewer": 200}


def test_evidence_under_another_party_is_absent(signed_in):
    desk = make.desk()
    make.bring_to(desk, UpdateState.SUBMITTED)
    url = Evidence.objects.get().get_absolute_url()
    other = make.desk("ZAF", made_item=desk.update.assignment.item, made_period=desk.period)
    client = signed_in(other.coordinator)
    assert client.get(url).status_code == 404
    assert client.get(url.replace("NGA", "ZAF")).status_code == 404
