"""Where people belong, in words, for pages that name them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from accounts.models import Membership, Party, User
from actionplans.queries.updates import Member
from common import formats


def people_of(party: Party) -> dict[int, str]:
    """user id -> the institutions in which the person is a member of the party: one query."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    members = Membership.objects.current().filter(party=party).select_related("institution")
    for member in members:
        found[member.user_id].update({member.institution.name: None} if member.institution else {})
    return {user: formats.listed(names) for user, names in found.items()}


def belongings(
    people: Collection[int], party: Party, members: Mapping[int, Member] | None = None
) -> dict[int, str]:
    """user id -> an institution of the party, or the party the person comes from: one query.

    None where all are among the party's `members`, if they were read before.
    """
    known = members or {}
    found = {pk: known[pk].institution or str(party) for pk in people if pk in known}
    others = [pk for pk in people if pk not in known]
    if not others:
        return found
    rows = Membership.objects.current().filter(user__in=others, party__isnull=False)
    for member in rows.select_related("institution", "party__country"):
        own = member.party_id == party.pk
        where = member.institution or member.party
        if own or member.user_id not in found:
            found[member.user_id] = str(where)
    return found


def places(people: Iterable[int], parties: Iterable[int]) -> dict[tuple[int, int], str]:
    """(party id, user id) -> an institution of the person in that party: one query."""
    rows = Membership.objects.current().filter(
        user__in=list(people), party__in=list(parties), institution__isnull=False
    )
    named = rows.values_list("party_id", "user_id", "institution__name")
    return {(party, user): name for party, user, name in named}


def party_of(people: Iterable[User], parties: Iterable[int]) -> dict[int, int]:
    """user id -> the one of these parties that the person belongs to: one query."""
    rows = Membership.objects.current().filter(user__in=list(people), party__in=list(parties))
    return dict(rows.values_list("user_id", "party_id"))
