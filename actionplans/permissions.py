"""What somebody may do that no role in the page's own party says."""

from accounts.access import Access
from accounts.enums import PartyKind
from accounts.permissions import Permission


def grants_time(who: Access) -> bool:
    """Whether the person may give parties more time: that right in DPKO's own party."""
    return any(
        who.may(Permission.GRANT_EXTENSIONS, m.party)
        for m in who.memberships
        if m.party and m.party.kind == PartyKind.DPKO
    )
