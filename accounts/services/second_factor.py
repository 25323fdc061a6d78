"""Second factors: a lost one is taken away by an administrator, all are encrypted anew."""

from allauth.mfa.models import Authenticator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.access import access_of
from accounts.enums import RoleCode
from accounts.links import absolute
from accounts.models import Membership, Party, User
from accounts.permissions import Permission
from accounts.sealing import each_secret, reseal
from accounts.services import audit
from accounts.services.memberships import end_sessions
from common.errors import DomainError
from common.querysets import lock


@transaction.atomic
def reset_second_factor(*, user: User, party: Party, by: User) -> User:
    """Take away every factor and recovery code of somebody who lost theirs; they are told by mail.

    Allowed to who manages the party's people, and, for its country administrators, to who opens
    parties. Raises DomainError where it is not allowed or there is nothing to take away.
    """
    _check_may_reset(user, party, by)
    lock(User.objects.filter(pk=user.pk)).get()
    taken, _rows = Authenticator.objects.filter(user=user).delete()
    if not taken:
        raise DomainError(_("This person has no second factor."))
    end_sessions(user)
    _tell(user, by)
    audit.record("second_factor.reset", user, by=by, party=party)
    return user


@transaction.atomic
def encrypt_anew() -> int:
    """Put every stored secret under the present SECRET_KEY; returns how many factors had one.

    InvalidToken where one is under a key that SECRET_KEY_FALLBACKS does not name.
    """
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    rows = list(lock(Authenticator.objects.filter(type__in=kinds)))
    for row in rows:
        row.data = each_secret(row.data, reseal)
        row.save(update_fields=["data"])
        audit.record("second_factor.encrypted_anew", row, by=None)
    return len(rows)


def _check_may_reset(user: User, party: Party, by: User) -> None:
    if user.pk == by.pk:
        raise DomainError(_("Nobody resets their own second factor. Ask another administrator."))
    roles = Membership.objects.current().filter(user=user, party=party)
    held = set(roles.values_list("role", flat=True))
    rights = access_of(by)
    manages = bool(held) and rights.may(Permission.MANAGE_PEOPLE, party)
    opens = RoleCode.COUNTRY_ADMINISTRATOR in held and rights.may(Permission.OPEN_PARTIES)
    if not (manages or opens):
        raise DomainError(_("Your own role does not allow you to reset this second factor."))


def _tell(user: User, by: User) -> None:
    context = {"user": user, "by": by, "link": absolute(reverse("account_login"))}
    with override(user.language or None):
        subject = _("Your second factor for Waypost was reset")
        body = render_to_string("emails/second_factor_reset.txt", context)
    send_mail(subject, body, None, [user.email])
