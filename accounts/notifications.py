"""The kinds of events that people are told of, and how often each wants to be told by mail.

An app puts its kinds here from its apps.py; who is told and in which words is in the app's own
notifications.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.access import Access
from accounts.enums import Frequency
from accounts.models import NotificationChoice, User
from accounts.permissions import Permission


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind. `code` is the action of the AuditEvent that it tells of.

    What waits for the reader's act comes by mail in any case. It is told at once unless the kind
    says how it is `usually` told: what comes in series is gathered. What a person sent by hand
    (`on_request`) comes at once, and there is nothing to choose. What `asks` for several things
    is told as long as one of them waits.
    """

    code: str
    label: str | Promise
    sentence: str | Promise
    waits_for_act: bool
    concerns: frozenset[Permission]  # who holds one of these may be told
    on_request: bool = False
    asks: bool = False
    usually: Frequency | None = None

    @property
    def default(self) -> Frequency:
        return self.usually or (Frequency.AT_ONCE if self.waits_for_act else Frequency.DAILY)

    @property
    def frequencies(self) -> list[Frequency]:
        """What a person may choose."""
        if self.on_request:
            return [Frequency.AT_ONCE]
        return [f for f in Frequency if f != Frequency.NEVER or not self.waits_for_act]


KINDS: dict[str, Kind] = {}


def add_kinds(kinds: Iterable[Kind]) -> None:
    """Let an app say what people are told of."""
    KINDS.update({kind.code: kind for kind in kinds})


def kinds_for(who: Access) -> list[Kind]:
    """The kinds that a person with these roles may be told of, and chooses how often."""
    return [
        kind
        for kind in KINDS.values()
        if not kind.on_request and any(who.may(p) for p in kind.concerns)
    ]


def choices_of(user: User) -> dict[str, Frequency]:
    """kind -> how often the person wants mail of it, for every kind: one query."""
    chosen = dict(user.notification_choices.values_list("kind", "frequency"))
    return {code: _allowed(kind, chosen.get(code)) for code, kind in KINDS.items()}


def frequencies(kind: Kind, people: Iterable[User]) -> dict[int, Frequency]:
    """user id -> how often each wants mail of the kind: one query."""
    people = list(people)
    rows = NotificationChoice.objects.filter(user__in=people, kind=kind.code)
    chosen = dict(rows.values_list("user_id", "frequency"))
    return {person.pk: _allowed(kind, chosen.get(person.pk)) for person in people}


def _allowed(kind: Kind, chosen: str | None) -> Frequency:
    """The choice, unless the kind came to wait for an act after it was made."""
    return Frequency(chosen) if chosen in kind.frequencies else kind.default
