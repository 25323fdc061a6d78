import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from actionplans.models import Evidence
from common.errors import Conflict, DomainError
from monitoring.enums import PilotState
from monitoring.models import PilotParticipation
from monitoring.services import pilots
from tests.factories import accounts


@pytest.fixture
def nigeria(db):
    return accounts.contributor("NGA")


@pytest.fixture
def by(db):
    return accounts.user()


def endorse(nigeria, by, **values):
    return pilots.endorse_pilot(
        party=nigeria, by=by, **{"endorsed_by": "Cabinet", "document_text": "Decree 7", **values}
    )


def test_endorsement_names_body_and_document(nigeria, by):
    pilots.invite_pilot(party=nigeria, by=by)

    pilot = endorse(nigeria, by)

    assert (pilot.state, pilot.endorsed_by, pilot.document_text) == (
        PilotState.ENDORSED,
        "Cabinet",
        "Decree 7",
    )
    assert list(PilotParticipation.objects.endorsed()) == [pilot]
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["pilot.invited", "pilot.endorsed"]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"endorsed_by": " "}, "endorsed_by"), ({"document_text": ""}, "document")],
)
def test_endorsement_without_body_or_document_is_refused(nigeria, by, values, field):
    pilots.invite_pilot(party=nigeria, by=by)

    with pytest.raises(DomainError) as refusal:
        endorse(nigeria, by, **values)

    assert refusal.value.field == field
    assert not PilotParticipation.objects.endorsed().exists()


def test_document_of_another_party_is_refused(nigeria, by):
    pilots.invite_pilot(party=nigeria, by=by)
    foreign = Evidence.objects.create(
        party=accounts.contributor("ARG"), title="Decree", url="https://example.org/", added_by=by
    )

    with pytest.raises(DomainError, match="Choose a document of the party"):
        endorse(nigeria, by, document=foreign)


def test_database_refuses_an_endorsement_without_a_document(nigeria, by):
    pilots.invite_pilot(party=nigeria, by=by)

    with pytest.raises(IntegrityError), transaction.atomic():
        PilotParticipation.objects.update(state=PilotState.ENDORSED, endorsed_by="Cabinet")


@pytest.mark.parametrize(
    ("before", "step", "allowed"),
    [
        (PilotState.INVITED, pilots.decline_pilot, True),
        (PilotState.INVITED, pilots.withdraw_pilot, False),
        (PilotState.ENDORSED, pilots.withdraw_pilot, True),
        (PilotState.ENDORSED, pilots.decline_pilot, False),
        (PilotState.DECLINED, pilots.invite_pilot, True),
        (PilotState.WITHDRAWN, pilots.invite_pilot, True),
        (PilotState.ENDORSED, pilots.invite_pilot, False),
        (PilotState.DECLINED, pilots.withdraw_pilot, False),
    ],
)
def test_steps_between_states(nigeria, by, before, step, allowed):
    pilots.declare_endorsed(party=nigeria, endorsed_by="Cabinet", document_text="Decree", by=by)
    PilotParticipation.objects.update(state=before)

    if not allowed:
        with pytest.raises(Conflict):
            step(party=nigeria, by=by)
        assert PilotParticipation.objects.get().state == before
        return
    after = step(party=nigeria, by=by)
    assert after.state != before
    assert after in PilotParticipation.objects.exclude(state=PilotState.ENDORSED)


def test_invited_again_the_old_endorsement_is_gone(nigeria, by):
    pilots.declare_endorsed(party=nigeria, endorsed_by="Cabinet", document_text="Decree", by=by)
    pilots.withdraw_pilot(party=nigeria, by=by)

    pilot = pilots.invite_pilot(party=nigeria, by=by)

    assert (pilot.endorsed_by, pilot.document_text) == ("", "")


def test_only_contributors_are_invited(by):
    with pytest.raises(DomainError, match="Only a contributing country"):
        pilots.invite_pilot(party=accounts.dpko(), by=by)


def test_who_was_not_invited_cannot_endorse(nigeria, by):
    with pytest.raises(DomainError, match="was not invited"):
        endorse(nigeria, by)
