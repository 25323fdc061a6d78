"""Why parts of an answer were sent back, and what became of each."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, paired
from actionplans.enums import Part, ReturnOutcome, UpdateState
from actionplans.models.updates import ProgressUpdate, UpdateRevision
from common import clock


class ReturnedPartQuerySet(models.QuerySet["ReturnedPart"]):
    def pending(self) -> "ReturnedPartQuerySet":
        """Those that hold their answer: all its other parts are locked."""
        return self.filter(settled_at__isnull=True)

    def by_reviewers(self) -> "ReturnedPartQuerySet":
        """Returns of what the party had transmitted: both sides know of them."""
        return self.filter(revision__state=UpdateState.TRANSMITTED)


class ReturnedPart(models.Model):
    """One part that was sent back, with the reason. Rows stay as the answer's history.

    A row is pending until the next holder passes the answer on or returns it anew. As long as
    there is one, only the parts of pending rows may be written, whatever the state.
    """

    update = models.ForeignKey(ProgressUpdate, models.PROTECT, related_name="returned_parts")
    part = models.CharField(max_length=10, choices=Part.choices)
    reason = models.TextField(_("reason"))
    # The answer as it was sent back: what is compared with what comes again.
    revision = models.ForeignKey(UpdateRevision, models.PROTECT, related_name="returned_parts")
    returned_at = models.DateTimeField(default=clock.now)
    returned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    # Submitted again; empty once more where that was withdrawn.
    mended_at = models.DateTimeField(null=True, blank=True)
    mended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=14, choices=ReturnOutcome.choices, blank=True)

    objects = ReturnedPartQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="returned_part_has_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why the answer is returned."),
            ),
            paired("mended_at", "mended_by", "returned_part_mended_at_and_by"),
            models.CheckConstraint(
                name="returned_part_settled_has_outcome",
                condition=Q(settled_at__isnull=True, outcome="")
                | (Q(settled_at__isnull=False) & ~Q(outcome="")),
            ),
            models.UniqueConstraint(
                fields=["update", "part"],
                condition=Q(settled_at__isnull=True),
                name="returned_part_pending_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.update}: {self.get_part_display()}"

    @property
    def is_lapsed(self) -> bool:
        return self.outcome == ReturnOutcome.LAPSED
