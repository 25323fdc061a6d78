"""What a person says of themselves: name, language, time zone, how often they want mail."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import NotificationChoice, Party, User
from accounts.notifications import KINDS, choices_of
from accounts.services import audit
from common.errors import DomainError
from common.querysets import compare_and_set, lock

FIELDS = ("name", "language", "time_zone")


@transaction.atomic
def change_profile(
    *, by: User, name: str, language: str, time_zone: str, choices: Mapping[str, str]
) -> User:
    """Write the person's own profile as one change; `choices` are kind -> frequency.

    A Conflict where the profile is no longer as `by` was read.

    Empty language: as the browser asks; empty time zone: the first own party's. Kinds that
    `choices` does not name stay as they are.
    """
    row = lock(User.objects.filter(pk=by.pk)).get()
    values = {"name": _clean_name(name), "language": language, "time_zone": time_zone}
    _refuse_unknown(language, time_zone, choices)
    before = {field: getattr(by, field) for field in FIELDS}
    changed = [field for field in FIELDS if values[field] != before[field]]
    compare_and_set(row, expected=before, **values)
    changed += _choose(row, choices)
    # A new name is everybody's business in the party; the rest is the person's own.
    party = Party.objects.of_member(row).first() if "name" in changed else None
    audit.record("profile.changed", row, by=by, party=party, changed=changed)
    return row


@transaction.atomic
def choose_language(*, by: User, language: str) -> User:
    """Keep the language that the person switched to."""
    _refuse_unknown(language, "", {})
    row = lock(User.objects.filter(pk=by.pk)).get()
    compare_and_set(row, expected={"language": by.language}, language=language)
    audit.record("profile.changed", row, by=by, changed=["language"])
    return row


def _clean_name(name: str) -> str:
    try:
        return str(User._meta.get_field("name").clean(name.strip(), None))
    except ValidationError as error:
        raise DomainError(" ".join(error.messages), field="name") from error


def _refuse_unknown(language: str, time_zone: str, choices: Mapping[str, str]) -> None:
    if language and language not in dict(settings.LANGUAGES):
        raise DomainError(_("Waypost does not speak this language."), field="language")
    if time_zone and time_zone not in available_timezones():
        raise DomainError(_("This time zone is not known."), field="time_zone")
    for kind, frequency in choices.items():
        if kind not in KINDS or frequency not in KINDS[kind].frequencies:
            raise DomainError(_("Choose how often you want this mail."))


def _choose(by: User, choices: Mapping[str, str]) -> list[str]:
    """Store what differs from what holds; returns the kinds."""
    present = choices_of(by)
    changed = [kind for kind, frequency in choices.items() if frequency != present[kind]]
    for kind in changed:
        NotificationChoice.objects.update_or_create(
            user=by, kind=kind, defaults={"frequency": choices[kind]}
        )
    return changed
