"""The guides of /help/: one for each role, and what of them is read from the code itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Access
from accounts.enums import PartyKind, RoleCode
from accounts.models import Party
from accounts.permissions import ROLES, Permission
from accounts.services.invitations import LIFETIME
from actionplans.enums import Verb
from actionplans.queries.moments import BEFORE, EVERY
from actionplans.rules import REPLY_WITHIN, TRANSITIONS, Transition
from actionplans.services.updates import REOPEN_AFTER_CLOSE
from common import formats
from monitoring.context_processors import navigation
from monitoring.queries.queue import REVIEW_WITHIN
from monitoring.queries.start import own_parties

R, P = RoleCode, Permission


@dataclass(frozen=True)
class Guide:
    """One role's guide. `verbs` are the rows of the table of transitions that are its own."""

    slug: str
    role: RoleCode
    title: str | Promise
    verbs: tuple[Verb, ...] = ()

    @property
    def template(self) -> str:
        return f"monitoring/help/{self.slug}.html"


GUIDES: dict[str, Guide] = {
    guide.slug: guide
    for guide in (
        Guide(
            "contributor",
            R.CONTRIBUTOR,
            R.CONTRIBUTOR.label,
            (Verb.SAVE, Verb.SUBMIT, Verb.WITHDRAW),
        ),
        Guide("validator", R.VALIDATOR, R.VALIDATOR.label, (Verb.SIGN, Verb.RETURN)),
        Guide(
            "coordinator",
            R.COORDINATOR,
            R.COORDINATOR.label,
            (Verb.ENDORSE, Verb.SEND, Verb.RETURN, Verb.REPLY),
        ),
        Guide("country-administrator", R.COUNTRY_ADMINISTRATOR, R.COUNTRY_ADMINISTRATOR.label),
        Guide("observer", R.OBSERVER, R.OBSERVER.label),
        Guide("reviewer", R.REVIEWER, R.REVIEWER.label, (Verb.REVIEW, Verb.RETURN, Verb.REOPEN)),
        Guide(
            "dpko-staff",
            R.CONTRIBUTOR,
            gettext_lazy("DPKO staff"),
            (Verb.SAVE, Verb.SUBMIT, Verb.WITHDRAW),
        ),
        Guide("portal-administrator", R.PORTAL_ADMINISTRATOR, R.PORTAL_ADMINISTRATOR.label),
    )
}


def own_guides(who: Access) -> list[Guide]:
    """The guides of the roles that the person holds, in the order of GUIDES."""
    roles = {(m.role, bool(m.party and m.party.kind == PartyKind.DPKO)) for m in who.memberships}
    held = {role for role, _in_dpko in roles}
    found = []
    for guide in GUIDES.values():
        if guide.slug == "dpko-staff":
            is_own = any(in_dpko and role != R.REVIEWER for role, in_dpko in roles)
        elif guide.role == R.CONTRIBUTOR:
            is_own = (R.CONTRIBUTOR, False) in roles
        else:
            is_own = guide.role in held
        if is_own:
            found.append(guide)
    return found


def party_for(who: Access, guide: Guide) -> Party | None:
    """The party that a guide's links lead to: where the person holds the role, else their first."""
    in_role = (m.party for m in who.memberships if m.role == guide.role and m.party)
    return next(in_role, None) or next(iter(own_parties(who)), None)


def places(request: HttpRequest, who: Access, party: Party | None) -> dict[str, dict[str, Any]]:
    """Address of a view -> {label, url}: the lines of the navigation that the person may open."""
    groups = navigation(request, who, party, 0)
    return {item["view"]: item for group in groups for item in group["items"]}


def rights(guide: Guide) -> list[str]:
    """What the role may do, in the words of its permissions."""
    held = ROLES[guide.role].permissions
    return [_(permission.value) for permission in Permission if permission in held]


def given_by(guide: Guide) -> list[str]:
    """The roles whose holders give this one."""
    return [str(role.code.label) for role in ROLES.values() if guide.role in role.may_give]


def way(verbs: Iterable[Verb] = tuple(TRANSITIONS)) -> list[dict[str, Any]]:
    """Rows of the table of transitions, in words."""
    return [_row(TRANSITIONS[verb]) for verb in verbs]


def _row(row: Transition) -> dict[str, Any]:
    return {
        "verb": row.verb.label,
        "sources": formats.listed(state.label for state in row.sources),
        "target": row.target.label if row.target else _("as it was"),
        "who": row.who,
    }


def limits() -> dict[str, int]:
    """Numbers that the guides name, as the code has them."""
    return {
        "invitation_days": LIFETIME.days,
        "review_days": REVIEW_WITHIN.days,
        "reopen_days": REOPEN_AFTER_CLOSE.days,
        "reply_days": REPLY_WITHIN.days,
        "first_reminder": -BEFORE[0],
        "last_reminder": -BEFORE[-1],
        "reminders_every": EVERY,
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        "failed_tries": settings.AXES_FAILURE_LIMIT,
        "rest_hours": settings.AXES_COOLOFF_TIME,
        "megabytes": settings.EVIDENCE_MAX_BYTES // 1024 // 1024,
    }
