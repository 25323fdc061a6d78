"""Which parties have single sign-on, and which account a provider's word opens."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from accounts.models import Membership, Party, User


def offered() -> list[Party]:
    """Parties, open ones, whose people may sign in with their own account; by name."""
    if not settings.SINGLE_SIGN_ON:
        return []
    parties = Party.objects.filter(code__in=settings.SINGLE_SIGN_ON, archived_at__isnull=True)
    return sorted(parties.select_related("country"), key=lambda party: party.display_name)


def verified_address(sociallogin: Any) -> str:
    """The e-mail address that the provider says it has checked; "" where it says nothing of it."""
    checked = [one.email for one in sociallogin.email_addresses if one.verified is True]
    return checked[0].strip().lower() if checked else ""


def account_for(code: str, address: str) -> User | None:
    """The account with this address among the people of the party now."""
    there = Membership.objects.current().filter(
        user=OuterRef("pk"), party__code=code, party__archived_at__isnull=True
    )
    return User.objects.filter(Exists(there), email=address).first()
