"""A pasted list of people: what each line says, what it would do, and why a line cannot be done."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.enums import RoleCode
from accounts.models import Institution, Invitation, Membership, Party, User
from accounts.services.invitations import Offer

LONGEST_LIST = 200  # lines
HEADINGS = ("e-mail", "email", "e-mail address")


@dataclass(frozen=True)
class Line:
    """One line: its number, its cells as typed, and an offer or the problem; maybe a warning."""

    number: int
    email: str
    name: str
    role: str
    institution: str
    offer: Offer | None = None
    problem: str = ""
    warning: str = ""


def cells_of(text: str) -> list[tuple[int, list[str]]]:
    """(number, cells) of each line with text, without a line of headings; at most four cells."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        separator = next((mark for mark in "\t;," if mark in line), ",")
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
        if any(cells) and cells[0].lower() not in HEADINGS:
            rest = f"{separator} ".join(cells[3:])
            rows.append((number, [*[*cells, "", "", ""][:3], rest]))
    return rows


def digest(lines: Iterable[Line]) -> str:
    """A fingerprint of what would be sent: what is confirmed is what was shown."""
    offers = [repr(line.offer) for line in lines if line.offer]
    return sha256("\n".join(offers).encode()).hexdigest()


class PeopleList:
    """Reads a list for a party, on behalf of `by`, who may give `roles`. Five queries."""

    def __init__(
        self,
        *,
        party: Party,
        roles: Iterable[str],
        by: User,
        valid_until: date | None = None,
        language: str = "",
    ) -> None:
        self.party, self.by = party, by
        self.valid_until, self.language = valid_until, language
        self.roles = set(roles)
        self.role_by_word = {role.value.replace("_", " "): role for role in RoleCode}
        self.role_by_word |= {str(role.label).casefold(): role for role in RoleCode}
        self.institutions = {body.name.casefold(): body for body in party.institutions.all()}

    def read(self, text: str) -> list[Line]:
        rows = cells_of(text)
        emails = {cells[0].lower() for _number, cells in rows}
        held = Membership.objects.filter(party=self.party, ended_at__isnull=True)
        held = held.filter(user__email__in=emails).select_related("user")
        self.held = {(m.user.email, m.role, m.institution_id) for m in held}
        self.members = {m.user.email for m in held}
        self.suspended = {m.user.email for m in held if m.suspended_at}
        pending = Invitation.objects.pending().filter(party=self.party, email__in=emails)
        self.invited = set(pending.values_list("email", "role", "institution"))
        self.seen: set[tuple[str, str, int | None]] = set()
        return [self._line(number, cells) for number, cells in rows]

    def _line(self, number: int, cells: list[str]) -> Line:
        email, name, role_word, body_word = cells
        email = email.lower()
        role = self.role_by_word.get(role_word.replace("_", " ").casefold())
        body = self.institutions.get(body_word.casefold())
        line = (number, email, name, role_word, body_word)
        problem = self._cannot_read(email, name, role, body_word, body)
        if not problem and role:
            problem = self._cannot_invite(email, role, body)
        if problem or role is None:
            return Line(*line, problem=problem)
        offer = Offer(email, name, role.value, body, self.valid_until, self.language)
        return Line(*line, offer=offer, warning=self._warning(email))

    def _cannot_read(
        self,
        email: str,
        name: str,
        role: RoleCode | None,
        body_word: str,
        body: Institution | None,
    ) -> str:
        try:
            validate_email(email)
        except ValidationError:
            return _("This is no e-mail address.")
        if not name or len(name) > 120 or len(email) > 254:
            return _("The name is missing or longer than 120 characters.")
        if role is None:
            return _("No role has this name.")
        if role not in self.roles:
            return _("Your own role does not allow you to give this role.")
        if body_word and body is None:
            return _("This institution is not in the party's list.")
        return ""

    def _cannot_invite(self, email: str, role: RoleCode, body: Institution | None) -> str:
        if role in (RoleCode.CONTRIBUTOR, RoleCode.VALIDATOR) and body is None:
            return _("A contributor or validator belongs to an institution.")
        key = (email, role.value, body.pk if body else None)
        is_repeated = key in self.seen
        self.seen.add(key)
        if is_repeated:
            return _("This line stands in the list twice.")
        if email == self.by.email:
            return _("This is you: nobody changes their own roles.")
        if email in self.suspended:
            return _("This person is suspended in this party.")
        if key in self.held:
            return _("This person holds this role already.")
        if key in self.invited:
            return _("This address is invited to this role already.")
        return ""

    def _warning(self, email: str) -> str:
        if self.party.is_outsider(email):
            return _("The address is outside the party's own domains.")
        return _("Is in the party already and gets one more role.") if email in self.members else ""
