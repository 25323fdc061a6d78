"""Entering training that was given."""

from typing import Any

from django.db import transaction

from accounts.models import Party, User
from accounts.services import records
from actionplans.models import Evidence
from actionplans.services.contents import NewEvidence
from actionplans.services.documents import keep_document
from training.models import TrainingSession

Document = Evidence | NewEvidence | None


@transaction.atomic
def enter_session(
    *, party: Party, by: User, materials: Document = None, **fields: Any
) -> TrainingSession:
    """A session that was held; women and men are both None where they were not counted."""
    materials = keep_document(materials, party=party, by=by)
    return records.enter(TrainingSession(party=party, materials=materials, **fields), by=by)


@transaction.atomic
def change_session(
    session: TrainingSession, *, version: int, by: User, materials: Document, **fields: Any
) -> TrainingSession:
    materials = keep_document(materials, party=session.party, by=by)
    return records.change(session, version=version, by=by, materials=materials, **fields)
