"""Who is told that a party asks for more time, or gets none. What is granted is in `periods`."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Frequency, PartyKind
from accounts.models import Membership, Party, User
from accounts.notifications import Kind
from accounts.permissions import Permission, roles_with

P = Permission


@dataclass(frozen=True, kw_only=True)
class TimeNotification(Kind):
    """One kind of mail about more time: told at once, because a deadline hangs on it."""

    subject: str | Promise

    @property
    def default(self) -> Frequency:
        return Frequency.AT_ONCE


TIME: dict[str, TimeNotification] = {
    n.code: n
    for n in (
        TimeNotification(
            code="extension.request",
            label=_("A party asks for more time"),
            subject=_("%(party)s, %(period)s: asks for more time"),
            sentence=_("A party asks for more time, with a reason. It waits for your decision."),
            waits_for_act=True,
            concerns=frozenset({P.GRANT_EXTENSIONS}),
        ),
        TimeNotification(
            code="extension.refuse",
            label=_("Your party gets no more time"),
            subject=_("%(party)s, %(period)s: no more time"),
            sentence=_("DPKO refused your request for more time. The page says why."),
            waits_for_act=False,
            concerns=frozenset({P.ENDORSE}),
        ),
    )
}


def told_of_time(action: str, parties: Iterable[Party], by: User) -> list[User]:
    """DPKO's coordinators of a request; the parties' own of a refusal."""
    asks = action == "extension.request"
    right = P.GRANT_EXTENSIONS if asks else P.ENDORSE
    members = Membership.objects.current().filter(role__in=roles_with(right))
    of_whom = {"party__kind": PartyKind.DPKO} if asks else {"party__in": list(parties)}
    people = members.filter(**of_whom).exclude(user=by).values("user")
    return list(User.objects.filter(pk__in=people))
