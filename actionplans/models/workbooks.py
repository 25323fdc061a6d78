"""A workbook that was filled without a connection, on its way into the answers."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Party, User, known, paired
from accounts.permissions import Permission
from accounts.reach import Reach
from actionplans.enums import WorkbookState
from actionplans.models.periods import ReportingPeriod
from common import clock
from common.models import StoredFile


class WorkbookImportQuerySet(models.QuerySet["WorkbookImport"]):
    def visible_to(self, user: User) -> "WorkbookImportQuerySet":
        """Of institutions the user may answer for, and of parties the user coordinates."""
        reach = Reach(user)
        return self.filter(
            Q(institution__in=reach.institutions(Permission.ANSWER))
            | Q(party__in=reach.parties(Permission.ENDORSE))
        )


class WorkbookImport(models.Model):
    """One filled workbook that somebody sent, what stands in it, and what was decided.

    `result` holds the cells as they were read ("rows"), or what is wrong with them ("faults"),
    and once taken over what became of each row ("outcome"). What it would change is compared with
    the answers anew whenever it is looked at.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="workbooks")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="workbooks")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="workbooks")
    stored_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+"
    )
    label = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=WorkbookState.choices, default=WorkbookState.READY
    )
    version = models.PositiveIntegerField(default=1)
    result = models.JSONField(default=dict)
    taken = models.PositiveSmallIntegerField(_("answers taken over"), null=True, blank=True)
    sent_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = WorkbookImportQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            known("state", WorkbookState, "workbook_state_known"),
            paired("accepted_at", "accepted_by", "workbook_accepted_at_and_by"),
            paired("discarded_at", "discarded_by", "workbook_discarded_at_and_by"),
            *(
                models.CheckConstraint(
                    name=f"workbook_{state}_at_in_its_state",
                    condition=Q(state=state, **{f"{state}_at__isnull": False})
                    | (~Q(state=state) & Q(**{f"{state}_at__isnull": True})),
                )
                for state in (WorkbookState.ACCEPTED, WorkbookState.DISCARDED)
            ),
            models.CheckConstraint(
                name="workbook_taken_when_accepted",
                condition=Q(state=WorkbookState.ACCEPTED, taken__isnull=False)
                | (~Q(state=WorkbookState.ACCEPTED) & Q(taken__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("actionplans:workbook-import", args=[self.party.code, self.pk])

    @property
    def is_undecided(self) -> bool:
        return self.state in (WorkbookState.READY, WorkbookState.REFUSED)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What stands in each row: update, code, what was typed and what stood there before."""
        found: list[dict[str, Any]] = self.result.get("rows", [])
        return found
