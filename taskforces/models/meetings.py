"""Meetings of the task force and what they decided (action point a)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Party
from accounts.records import Record, RecordQuerySet
from actionplans.models import Evidence
from taskforces.models.taskforce import Seat, TaskForce


class MeetingQuerySet(RecordQuerySet["Meeting"]):
    party_path = "task_force__party"


class Meeting(Record):
    """One meeting that the task force held: when, on what, who was there, its minutes."""

    task_force = models.ForeignKey(TaskForce, models.PROTECT, related_name="meetings")
    date = models.DateField(_("date"))
    subject = models.CharField(_("subject"), max_length=200)
    seats_present = models.ManyToManyField(
        Seat, related_name="meetings", verbose_name=_("seats present")
    )
    minutes = models.ForeignKey(
        Evidence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("minutes"),
    )

    objects = MeetingQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("meeting")
        ordering = ["-date", "-pk"]
        indexes = [models.Index(fields=["task_force", "date"], name="meeting_task_force_date")]

    def __str__(self) -> str:
        return self.subject

    def clean(self) -> None:
        self.check_days("date")
        self.check_same_party("minutes")
        if self.date and self.date < self.task_force.established_on:
            raise ValidationError({"date": _("The task force was not set up yet on this day.")})

    def get_absolute_url(self) -> str:
        return reverse("taskforces:meeting", args=[self.record_party.code, self.pk])

    @property
    def record_party(self) -> Party:
        return self.task_force.party


class DecisionQuerySet(RecordQuerySet["Decision"]):
    party_path = "meeting__task_force__party"


class Decision(Record):
    """What a meeting decided, by when it is to be done, and when it was."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    text = models.TextField(_("decision"))
    due = models.DateField(_("to be done by"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("decision")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        self.check_days("done_on")
        for field in ("due", "done_on"):
            day = getattr(self, field)
            if day and day < self.meeting.date:
                raise ValidationError({field: _("This is before the meeting that decided it.")})

    def get_absolute_url(self) -> str:
        return self.meeting.get_absolute_url()

    @property
    def record_party(self) -> Party:
        return self.meeting.record_party
