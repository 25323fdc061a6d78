"""What a workbook of an institution's answers needs, in a constant number of queries."""

from collections.abc import Iterable

from django.db.models import Max, QuerySet

from accounts.access import Access
from accounts.models import Institution, Membership, Party, User
from accounts.permissions import Permission, roles_with
from actionplans.models import CatalogueItem, ProgressUpdate, ReportingPeriod, WorkbookImport
from actionplans.models.periods import in_words
from actionplans.queries.returns import PARTS_TO_MEND
from actionplans.queries.updates import with_people


def led_answers(
    institution: Institution, period: ReportingPeriod, user: User
) -> QuerySet[ProgressUpdate]:
    """The answers that the institution leads in the period, as the user may read them."""
    return answers_visible_to(user).filter(assignment__lead=institution, period=period)


def answers_visible_to(user: User) -> QuerySet[ProgressUpdate]:
    """With what a workbook and its preview name."""
    visible = with_people(ProgressUpdate.objects.visible_to(user))
    return visible.prefetch_related("assignment__item__texts", PARTS_TO_MEND).order_by(
        "assignment__item__position"
    )


def may_work_offline(who: Access, party: Party) -> bool:
    """Whether somebody answers for an institution of the party, or coordinates it."""
    return any(who.may(permission, party) for permission in (Permission.ANSWER, Permission.ENDORSE))


def last_claims(
    updates: Iterable[ProgressUpdate], before: ReportingPeriod
) -> dict[int, tuple[str, str]]:
    """assignment id -> rating and period of its latest earlier answer that was sent: one query."""
    sent = ProgressUpdate.objects.filter(
        assignment__in=[update.assignment_id for update in updates],
        period__opens_at__lt=before.opens_at,
        transmitted_revision__isnull=False,
    ).exclude(transmitted_revision__rating="")
    rows = sent.order_by("period__opens_at")
    claim = "transmitted_revision__rating"
    return {
        assignment: (rating, in_words(period))
        for assignment, rating, period in rows.values_list("assignment", claim, "period__name")
    }


def catalogue_version() -> int:
    """The version of the catalogue that is answered now; 0 without one."""
    newest = CatalogueItem.objects.current().aggregate(newest=Max("version"))["newest"]
    return newest or 0


def coordinators_of(party: Party) -> list[Membership]:
    """Whom to ask about a party's answers."""
    held = Membership.objects.current().filter(party=party, role__in=roles_with(Permission.ENDORSE))
    return list(held.select_related("user", "institution").order_by("user__name"))


def workbooks_sent(user: User, party: Party, period: ReportingPeriod) -> QuerySet[WorkbookImport]:
    """Every workbook of the party and period that the user may look at."""
    visible = WorkbookImport.objects.visible_to(user).filter(party=party, period=period)
    return visible.select_related(
        "party__country", "institution", "period", "sent_by", "accepted_by", "discarded_by"
    ).defer("result")
