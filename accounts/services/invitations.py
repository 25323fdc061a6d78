"""Invitations: a single-use link by e-mail, good for seven days, kept only as its SHA-256."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.access import access_of
from accounts.enums import RoleCode
from accounts.links import invitation_link
from accounts.models import Institution, Invitation, Membership, Party, User
from accounts.preferences import language_for
from accounts.services import audit, saving
from accounts.services.memberships import (
    check_institution,
    check_may_give,
    check_not_suspended,
    check_until,
    create_membership,
)
from common import clock
from common.errors import DomainError
from common.formats import instant
from common.querysets import compare_and_set, lock

LIFETIME = timedelta(days=7)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_invitation(token: str) -> Invitation | None:
    """The invitation whose link this is, whatever became of it."""
    found = Invitation.objects.filter(token_sha256=digest(token))
    return found.select_related("party__country", "institution", "invited_by").first()


def issue(
    *,
    email: str,
    name: str,
    role: str,
    party: Party | None = None,
    institution: Institution | None = None,
    valid_until: date | None = None,
    language: str = "",
    by: User | None = None,
) -> tuple[Invitation, str]:
    """One step of a write whose service records it: the invitation and its token."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=email.strip().lower(),
        name=name.strip(),
        party=party,
        institution=institution,
        role=role,
        valid_until=valid_until,
        language=language,
        token_sha256=digest(token),
        invited_by=by,
        expires_at=clock.now() + LIFETIME,
    )
    return saving.create(invitation), token


def send(invitation: Invitation, token: str) -> None:
    """Queue the mail with the link, in the reader's own language, else in the invitation's."""
    zone = invitation.party.time_zone if invitation.party else None
    with override(language_for(invitation.email, chosen=invitation.language)):
        context = {
            "invitation": invitation,
            "link": invitation_link(token),
            "until": instant(invitation.expires_at, zone),
        }
        subject = _("Your invitation to Waypost")
        body = render_to_string("emails/invitation.txt", context)
    send_mail(subject, body, None, [invitation.email])


@dataclass(frozen=True)
class Offer:
    """Whom to invite to which role; `valid_until` is the role's last day, None without an end.

    `language` is that of the mail; empty: the inviter's.
    """

    email: str
    name: str
    role: str
    institution: Institution | None = None
    valid_until: date | None = None
    language: str = ""


@transaction.atomic
def invite_person(
    *,
    email: str,
    name: str,
    role: str,
    by: User,
    party: Party | None = None,
    institution: Institution | None = None,
    valid_until: date | None = None,
    language: str = "",
) -> Invitation:
    """Invite an address to a role. The answer never tells whether the address has an account."""
    check_may_give(by, role, party)
    offer = Offer(email.strip().lower(), name, role, institution, valid_until, language)
    return _invite(offer, party, by)


@transaction.atomic
def invite_people(*, party: Party, offers: Iterable[Offer], by: User) -> list[Invitation]:
    """Invite all of them or, where one cannot be invited, nobody."""
    offers = list(offers)
    if not {offer.role for offer in offers} <= access_of(by).may_give(party):
        raise DomainError(_("Your own role does not allow you to give or end this role."))
    return [_invite(offer, party, by) for offer in offers]


def _invite(offer: Offer, party: Party | None, by: User) -> Invitation:
    check_institution(offer.institution, party)
    check_until(offer.valid_until)
    _check_address(offer, party, by)
    invitation, token = issue(
        email=offer.email,
        name=offer.name,
        role=offer.role,
        party=party,
        institution=offer.institution,
        valid_until=offer.valid_until,
        language=offer.language,
        by=by,
    )
    send(invitation, token)
    audit.record("invitation.sent", invitation, by=by, party=party, role=str(offer.role))
    return invitation


def _check_address(offer: Offer, party: Party | None, by: User) -> None:
    """Refuse the own address, and whoever is in the party's own list with this role."""
    if offer.email == by.email:
        raise DomainError(
            _("Nobody changes their own roles. Ask another administrator."), field="email"
        )
    if offer.role in (RoleCode.CONTRIBUTOR, RoleCode.VALIDATOR) and offer.institution is None:
        raise DomainError(
            _("A contributor or validator belongs to an institution. Choose it."),
            field="institution",
        )
    held = Membership.objects.filter(user__email=offer.email, party=party, ended_at__isnull=True)
    if any(role.suspended_at for role in held):
        raise DomainError(
            _("This person is suspended in this party. Lift the suspension first."), field="email"
        )
    same = (offer.role, offer.institution and offer.institution.pk)
    if any((role.role, role.institution_id) == same for role in held):
        raise DomainError(_("This person holds this role already."), field="email")


@transaction.atomic
def resend_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """Send a new link, good for seven days; the old one stops working, and `by` now invites."""
    _check_pending(invitation, by)
    check_until(invitation.valid_until)
    send(invitation, _renew(invitation, invited_by=by))
    audit.record("invitation.resent", invitation, by=by, party=invitation.party)
    return invitation


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """Take back a link that nobody has used."""
    _check_pending(invitation, by)
    compare_and_set(
        invitation, expected=_as_read(invitation), revoked_at=clock.now(), revoked_by=by
    )
    audit.record("invitation.revoked", invitation, by=by, party=invitation.party)
    return invitation


def _renew(invitation: Invitation, **values: object) -> str:
    """Put a new token in the place of the old one."""
    token = secrets.token_urlsafe(32)
    compare_and_set(
        invitation,
        expected=_as_read(invitation),
        token_sha256=digest(token),
        expires_at=clock.now() + LIFETIME,
        **values,
    )
    return token


def _as_read(invitation: Invitation) -> dict[str, object]:
    return {
        "token_sha256": invitation.token_sha256,
        "accepted_at": None,
        "revoked_at": None,
    }


def _check_pending(invitation: Invitation, by: User) -> None:
    check_may_give(by, invitation.role, invitation.party)
    if invitation.accepted_at:
        raise DomainError(_("This invitation has been accepted already."))
    if invitation.revoked_at:
        raise DomainError(_("This invitation has been revoked already."))


@transaction.atomic
def accept_invitation(
    *, token: str, by: User | None = None, name: str = "", password: str = ""
) -> Membership:
    """Take up the role: a new account with a name and password, or `by`, who is signed in."""
    invitation = lock(Invitation.objects.filter(token_sha256=digest(token))).first()
    if invitation is None or refusal_of(invitation):
        raise DomainError(refusal_of(invitation))
    user = by or _open_account(invitation, name, password)
    if user.email != invitation.email:
        raise DomainError(_("This invitation was sent to another e-mail address."))
    check_not_suspended(user, invitation.party)
    membership = create_membership(
        user=user,
        party=invitation.party,
        institution=invitation.institution,
        role=invitation.role,
        by=invitation.invited_by,
        valid_until=invitation.valid_until,
    )
    compare_and_set(
        invitation, expected=_as_read(invitation), accepted_at=clock.now(), accepted_by=user
    )
    audit.record(
        "invitation.accepted",
        invitation,
        by=user,
        party=invitation.party,
        membership=membership.pk,
        role=invitation.role,
    )
    return membership


def refusal_of(invitation: Invitation | None) -> str:
    """Why the link does not work and what to do, or nothing where it works."""
    if invitation is None:
        return _(
            "This link does not work: part of it is missing, or a newer one took its place. "
            "Open the link in the newest mail, or copy all of it."
        )
    if invitation.accepted_at:
        return _("This invitation has been used. Sign in with the account that took it up.")
    if invitation.revoked_at:
        return _("This invitation was revoked. Ask the person who invited you for a new one.")
    if invitation.has_expired:
        return _("This invitation has expired. Ask the person who invited you to send it again.")
    if invitation.valid_until and invitation.valid_until < clock.today():
        return _("The role was offered until a day that has passed. Ask for a new invitation.")
    if not _still_offered(invitation):
        return _(
            "The person who invited you may no longer give this role. "
            "Ask an administrator to send the invitation again."
        )
    return ""


def _still_offered(invitation: Invitation) -> bool:
    """Whether the one who invited may give the role today; the command's invitations stand.

    An invitation does not outlive its inviter's right: another administrator makes it their own
    by sending it again.
    """
    by = invitation.invited_by
    return by is None or invitation.role in access_of(by).may_give(invitation.party)


def _open_account(invitation: Invitation, name: str, password: str) -> User:
    user = User(email=invitation.email, name=name.strip())
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages), field="password") from error
    user.set_password(password)
    return saving.create(user)


@transaction.atomic
def invite_first_administrator(*, email: str) -> str:
    """A new link for a portal administrator, to be handed over by whoever runs the command.

    An earlier link for the address stops working.
    """
    email = email.strip().lower()
    role = RoleCode.PORTAL_ADMINISTRATOR
    if Membership.objects.current().filter(user__email=email, role=role).exists():
        raise DomainError(_("This address belongs to a portal administrator already."))
    pending = lock(Invitation.objects.pending().filter(email=email, role=role)).first()
    if pending:
        invitation, token = pending, _renew(pending)
    else:
        invitation, token = issue(email=email, name=email, role=role)
    audit.record("invitation.issued", invitation, by=None, renewed=bool(pending))
    return invitation_link(token)
