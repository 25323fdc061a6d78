"""A file on its way to a release: sent in the browser, read, looked at, accepted or not."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Country, User
from common import clock
from common.models import StoredFile
from recruitment.enums import ImportState, PersonnelType, RowKind
from recruitment.models.reference import Mission
from recruitment.models.releases import Release

DECIDED = (ImportState.ACCEPTING, ImportState.ACCEPTED, ImportState.DISCARDED)


class Import(models.Model):
    """One file of figures that somebody sent, what was found in it, and what was decided.

    `result` is the object that the command line gives for a trial run of the same file, with
    `skip_rejected` where it has rejected rows and no conflicts. It stays as history; the rows
    of the preview go with the decision.
    """

    stored_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+"
    )
    label = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    published = models.DateField(_("published"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    version = models.PositiveIntegerField(default=1)
    result = models.JSONField(null=True, blank=True)
    why_unreadable = models.TextField(blank=True)
    # The newest release when the figures were compared; None: there was none.
    compared_with = models.ForeignKey(
        Release, models.PROTECT, null=True, blank=True, related_name="+"
    )
    counted_anew = models.BooleanField(default=False)
    sent_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    release = models.ForeignKey(
        Release, models.PROTECT, null=True, blank=True, related_name="imports"
    )

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_state_known", condition=Q(state__in=ImportState.values)
            ),
            models.CheckConstraint(
                name="import_decided_at_and_by",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="import_decided_in_its_states",
                condition=Q(state__in=DECIDED, decided_at__isnull=False)
                | (~Q(state__in=DECIDED) & Q(decided_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="import_release_when_accepted",
                condition=Q(state=ImportState.ACCEPTED, release__isnull=False)
                | (~Q(state=ImportState.ACCEPTED) & Q(release__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("recruitment:import", args=[self.pk])

    @property
    def job_key(self) -> str:
        """The job that this version waits for."""
        return f"import:{self.pk}:{self.version}"

    @property
    def is_awaited(self) -> bool:
        return self.state in (ImportState.UPLOADED, ImportState.READING, ImportState.ACCEPTING)

    @property
    def left_out(self) -> list[dict[str, Any]]:
        """Rows that accepting leaves out."""
        return self.result["rejected"] if self.result else []


class ImportRow(models.Model):
    """One row or figure of a preview: where it stands, what it says, what stood before."""

    imported = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=10, choices=RowKind.choices)
    line = models.PositiveIntegerField()
    country = models.ForeignKey(Country, models.PROTECT, null=True, related_name="+")
    mission = models.ForeignKey(Mission, models.PROTECT, null=True, related_name="+")
    personnel_type = models.CharField(max_length=20, choices=PersonnelType.choices, blank=True)
    month = models.DateField(null=True)
    women = models.PositiveIntegerField(null=True)
    men = models.PositiveIntegerField(null=True)
    women_before = models.PositiveIntegerField(null=True)
    men_before = models.PositiveIntegerField(null=True)
    first_line = models.PositiveIntegerField(null=True)  # of a duplicate: the row it repeats
    text = models.CharField(max_length=300, blank=True)  # of a row that is no figure: its cells

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["imported", "kind"], name="importrow_kind")]

    def __str__(self) -> str:
        return f"{self.kind}, line {self.line}"
