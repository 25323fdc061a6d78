"""That people were reminded of their answers: kept so that nobody is reminded twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Party, User
from actionplans.models.periods import ReportingPeriod
from common import clock


class Reminder(models.Model):
    """The system told a party's people of a moment of a period, as far as anybody was to be told.

    Append-only and unique, so that a tick that comes twice or dies half-way tells once. `of` is
    the opening or the deadline, and `days` how many days after it the moment is: before it, less
    than 0. A deadline that moves has moments of its own.
    """

    kind = models.CharField(max_length=60)  # of notifications.PERIOD_NOTIFICATIONS
    party = models.ForeignKey(Party, models.PROTECT, related_name="reminders")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="reminders")
    of = models.DateTimeField()
    days = models.SmallIntegerField()
    at = models.DateTimeField(default=clock.now)

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period", "party", "kind", "of", "days"], name="reminder_once_a_moment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.party}, {self.period}"


class PersonalReminder(models.Model):
    """A coordinator asked one person for the answers they hold. Append-only.

    Once a person and day of the party, whatever the period: more would be pestering.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="personal_reminders")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    day = models.DateField()  # in the party's time zone
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "user", "day"],
                name="personalreminder_once_a_day",
                violation_error_message=_("This person was reminded today already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.day}"
