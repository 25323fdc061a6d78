"""Entering partners, consultations with them, and dialogues between institutions."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Institution, Party, User
from accounts.services import records
from actionplans.services.documents import keep_document
from common.errors import DomainError
from taskforces.enums import PartnerKind
from taskforces.models import Consultation, Dialogue, Partner
from taskforces.services.taskforces import Document


def enter_partner(*, party: Party, by: User, **fields: Any) -> Partner:
    """An organisation that the party works with: name and kind."""
    return records.enter(Partner(party=party, **fields), by=by)


def change_partner(partner: Partner, *, version: int, by: User, **fields: Any) -> Partner:
    return records.change(partner, version=version, by=by, **fields)


def _check_partners(partners: Sequence[Partner], womens_groups: int) -> None:
    """Somebody was asked, and the count of women's groups holds at least those named."""
    if not partners:
        raise DomainError(_("Choose the partners that took part."), field="partners")
    named = sum(partner.kind == PartnerKind.WOMENS_GROUP for partner in partners)
    if womens_groups < named:
        raise DomainError(
            ngettext(
                "You chose %(n)s women's group above, so at least that many were present.",
                "You chose %(n)s women's groups above, so at least that many were present.",
                named,
            )
            % {"n": named},
            field="womens_groups",
        )


@transaction.atomic
def enter_consultation(
    *,
    party: Party,
    by: User,
    partners: Sequence[Partner],
    notes: Document = None,
    **fields: Any,
) -> Consultation:
    """A consultation that was held: date, subject, partners, women's groups, outcome, notes."""
    _check_partners(partners, fields["womens_groups"])
    notes = keep_document(notes, party=party, by=by)
    consultation = Consultation(party=party, notes=notes, **fields)
    return records.enter(consultation, by=by, links={"partners": partners})


@transaction.atomic
def change_consultation(
    consultation: Consultation,
    *,
    version: int,
    by: User,
    partners: Sequence[Partner],
    notes: Document,
    **fields: Any,
) -> Consultation:
    _check_partners(partners, fields["womens_groups"])
    notes = keep_document(notes, party=consultation.party, by=by)
    links = {"partners": partners}
    return records.change(consultation, version=version, by=by, links=links, notes=notes, **fields)


def _check_institutions(institutions: Sequence[Institution]) -> None:
    if len(institutions) < 2:
        raise DomainError(
            _("A dialogue is between institutions: choose at least two."), field="institutions"
        )


@transaction.atomic
def enter_dialogue(
    *,
    party: Party,
    by: User,
    institutions: Sequence[Institution],
    notes: Document = None,
    **fields: Any,
) -> Dialogue:
    """A dialogue that was held: date, subject, institutions, outcome, notes."""
    _check_institutions(institutions)
    notes = keep_document(notes, party=party, by=by)
    dialogue = Dialogue(party=party, notes=notes, **fields)
    return records.enter(dialogue, by=by, links={"institutions": institutions})


@transaction.atomic
def change_dialogue(
    dialogue: Dialogue,
    *,
    version: int,
    by: User,
    institutions: Sequence[Institution],
    notes: Document,
    **fields: Any,
) -> Dialogue:
    _check_institutions(institutions)
    notes = keep_document(notes, party=dialogue.party, by=by)
    links = {"institutions": institutions}
    return records.change(dialogue, version=version, by=by, links=links, notes=notes, **fields)
