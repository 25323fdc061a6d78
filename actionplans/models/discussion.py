"""What is said beside an answer: remarks, and a reviewer's numbered questions."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, paired
from actionplans.enums import Part
from actionplans.models.updates import ProgressUpdate
from common import clock, formats

# A remark on the whole answer names no part.
REMARK_PARTS = [(value, label) for value, label in Part.choices if value != Part.WHOLE]


class RemarkQuerySet(models.QuerySet["Remark"]):
    def visible_to(self, user: User) -> "RemarkQuerySet":
        """Inside the party to those who may read the answer; shared ones under a mandate too."""
        of_remark = ProgressUpdate.objects.filter(pk=OuterRef("update"))
        inside, outside = of_remark.of_member(user), of_remark.under_mandate(user)
        return self.filter(Exists(inside) | Q(Exists(outside), is_shared=True))


class Remark(models.Model):
    """Something said about an answer. Shared with reviewers if it was sent by then. Append-only."""

    update = models.ForeignKey(ProgressUpdate, models.PROTECT, related_name="remarks")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    part = models.CharField(_("about"), max_length=10, choices=REMARK_PARTS, blank=True)
    text = models.TextField(_("remark"))
    is_shared = models.BooleanField()

    objects = RemarkQuerySet.as_manager()
    append_only = True

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="remark_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="remark_part_is_one_part",
                condition=Q(part__in=["", *dict(REMARK_PARTS)]),
            ),
        ]

    def __str__(self) -> str:
        return formats.named(self.update, formats.day(self.at.date()))

    def get_absolute_url(self) -> str:
        return f"{self.update.get_absolute_url()}#discussion"


class ClarificationQuerySet(models.QuerySet["Clarification"]):
    def visible_to(self, user: User) -> "ClarificationQuerySet":
        """To whoever may read the answer; it is asked on what was sent, so outside too."""
        return self.filter(update__in=ProgressUpdate.objects.visible_to(user).values("pk"))


class Clarification(models.Model):
    """A reviewer's numbered question on a sent answer, which stays where it is meanwhile."""

    update = models.ForeignKey(ProgressUpdate, models.PROTECT, related_name="clarifications")
    number = models.PositiveSmallIntegerField()
    question = models.TextField(_("question"))
    due_at = models.DateTimeField(_("answer by"))
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ClarificationQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["update", "number"], name="clarification_number_unique"
            ),
            paired("answered_at", "answered_by", "clarification_answered_at_and_by"),
            paired("withdrawn_at", "withdrawn_by", "clarification_withdrawn_at_and_by"),
            models.CheckConstraint(
                name="clarification_answer_is_answered",
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="clarification_answered_or_withdrawn",
                condition=Q(answered_at__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="clarification_due_after_asked",
                condition=Q(due_at__gt=F("asked_at")),
                violation_error_message=_("Choose a time after now."),
            ),
            models.CheckConstraint(name="clarification_has_question", condition=~Q(question="")),
        ]

    def __str__(self) -> str:
        return formats.named(self.update, self.number)

    def get_absolute_url(self) -> str:
        return f"{self.update.get_absolute_url()}#clarification-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None

    @property
    def is_overdue(self) -> bool:
        return self.is_open and clock.now() >= self.due_at
