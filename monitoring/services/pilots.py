"""A country's way into the pilot and out of it. Only an endorsed country is shown as a pilot."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.enums import PartyKind
from accounts.models import Party, User
from accounts.services import audit
from actionplans.models import Evidence
from common import clock
from common.errors import Conflict, DomainError
from common.querysets import compare_and_set
from monitoring.enums import PilotState
from monitoring.models import PilotParticipation

# From which states a country may come to each.
SOURCES: dict[PilotState, tuple[PilotState, ...]] = {
    PilotState.ENDORSED: (PilotState.INVITED,),
    PilotState.DECLINED: (PilotState.INVITED,),
    PilotState.WITHDRAWN: (PilotState.ENDORSED,),
    PilotState.INVITED: (PilotState.DECLINED, PilotState.WITHDRAWN),
}


@transaction.atomic
def invite_pilot(*, party: Party, by: User, on: date | None = None) -> PilotParticipation:
    """Invite a contributing country; one that declined or withdrew may be invited again."""
    if party.kind != PartyKind.CONTRIBUTOR:
        raise DomainError(_("Only a contributing country can be a pilot."))
    day = on or clock.today()
    pilot, created = PilotParticipation.objects.get_or_create(party=party, defaults={"date": day})
    if not created:
        return _move(pilot, PilotState.INVITED, by=by, on=day, endorsed_by="", document=None,
                     document_text="")  # fmt: skip
    audit.record("pilot.invited", pilot, by=by, party=party)
    return pilot


@transaction.atomic
def endorse_pilot(
    *,
    party: Party,
    endorsed_by: str,
    by: User,
    document: Evidence | None = None,
    document_text: str = "",
    on: date | None = None,
) -> PilotParticipation:
    """Write down which national body endorsed the pilot, and in which document."""
    if not endorsed_by.strip():
        raise DomainError(_("Name the body that endorsed the pilot."), field="endorsed_by")
    if document is None and not document_text.strip():
        raise DomainError(_("Name the document of the endorsement."), field="document")
    if document is not None and document.party_id != party.pk:
        raise DomainError(_("Choose a document of the party."), field="document")
    return _move(
        _pilot_of(party),
        PilotState.ENDORSED,
        by=by,
        on=on,
        endorsed_by=endorsed_by.strip(),
        document=document,
        document_text=document_text.strip(),
    )


@transaction.atomic
def declare_endorsed(
    *, party: Party, endorsed_by: str, document_text: str, by: User
) -> PilotParticipation:
    """Take over a country that had endorsed the pilot before it came to the portal."""
    invite_pilot(party=party, by=by)
    return endorse_pilot(party=party, endorsed_by=endorsed_by, document_text=document_text, by=by)


@transaction.atomic
def decline_pilot(*, party: Party, by: User, on: date | None = None) -> PilotParticipation:
    """The country does not take part."""
    return _move(_pilot_of(party), PilotState.DECLINED, by=by, on=on)


@transaction.atomic
def withdraw_pilot(*, party: Party, by: User, on: date | None = None) -> PilotParticipation:
    """An endorsed country leaves the pilot."""
    return _move(_pilot_of(party), PilotState.WITHDRAWN, by=by, on=on)


def _pilot_of(party: Party) -> PilotParticipation:
    pilot = PilotParticipation.objects.filter(party=party).first()
    if pilot is None:
        raise DomainError(_("The country was not invited to the pilot."))
    return pilot


def _move(
    pilot: PilotParticipation, target: PilotState, *, by: User, on: date | None, **values: object
) -> PilotParticipation:
    if pilot.state not in SOURCES[target]:
        raise Conflict(
            _("State of the participation now: %(state)s.")
            % {"state": pilot.get_state_display().lower()}
        )
    compare_and_set(
        pilot, expected={"state": pilot.state}, state=target, date=on or clock.today(), **values
    )
    audit.record(f"pilot.{target}", pilot, by=by, party=pilot.party)
    return pilot
