"""Deployment figures: what holds now, what held before, and what a release left out."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Country
from recruitment.enums import PersonnelType
from recruitment.models.reference import Mission
from recruitment.models.releases import Release, Source


class Deployment(models.Model):
    """How many women and men of one type a country had in a mission at the end of a month.

    The current figure: what it replaced stays in DeploymentRevision. `month` is stored as the
    month's first day. `absent_from` is the latest release that covers the month and lacks it.
    """

    # The unique index below leads with source, country and month and serves every look-up.
    country = models.ForeignKey(Country, models.PROTECT, related_name="deployments", db_index=False)
    mission = models.ForeignKey(Mission, models.PROTECT, related_name="deployments", db_index=False)
    personnel_type = models.CharField(
        _("personnel type"), max_length=20, choices=PersonnelType.choices
    )
    month = models.DateField(_("month"))
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False)
    women = models.PositiveIntegerField(_("women"))
    men = models.PositiveIntegerField(_("men"))
    release = models.ForeignKey(Release, models.PROTECT, related_name="deployments", db_index=False)
    line = models.PositiveIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=60)  # heading of the women's cell
    absent_from = models.ForeignKey(
        Release, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "country", "month", "mission", "personnel_type"],
                name="deployment_figure_once",
                violation_error_message=_("There is a figure for this combination already."),
            ),
            models.CheckConstraint(
                name="deployment_type_known",
                condition=Q(personnel_type__in=PersonnelType.values),
            ),
            models.CheckConstraint(name="deployment_month_is_first_day", condition=Q(month__day=1)),
        ]
        indexes = [
            models.Index(fields=["source", "month"], name="deployment_source_month"),
            # When staff officers began to be counted apart is asked on every country's page.
            models.Index(
                fields=["source", "month"],
                name="deployment_staff_officers",
                condition=Q(personnel_type=PersonnelType.STAFF_OFFICER),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country_id} {self.mission_id} {self.personnel_type} {self.month:%Y-%m}"

    @property
    def all(self) -> int:
        """Women and men together."""
        return self.women + self.men


class DeploymentRevision(models.Model):
    """A figure that a later release replaced, with the place it stood at."""

    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="revisions")
    women = models.PositiveIntegerField(_("women"))
    men = models.PositiveIntegerField(_("men"))
    release = models.ForeignKey(Release, models.PROTECT, related_name="+", db_index=False)
    line = models.PositiveIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=60)
    replaced_by = models.ForeignKey(Release, models.PROTECT, related_name="revisions")

    append_only = True

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "replaced_by"], name="revision_once_per_release"
            )
        ]

    def __str__(self) -> str:
        return f"{self.women} + {self.men}"


class Absence(models.Model):
    """That a release covers a figure's month and does not list the figure."""

    deployment = models.ForeignKey(
        Deployment, models.PROTECT, related_name="absences", db_index=False
    )
    release = models.ForeignKey(Release, models.PROTECT, related_name="absences", db_index=False)

    append_only = True

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "deployment"], name="absence_once_per_release"
            )
        ]

    def __str__(self) -> str:
        return f"{self.deployment_id} {self.release_id}"


class PublishedTotal(models.Model):
    """A country's women and men of a month as published in one sum, without mission or type.

    `month` is stored as the month's first day.
    """

    country = models.ForeignKey(
        Country, models.PROTECT, related_name="published_totals", db_index=False
    )
    month = models.DateField(_("month"))
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    women = models.PositiveIntegerField(_("women"))
    men = models.PositiveIntegerField(_("men"))
    label = models.CharField(_("label"), max_length=255)

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "month", "source"],
                name="published_total_once",
                violation_error_message=_("There is a total for this month already."),
            ),
            models.CheckConstraint(
                name="published_total_month_is_first_day", condition=Q(month__day=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country_id} {self.month:%Y-%m}"

    @property
    def all(self) -> int:
        """Women and men together."""
        return self.women + self.men
