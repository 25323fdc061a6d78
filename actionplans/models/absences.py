"""When people are away, so that others ask their alternate."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import clock, formats


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: date) -> "AbsenceQuerySet":
        """Of people who are away on the day."""
        return self.filter(first_day__lte=day, last_day__gte=day)


class Absence(models.Model):
    """The days on which a person is away, both included; their next absence takes its place."""

    user = models.OneToOneField(User, models.PROTECT, related_name="absence")
    first_day = models.DateField(_("away from"), help_text=_("The first day."))
    last_day = models.DateField(_("until"), help_text=_("The last day."))
    version = models.PositiveIntegerField(default=1, editable=False)
    set_at = models.DateTimeField(default=clock.now)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="absence_last_day_not_before_first",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The absence ends before it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.first_day} - {self.last_day}"

    @property
    def instead(self) -> str:
        """To and of an alternate who is told instead; `user` comes joined."""
        words = {"name": formats.apart(self.user.name), "day": formats.day(self.last_day)}
        return str(_("for %(name)s, who is away until %(day)s") % words)

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day
