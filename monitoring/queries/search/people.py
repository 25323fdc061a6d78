"""People of a party, for those who manage them: only they have a page of each."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.models import AuditEvent, Membership, User
from monitoring.enums import SearchKind
from monitoring.queries.search.sources import Draft, Rights, Shown, Source, is_about, subject_of

STANDING = Q(ended_at__isnull=True, user__is_active=True, party__isnull=False)

MANAGERS = Rights(lambda reader: reader.managed, lambda reader: Q(party__in=sorted(reader.managed)))


class People(Source):
    """Whoever has a role in a party, once in each, by name and e-mail address."""

    code, kind, rights = "person", SearchKind.PERSON, MANAGERS
    model = User

    def drafts(self, ids: Collection[int]) -> Iterator[Draft]:
        held = Membership.objects.filter(STANDING, user__in=ids)
        rows = held.order_by("user", "party").values_list(
            "user", "party", "user__name", "user__email"
        )
        for user, party, name, email in rows.distinct():
            yield Draft(user, party, name, email)

    def touched_by(self, event: AuditEvent) -> Collection[int]:
        found = {event.details.get("user"), event.details.get("leaver")}
        if is_about(event, User):
            found.update(subject_of(event))
        if event.action == "invitation.accepted":
            found.add(event.by_id)
        return sorted(found - {None})

    def shown(self, entries: Iterable[Any]) -> dict[int, Shown]:
        entries = list(entries)
        names = dict(
            User.objects.filter(pk__in=[e.object_id for e in entries]).values_list("pk", "name")
        )
        return {
            e.pk: Shown(
                names[e.object_id], reverse("accounts:person", args=[e.party.code, e.object_id])
            )
            for e in entries
        }
