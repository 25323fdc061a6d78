"""Entering, correcting and withdrawing through the pages; nothing typed is lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import Sector
from accounts.models import AuditEvent
from actionplans.models import Evidence
from common.models import StoredFile
from taskforces.models import Consultation, Decision, Dialogue, Meeting, Seat, TaskForce
from taskforces.services import contacts
from tests.factories import accounts
from tests.factories import taskforces as make

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def url(page, *args):
    return reverse(f"taskforces:{page}", args=["NGA", *args])


def text(response):
    return " ".join(response.content.decode().split())


def consultation_data(scene, **fields):
    return {
        "date": make.days_ago(3).isoformat(),
        "subject": "New talk",
        "partners": [scene.partner.pk],
        "womens_groups": 2,
        "outcome": "Agreed on a list.",
        **fields,
    }


def test_task_force_is_entered_with_its_act_as_a_link(signed_in, db):
    party = accounts.contributor("NGA")
    data = {
        "name": "Task force",
        "established_on": make.days_ago(10).isoformat(),
        "mandate": "Plans.",
        "new_link": "https://example.org/decree",
        "new_title": "Decree 12",
    }
    response = signed_in(make.keeper(party)).post(url("taskforce-edit"), data)
    assert (response.status_code, response.url) == (302, url("taskforce"))
    assert TaskForce.objects.get().act.title == "Decree 12"
    assert [e.action for e in AuditEvent.objects.all()] == ["taskforce.entered"]


def test_second_task_force_is_a_correction(scene, signed_in):
    data = {
        "version": 1,
        "name": "Renamed",
        "established_on": scene.task_force.established_on.isoformat(),
        "mandate": "Plans.",
    }
    scene.client(signed_in).post(url("taskforce-edit"), data)
    force = TaskForce.objects.get()
    assert (force.name, force.version, force.changed_by) == (
        "Renamed",
        2,
        scene.people["coordinator"],
    )


def test_seat_is_added_corrected_and_ended(scene, signed_in):
    browser = scene.client(signed_in)
    own = accounts.institution(scene.party, "Ministry of Interior", Sector.INTERIOR)
    day = make.days_ago(20).isoformat()
    data = {"institution": own.pk, "holder_name": "Tunde Ade", "held_from": day}
    assert browser.post(url("seat-add"), data).status_code == 302
    seat = Seat.objects.get(institution=own)
    browser.post(url("seat-edit", seat.pk), {**data, "holder_name": "Tunde Adeyemi", "version": 1})
    ended = make.days_ago(1)
    end = {"held_until": ended.isoformat(), "end_reason": "Moved on", "version": 2}
    assert browser.post(url("seat-end", seat.pk), end).status_code == 302
    seat.refresh_from_db()
    assert (seat.holder_name, seat.held_until, seat.end_reason, seat.version) == (
        "Tunde Adeyemi",
        ended,
        "Moved on",
        3,
    )
    assert browser.get(url("seat-edit", seat.pk)).url == url("taskforce")


def test_seat_offers_own_people_and_institutions_only(scene, signed_in):
    foreign = accounts.institution(accounts.contributor("ZAF"), "Foreign ministry")
    page = text(scene.client(signed_in).get(url("seat-add")))
    assert "Foreign ministry" not in page
    assert scene.people["other_party"].name not in page
    assert scene.people["validator"].name in page
    data = {"institution": foreign.pk, "holder_name": "X", "held_from": make.days_ago(1)}
    assert scene.client(signed_in).post(url("seat-add"), data).status_code == 200
    assert Seat.objects.count() == 1


def test_seat_needs_a_reason_to_stand_in_for_a_ministry(scene, signed_in):
    own = accounts.institution(scene.party, "Police", Sector.POLICE)
    data = {
        "institution": own.pk,
        "holder_name": "X",
        "held_from": make.days_ago(1),
        "equivalent_sector": "interior",
    }
    page = text(scene.client(signed_in).post(url("seat-add"), data))
    assert "reason why this institution stands in" in page
    assert Seat.objects.count() == 1


def test_meeting_with_minutes_as_a_file_and_its_decision(scene, signed_in):
    browser = scene.client(signed_in)
    data = {
        "date": make.days_ago(3).isoformat(),
        "subject": "Budget",
        "seats_present": [scene.seat.pk],
        "new_file": SimpleUploadedFile("minutes.pdf", PDF),
    }
    response = browser.post(url("meeting-add"), data)
    meeting = Meeting.objects.get(subject="Budget")
    assert response.url == url("meeting", meeting.pk)
    assert meeting.minutes.title == "minutes.pdf"
    assert meeting.minutes.get_absolute_url() in text(browser.get(response.url))
    browser.post(url("decision-add", meeting.pk), {"text": "Name a focal point"})
    decision = Decision.objects.get(meeting=meeting)
    done = make.days_ago(0)
    edit = {"text": "Name a focal point", "done_on": done.isoformat(), "version": 1}
    browser.post(url("decision-edit", decision.pk), edit)
    decision.refresh_from_db()
    assert decision.done_on == done


def test_refused_record_keeps_no_file(scene, signed_in):
    data = {
        **consultation_data(scene, womens_groups=0),
        "new_file": SimpleUploadedFile("notes.pdf", PDF),
    }
    response = scene.client(signed_in).post(url("consultation-add"), data)
    assert "at least that many were present" in text(response)
    assert (StoredFile.objects.count(), Evidence.objects.count()) == (0, 0)
    assert Consultation.objects.count() == 1


def test_file_of_another_kind_than_its_name_is_refused(scene, signed_in):
    data = {
        **consultation_data(scene),
        "new_file": SimpleUploadedFile("notes.pdf", b"<html><script>"),
    }
    response = scene.client(signed_in).post(url("consultation-add"), data)
    assert response.status_code == 200
    assert "notes.pdf" in text(response)
    assert Consultation.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"date": make.days_ago(-1).isoformat()}, "This day has not come yet"),
        ({"date": "31/02/2026"}, "Enter a valid date"),
        ({"partners": []}, "This field is required"),
        ({"womens_groups": -1}, "greater than or equal to 0"),
        ({"outcome": " "}, "This field is required"),
        ({"new_link": "https://example.org/x"}, "Give the link a title"),
        ({"new_link": "javascript:alert(1)", "new_title": "X"}, "Enter a valid URL"),
        ({"new_title": "X"}, "Choose the file or give the link"),
    ],
)
def test_consultation_is_refused_at_the_field(scene, signed_in, fields, words):
    data = consultation_data(scene, **fields)
    response = scene.client(signed_in).post(url("consultation-add"), data)
    assert words in text(response)
    assert "New talk" in text(response)
    assert Consultation.objects.count() == 1


def test_dialogue_is_entered_and_needs_two_institutions(scene, signed_in):
    browser, one = scene.client(signed_in), scene.women.pk
    data = {"date": make.days_ago(2), "subject": "S", "outcome": "O", "institutions": [one]}
    assert "choose at least two" in text(browser.post(url("dialogue-add"), data))
    two = accounts.institution(scene.party, "Police", Sector.POLICE).pk
    assert (
        browser.post(url("dialogue-add"), {**data, "institutions": [one, two]}).status_code == 302
    )
    assert Dialogue.objects.get(subject="S").institutions.count() == 2


def test_partner_is_in_the_list_once(scene, signed_in):
    data = {"name": scene.partner.name.upper(), "kind": "womens_group"}
    page = text(scene.client(signed_in).post(url("partner-add"), data))
    assert "This organisation is in the list already." in page


def changed_meanwhile(scene):
    contacts.change_consultation(
        scene.consultation,
        version=1,
        by=scene.people["same_institution"],
        partners=[scene.partner],
        notes=None,
        date=scene.consultation.date,
        subject="Their subject",
        womens_groups=3,
        outcome="Their outcome",
    )


def test_stale_form_shows_both_and_keeps_what_was_typed(scene, signed_in):
    changed_meanwhile(scene)
    browser, page = scene.client(signed_in), url("consultation-edit", scene.consultation.pk)
    mine = consultation_data(scene, subject="My subject", outcome="Mine", version=1)
    response = browser.post(page, mine)
    shown = text(response)
    assert response.status_code == 409
    assert scene.people["same_institution"].name in shown
    for words in ("Their subject", "Their outcome", "My subject", "Mine"):
        assert words in shown
    assert 'name="version" value="2"' in shown
    assert Consultation.objects.get(pk=scene.consultation.pk).subject == "Their subject"
    assert browser.post(page, {**mine, "version": 2}).status_code == 302
    assert Consultation.objects.get(pk=scene.consultation.pk).subject == "My subject"


def test_stale_form_drops_its_file_and_says_so(scene, signed_in):
    changed_meanwhile(scene)
    mine = consultation_data(scene, version=1, new_file=SimpleUploadedFile("mine.pdf", PDF))
    response = scene.client(signed_in).post(url("consultation-edit", scene.consultation.pk), mine)
    assert "mine.pdf was not kept" in text(response)
    assert StoredFile.objects.count() == 0


def test_record_withdrawn_meanwhile_shows_the_reason_and_what_was_typed(scene, signed_in):
    browser, pk = scene.client(signed_in), scene.consultation.pk
    browser.post(url("consultation-withdraw", pk), {"reason": "Entered twice", "version": 1})
    mine = consultation_data(scene, subject="My subject", version=1)
    response = browser.post(url("consultation-edit", pk), mine)
    shown = text(response)
    assert response.status_code == 409
    assert "It was withdrawn: Entered twice" in shown
    assert "My subject" in shown
    assert "Save the consultation" not in shown


def test_withdrawing_needs_a_reason_and_leaves_the_page(scene, signed_in):
    browser, pk = scene.client(signed_in), scene.consultation.pk
    withdraw = url("consultation-withdraw", pk)
    assert browser.post(withdraw, {"reason": " ", "version": 1}).status_code == 200
    assert browser.post(withdraw, {"reason": "Entered twice", "version": 1}).status_code == 302
    page = text(browser.get(url("consultation", pk)))
    assert "Withdrawn: it counts no more" in page
    assert "Entered twice" in page
    assert f'href="{url("consultation-edit", pk)}"' not in page
    assert "Barriers to deployment" not in text(browser.get(url("consultations")))
    shown = text(browser.get(url("consultations"), {"shown": "withdrawn"}))
    assert "Barriers to deployment" in shown
    assert browser.get(withdraw).url == url("consultation", pk)
    assert AuditEvent.objects.filter(action="consultation.withdrawn").count() == 1


def test_stale_withdrawal_is_asked_again(scene, signed_in):
    changed_meanwhile(scene)
    withdraw = url("consultation-withdraw", scene.consultation.pk)
    response = scene.client(signed_in).post(withdraw, {"reason": "Twice", "version": 1})
    assert response.status_code == 409
    assert "Twice" in text(response)
    assert Consultation.objects.get(pk=scene.consultation.pk).withdrawn_at is None


def test_reading_writes_nothing(scene, signed_in):
    before = AuditEvent.objects.count()
    browser = scene.client(signed_in)
    for page in ("taskforce", "taskforce-edit", "meetings", "consultations", "dialogues"):
        browser.get(url(page))
    assert AuditEvent.objects.count() == before
