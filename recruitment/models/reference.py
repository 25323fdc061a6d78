"""Reference data: missions, and the lines that women's shares are held against."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.enums import MissionKind


class Mission(models.Model):
    """A United Nations mission that carries uniformed personnel."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=16, choices=MissionKind.choices)
    start = models.DateField(_("start"), null=True, blank=True)
    end = models.DateField(_("end"), null=True, blank=True)
    aliases = models.JSONField(default=list)  # other codes that files use for it
    successors = models.ManyToManyField(
        "self", symmetrical=False, related_name="predecessors", blank=True
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="mission_kind_known", condition=Q(kind__in=MissionKind.values)
            ),
            models.CheckConstraint(
                name="mission_start_not_after_end",
                condition=Q(start__isnull=True) | Q(end__isnull=True) | Q(start__lte=F("end")),
                violation_error_message=_("A mission ends after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ParityTarget(models.Model):
    """Women's share that the UN's parity strategy asks of a group of types for one year.

    `derived` marks a year between two published ones, interpolated linearly.
    """

    group = models.CharField(max_length=60)  # personnel types, joined by "+"
    personnel_types = models.JSONField()  # the types that are counted together
    year = models.PositiveSmallIntegerField(_("year"))
    percent = models.DecimalField(_("per cent"), max_digits=4, decimal_places=1)
    derived = models.BooleanField(_("derived"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        ordering = ["group", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "year"],
                name="target_once_per_group_and_year",
                violation_error_message=_("This group has a target for the year already."),
            ),
            models.CheckConstraint(
                name="target_percent_within_hundred",
                condition=Q(percent__gte=0, percent__lte=100),
                violation_error_message=_("A share is between 0 and 100 per cent."),
            ),
            models.CheckConstraint(
                name="target_from_2018",
                condition=Q(year__gte=2018),
                violation_error_message=_("The UN's parity targets begin in 2018."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.year}: {self.percent}"


class Commitment(models.Model):
    """A share that DPKO has committed itself to, whatever the year (recommendation 3.2)."""

    personnel_types = models.JSONField()
    percent = models.DecimalField(_("per cent"), max_digits=4, decimal_places=1)
    source = models.CharField(_("source"), max_length=200, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="commitment_percent_within_hundred",
                condition=Q(percent__gte=0, percent__lte=100),
                violation_error_message=_("A share is between 0 and 100 per cent."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.percent}"
