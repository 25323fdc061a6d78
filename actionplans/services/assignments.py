"""Which institution answers which item."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Sector
from accounts.models import Institution, Membership, Party, User
from accounts.services import audit
from actionplans.enums import Actor
from actionplans.models import Assignment, CatalogueItem
from actionplans.services.periods import open_updates
from common.errors import Conflict, DomainError
from common.querysets import compare_and_set


@transaction.atomic
def assign_item(
    *,
    party: Party,
    item: CatalogueItem,
    lead: Institution,
    by: User,
    version: int = 0,
    supporting: Iterable[Institution] = (),
    focal_point: User | None = None,
    alternate: User | None = None,
) -> Assignment:
    """Say who leads, supports and is to be asked. `version` 0 makes the first assignment.

    Whoever is named already stays, also without a role in the party now.
    """
    supporting = list(supporting)
    _refuse_unfit(party, item, lead, supporting)
    _refuse_strangers(party, item, {"focal_point": focal_point, "alternate": alternate})
    if alternate and alternate == focal_point:
        raise DomainError(_("Nobody is their own alternate."), field="alternate")
    assignment, created = Assignment.objects.get_or_create(
        party=party,
        item=item,
        defaults={"lead": lead, "focal_point": focal_point, "alternate": alternate},
    )
    if not created:
        if version == 0:
            raise Conflict(_("Somebody assigned this item while you were working."))
        compare_and_set(
            assignment,
            expected={"version": version},
            lead=lead,
            focal_point=focal_point,
            alternate=alternate,
            version=version + 1,
        )
    assignment.supporting.set(supporting)
    open_updates()
    audit.record("assignment.set", assignment, by=by, party=party, lead=lead.pk)
    return assignment


@transaction.atomic
def assign_items(
    *, party: Party, items: Iterable[CatalogueItem], lead: Institution, by: User
) -> list[Assignment]:
    """Give several items that nobody leads yet to one institution: all of them or none."""
    made = []
    for item in items:
        try:
            made.append(assign_item(party=party, item=item, lead=lead, by=by))
        except DomainError as refusal:
            words = {"item": item.code, "why": refusal.message}
            raise DomainError(_("%(item)s: %(why)s") % words, field=refusal.field) from refusal
    return made


def _refuse_unfit(
    party: Party,
    item: CatalogueItem,
    lead: Institution,
    supporting: list[Institution],
) -> None:
    if not CatalogueItem.objects.applying_to(party).filter(pk=item.pk).exists():
        raise DomainError(_("This item is not addressed to the party."))
    for field, institution in [("lead", lead), *(("supporting", s) for s in supporting)]:
        if institution.party_id != party.pk:
            raise DomainError(_("Choose an institution of the party."), field=field)
    if unfit := unfitness(item, lead, supporting):
        raise DomainError(unfit[1], field=unfit[0])


def _refuse_strangers(party: Party, item: CatalogueItem, named: dict[str, User | None]) -> None:
    members = Membership.objects.current().filter(party=party)
    given = Assignment.objects.filter(party=party, item=item)
    for field, person in named.items():
        if person is None or members.filter(user=person).exists():
            continue
        if not given.filter(**{field: person}).exists():
            raise DomainError(_("Choose a person of the party."), field=field)


def unfitness(
    item: CatalogueItem, lead: Institution, supporting: Iterable[Institution]
) -> tuple[str, str | Promise] | None:
    """The field and the reason why a party's institutions cannot answer the item together."""
    if item.actor == Actor.WOMENS_MACHINERY and lead.sector != Sector.GENDER:
        return "lead", _("An institution for gender equality leads this item.")
    if lead in supporting:
        return "supporting", _("The lead does not support itself.")
    return None
