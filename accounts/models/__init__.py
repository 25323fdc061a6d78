"""Who uses the portal, for which party, with which right; and what they did."""

from accounts.models.audit import AuditEvent
from accounts.models.constraints import known, paired
from accounts.models.invitations import Invitation, InvitationQuerySet
from accounts.models.parties import (
    Country,
    Institution,
    Mandate,
    MandateQuerySet,
    Membership,
    MembershipQuerySet,
    NotificationChoice,
    Party,
    PartyQuerySet,
    User,
    UserManager,
)

__all__ = [
    "AuditEvent",
    "Country",
    "Institution",
    "Invitation",
    "InvitationQuerySet",
    "Mandate",
    "MandateQuerySet",
    "Membership",
    "MembershipQuerySet",
    "NotificationChoice",
    "Party",
    "PartyQuerySet",
    "User",
    "UserManager",
    "known",
    "paired",
]
