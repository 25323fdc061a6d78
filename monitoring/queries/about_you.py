"""What the portal keeps about one person, part by part, for that person alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Frequency
from accounts.models import AuditEvent, Invitation, Mandate, Membership, User
from accounts.notifications import KINDS
from accounts.services.audit import kind_of, words_for
from monitoring.models import Notice

NO_BROWSER = "<unknown>"  # what axes writes where a browser does not say
LATEST = 500  # rows of a part; the log of a long service is cut and says so


@dataclass(frozen=True)
class Part:
    """One table: `heads` for the page, `keys` for the file, the same number of cells a row."""

    key: str
    title: str | Promise
    heads: Sequence[str | Promise]
    keys: Sequence[str]
    rows: Sequence[Sequence[object]]
    is_cut: bool = False


def kept_about(user: User) -> list[Part]:
    """Account, roles, sign-ins and choices: a constant number of queries."""
    return [
        _account(user),
        _roles(user),
        _mandates(user),
        _invitations(user),
        _choices(user),
        _devices(user),
        _sessions(user),
        _sign_ins(user),
        _notices(user),
        _log(user),
    ]


def _part(
    key: str,
    title: str | Promise,
    columns: Mapping[str, str | Promise],
    rows: Iterable[Sequence[object]],
) -> Part:
    rows = list(rows)
    shown = rows[:LATEST]
    return Part(key, title, list(columns.values()), list(columns), shown, len(rows) > LATEST)


def _account(user: User) -> Part:
    columns = {
        "name": _("Name"),
        "email": _("E-mail address"),
        "language": _("Language"),
        "time_zone": _("Time zone"),
        "opened": _("Account since"),
        "last_sign_in": _("Last sign-in"),
    }
    row = (
        user.name,
        user.email,
        user.language,
        user.time_zone,
        user.created_at,
        user.last_login,
    )
    return _part("account", _("Account"), columns, [row])


def _roles(user: User) -> Part:
    columns = {
        "role": _("Role"),
        "party": _("Party"),
        "institution": _("Institution"),
        "since": _("Since"),
        "last_day": _("Last day"),
        "suspended": _("Suspended"),
        "ended": _("Ended"),
    }
    found = Membership.objects.filter(user=user).select_related("party__country", "institution")
    rows = (
        (
            m.get_role_display(),
            m.party and str(m.party),
            m.institution and m.institution.name,
            m.created_at,
            m.valid_until,
            m.suspended_at,
            m.ended_at,
        )
        for m in found.order_by("-created_at")
    )
    return _part("roles", _("Roles"), columns, rows)


def _mandates(user: User) -> Part:
    columns = {
        "role": _("Role"),
        "party": _("Party under review"),
        "from": _("From"),
        "until": _("Until"),
        "declared_conflict": _("Declared conflict of interest"),
        "revoked": _("Revoked"),
    }
    rows = (
        (
            m.get_role_display(),
            m.party and str(m.party),
            m.valid_from,
            m.valid_until,
            m.declared_conflict,
            m.revoked_at,
        )
        for m in Mandate.objects.filter(user=user).select_related("party__country")
    )
    return _part("mandates", _("Mandates"), columns, rows)


def _invitations(user: User) -> Part:
    columns = {
        "name": _("Name"),
        "role": _("Role"),
        "party": _("Party"),
        "invited": _("Invited"),
        "accepted": _("Accepted"),
        "revoked": _("Revoked"),
    }
    found = Invitation.objects.filter(email=user.email).select_related("party__country")
    rows = (
        (
            i.name,
            i.get_role_display(),
            i.party and str(i.party),
            i.invited_at,
            i.accepted_at,
            i.revoked_at,
        )
        for i in found
    )
    return _part("invitations", _("Invitations to your address"), columns, rows)


def _choices(user: User) -> Part:
    columns = {"kind": _("Of what"), "frequency": _("How often")}
    rows = (
        (KINDS[kind].label if kind in KINDS else kind, Frequency(frequency).label)
        for kind, frequency in user.notification_choices.values_list("kind", "frequency")
    )
    return _part("mail_choices", _("Your choices of mail"), columns, rows)


def _devices(user: User) -> Part:
    columns = {"kind": _("Kind"), "added": _("Added"), "last_used": _("Last used")}
    rows = (
        (device.get_type_display(), device.created_at, device.last_used_at)
        for device in Authenticator.objects.filter(user=user)
    )
    return _part("second_factor", _("Second factor and passkeys"), columns, rows)


def _sessions(user: User) -> Part:
    columns = {
        "begun": _("Begun"),
        "last_seen": _("Last seen"),
        "network_address": _("Network address"),
        "browser": _("Browser"),
    }
    fields = ("created_at", "last_seen_at", "ip", "user_agent")
    rows = UserSession.objects.filter(user=user).order_by("-created_at").values_list(*fields)
    return _part("sessions", _("Sessions"), columns, rows[: LATEST + 1])


def _sign_ins(user: User) -> Part:
    columns = {
        "at": _("When"),
        "outcome": _("Outcome"),
        "network_address": _("Network address"),
        "browser": _("Browser"),
    }
    rows = [
        (row["attempt_time"], words, row["ip_address"], row["user_agent"].replace(NO_BROWSER, ""))
        for model, words in (
            (AccessLog, _("signed in")),
            (AccessAttempt, _("failed")),
            (AccessFailureLog, _("failed")),
        )
        for row in model.objects.filter(username=user.email)
        .order_by("-attempt_time")
        .values("attempt_time", "ip_address", "user_agent")[: LATEST + 1]
    ]
    rows.sort(key=lambda row: row[0], reverse=True)
    return _part("sign_ins", _("Sign-ins with your address"), columns, rows)


def _notices(user: User) -> Part:
    columns = {"at": _("When"), "kind": _("Of what"), "told": _("By mail")}
    found = Notice.objects.filter(user=user).values_list("at", "kind", "told_at")
    rows = ((at, words_for(kind), told) for at, kind, told in found[: LATEST + 1])
    return _part("notices", _("What you were told"), columns, rows)


def _log(user: User) -> Part:
    columns = {"at": _("When"), "what": _("What"), "record": _("Record")}
    found = AuditEvent.objects.filter(by_id=user.pk)[: LATEST + 1]
    rows = ((e.at, words_for(e.action), f"{kind_of(e)} {e.subject_id}") for e in found)
    return _part("log", _("What you did"), columns, rows)
