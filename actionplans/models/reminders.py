"""That people were reminded of their answers: kept so that nobody is reminded twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Party, User
from actionplans.models.periods import ReportingPeriod
from common import clock


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
