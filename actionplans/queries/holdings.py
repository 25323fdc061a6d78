"""What a person looks after in a party: items as focal point or alternate, drafts they write."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import Access
from accounts.models import Party, User
from accounts.permissions import Permission
from actionplans.enums import UpdateState
from actionplans.models import Assignment, ProgressUpdate, ReturnedPart
from actionplans.queries.updates import authors, may_be_asked, with_people
from common import clock


@dataclass(frozen=True)
class Holding:
    """One item that the person looks after, and its answer as long as that is being written."""

    assignment: Assignment
    # Draft or returned, in a period that is not closed; its `returned_parts` are the pending ones.
    update: ProgressUpdate | None
    is_focal_point: bool
    is_alternate: bool
    is_writer: bool  # the answer goes with them: they wrote in it, and no other is focal point

    def why_not(self, who: Access) -> str | Promise:
        """Why the person cannot take the item; empty where they can."""
        lead = self.assignment.lead
        if self.is_writer and lead.pk not in who.institutions(Permission.ANSWER):
            return _("no contributor of %(institution)s, which its draft needs") % {
                "institution": lead
            }
        ours = (m for m in who.memberships if m.party_id == self.assignment.party_id)
        if may_be_asked(((m.role, m.institution_id) for m in ours), self.assignment):
            return ""
        return _("no role in %(institution)s") % {"institution": lead}


def holdings_of(person: User, party: Party) -> list[Holding]:
    """In the catalogue's order. A draft whose focal point is somebody else stays with them.

    Where several periods are open, what the person wrote stands for the item, else what anybody
    began, else the newest: a later period's untouched draft hides no work.
    """
    written = _being_written(party)
    who_wrote = authors(written)
    theirs = {u.pk for u in written if person.pk in who_wrote.get(u.pk, ())}
    by_weight = sorted(written, key=lambda u: (u.pk in theirs, u.version > 0, u.period.opens_at))
    open_answers = {update.assignment_id: update for update in by_weight}  # the last one stands
    mine = {assignment for assignment, update in open_answers.items() if update.pk in theirs}
    rows = Assignment.objects.filter(party=party).filter(
        Q(focal_point=person) | Q(alternate=person) | Q(focal_point=None, pk__in=mine)
    )
    return [
        Holding(
            assignment=row,
            update=open_answers.get(row.pk),
            is_focal_point=row.focal_point_id == person.pk,
            is_alternate=row.alternate_id == person.pk,
            is_writer=row.pk in mine and row.focal_point_id in (None, person.pk),
        )
        for row in rows.select_related("item", "lead", "party__country").prefetch_related(
            "item__texts"
        )
    ]


def _being_written(party: Party) -> list[ProgressUpdate]:
    """Drafts and returned answers of periods that are not over, and reopened ones of any."""
    now = clock.now()
    not_over = Q(period__opens_at__lte=now, period__closes_at__gt=now)
    to_be_mended = ReturnedPart.objects.pending().select_related("returned_by")
    found = ProgressUpdate.objects.filter(
        not_over | Q(reopened_at__isnull=False),
        assignment__party=party,
        state__in=(UpdateState.DRAFT, UpdateState.RETURNED),
    )
    return list(with_people(found.prefetch_related(Prefetch("returned_parts", to_be_mended))))
