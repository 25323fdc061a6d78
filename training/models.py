"""Training that a party gave before deployment and beside it (recommendations of theme 4)."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Party
from accounts.records import Record, RecordQuerySet
from actionplans.models import Evidence
from training.enums import AttendanceState, Audience, SessionKind


class TrainingSessionQuerySet(RecordQuerySet["TrainingSession"]):
    pass


class TrainingSession(Record):
    """One training that was held, with its hours on gender and who attended, by sex."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="training_sessions")
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=SessionKind.choices)
    audience = models.CharField(_("for"), max_length=10, choices=Audience.choices)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    place = models.CharField(_("place"), max_length=120)
    gender_hours = models.PositiveSmallIntegerField(_("hours on gender"))
    attendance = models.CharField(
        _("attendance by sex"), max_length=14, choices=AttendanceState.choices
    )
    women = models.PositiveIntegerField(_("women"), null=True, blank=True)
    men = models.PositiveIntegerField(_("men"), null=True, blank=True)
    national_expertise = models.BooleanField(_("given with national gender expertise"))
    expertise_from = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whose gender expertise"),
    )
    materials = models.ForeignKey(
        Evidence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("programme or attendance list"),
    )

    objects = TrainingSessionQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("training session")
        ordering = ["-ends_on", "-pk"]
        indexes = [models.Index(fields=["party", "ends_on"], name="training_party_ends_on")]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="training_starts_not_after_end",
                condition=Q(starts_on__lte=F("ends_on")),
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                name="training_attendance_by_sex_where_counted",
                condition=Q(
                    attendance=AttendanceState.REPORTED, women__isnull=False, men__isnull=False
                )
                | Q(attendance=AttendanceState.NOT_COLLECTED, women__isnull=True, men__isnull=True),
                violation_error_message=_(
                    "Enter both women and men where they were counted, and neither where not."
                ),
            ),
            models.CheckConstraint(
                name="training_expertise_names_institution",
                condition=Q(national_expertise=True, expertise_from__isnull=False)
                | Q(national_expertise=False, expertise_from__isnull=True),
                violation_error_message=_(
                    "Name the institution whose gender expertise was used, or answer no."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        self.check_days("starts_on", "ends_on")
        self.check_same_party("expertise_from", "materials")

    def get_absolute_url(self) -> str:
        return reverse("training:session", args=[self.party.code, self.pk])

    @property
    def attended(self) -> int | None:
        """Women and men together; None where they were not counted."""
        if self.women is None or self.men is None:
            return None
        return self.women + self.men
