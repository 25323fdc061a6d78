"""Each write leaves one event, heard once, unless the demo asks for silence."""

from typing import Any

import pytest

from accounts.models import AuditEvent
from accounts.services import audit
from tests.factories import accounts


@pytest.fixture
def heard() -> Any:
    events: list[AuditEvent] = []

    def hear(event: AuditEvent, **kwargs: Any) -> None:
        events.append(event)

    audit.recorded.connect(hear)
    yield events
    audit.recorded.disconnect(hear)


@pytest.mark.django_db
def test_record_keeps_ids_and_is_heard(heard: list[AuditEvent]) -> None:
    party, person = accounts.contributor(), accounts.user()
    event = audit.record("party.opened", party, by=person, party=party, n=1)
    assert heard == [event]
    kept = AuditEvent.objects.get()
    assert (kept.by_id, kept.party_id, kept.subject_id) == (person.pk, party.pk, str(party.pk))
    assert (kept.subject_type, kept.action, kept.details) == (
        "accounts.party",
        "party.opened",
        {"n": 1},
    )


@pytest.mark.django_db
def test_unheard_records_and_tells_nobody(heard: list[AuditEvent]) -> None:
    party = accounts.contributor()
    with audit.unheard():
        audit.record("party.opened", party, by=None)
    assert (AuditEvent.objects.count(), heard) == (1, [])
    audit.record("party.opened", party, by=None)
    assert len(heard) == 1
