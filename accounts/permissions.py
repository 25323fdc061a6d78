"""Rights by name, and roles as named sets of them. Views name a permission, never a role."""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.enums import RoleCode


class Permission(Enum):
    """What somebody may do in a party (or, for the last group, in the portal)."""

    READ = gettext_noop("read the party's signed answers, records and figures")
    ANSWER = gettext_noop("write and submit answers of the own institution")
    SIGN = gettext_noop("sign or return answers of the own institution")
    READ_DRAFTS = gettext_noop("read every answer of the party in every state")
    ENDORSE = gettext_noop("endorse or return answers, send the national answer")
    ENDORSE_IN_NEED = gettext_noop("endorse where no coordinator may")
    ASSIGN = gettext_noop("say which institution answers which item")
    KEEP_RECORDS = gettext_noop("keep the task force's, dialogue's and training's records")
    MANAGE_PEOPLE = gettext_noop("invite people, give and end roles")
    READ_LOG = gettext_noop("read what was done in the party, by whom and when")
    DRAW_REPORTS = gettext_noop("draw the party's reports")
    GRANT_EXTENSIONS = gettext_noop("grant a party more time")
    REVIEW = gettext_noop("review under a mandate")
    COMPARE = gettext_noop("compare the parties under a mandate")
    IMPORT_FIGURES = gettext_noop("import the UN's figures, in DPKO alone")
    OPEN_PARTIES = gettext_noop("open parties, name their first country administrator")
    MANAGE_PERIODS = gettext_noop("open reporting periods")
    GRANT_MANDATES = gettext_noop("grant, extend and revoke mandates")
    MANAGE_ADMINISTRATORS = gettext_noop("invite and end portal administrators")
    SEE_JOBS = gettext_noop("see that jobs run")


@dataclass(frozen=True)
class Role:
    """A named set of permissions, and the roles that its holder may give to others."""

    code: RoleCode
    description: str | Promise
    permissions: frozenset[Permission]
    may_give: frozenset[RoleCode] = frozenset()


_P = Permission
ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(
            RoleCode.CONTRIBUTOR,
            _("Writes the institution's answers, attaches evidence and submits them."),
            frozenset({_P.READ, _P.ANSWER, _P.KEEP_RECORDS}),
        ),
        Role(
            RoleCode.VALIDATOR,
            _("Signs the institution's answers or returns them with a reason."),
            frozenset({_P.READ, _P.SIGN}),
        ),
        Role(
            RoleCode.COORDINATOR,
            _("Puts the national answer together, endorses and sends it."),
            frozenset(
                {
                    _P.READ,
                    _P.READ_DRAFTS,
                    _P.ENDORSE,
                    _P.ASSIGN,
                    _P.KEEP_RECORDS,
                    _P.DRAW_REPORTS,
                    _P.GRANT_EXTENSIONS,
                    _P.IMPORT_FIGURES,
                }
            ),
        ),
        Role(
            RoleCode.COUNTRY_ADMINISTRATOR,
            _("Manages the party's accounts; endorses where no coordinator may."),
            frozenset(
                {
                    _P.READ,
                    _P.READ_DRAFTS,
                    _P.ENDORSE_IN_NEED,
                    _P.MANAGE_PEOPLE,
                    _P.READ_LOG,
                }
            ),
            frozenset(
                {
                    RoleCode.CONTRIBUTOR,
                    RoleCode.VALIDATOR,
                    RoleCode.COORDINATOR,
                    RoleCode.COUNTRY_ADMINISTRATOR,
                    RoleCode.OBSERVER,
                    RoleCode.REVIEWER,
                }
            ),
        ),
        Role(
            RoleCode.OBSERVER,
            _("Reads what the party has signed."),
            frozenset({_P.READ}),
        ),
        Role(
            RoleCode.REVIEWER,
            _("Reviews and compares the parties that a mandate names."),
            frozenset({_P.READ, _P.REVIEW, _P.COMPARE, _P.DRAW_REPORTS, _P.IMPORT_FIGURES}),
        ),
        Role(
            RoleCode.PORTAL_ADMINISTRATOR,
            _("Opens parties and periods, sees that jobs run; reads no answer."),
            frozenset(
                {
                    _P.OPEN_PARTIES,
                    _P.MANAGE_PERIODS,
                    _P.GRANT_MANDATES,
                    _P.MANAGE_ADMINISTRATORS,
                    _P.SEE_JOBS,
                }
            ),
            frozenset({RoleCode.COUNTRY_ADMINISTRATOR, RoleCode.PORTAL_ADMINISTRATOR}),
        ),
    )
}


# What is left in an archived party.
READING = frozenset({_P.READ, _P.READ_DRAFTS, _P.READ_LOG})


def roles_with(permission: Permission) -> list[str]:
    """Codes of the roles that hold the permission."""
    return [code for code, role in ROLES.items() if permission in role.permissions]
