"""An item given to an institution, and its answer in each period."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Party, User, paired
from accounts.permissions import Permission
from accounts.reach import Reach
from actionplans.enums import RATINGS_WITH_REASON, PeriodKind, Rating, UpdateState, Verb
from actionplans.models.absences import Absence
from actionplans.models.catalogue import CatalogueItem
from actionplans.models.evidence import Evidence
from actionplans.models.periods import ReportingPeriod
from common import clock, formats

CONTENT_FIELDS = (
    "narrative",
    "rating",
    "rating_reason",
    "measures",
    "next_steps",
    "unchanged_reason",
)
SIGNED_OR_LATER = (
    UpdateState.SIGNED,
    UpdateState.ENDORSED,
    UpdateState.TRANSMITTED,
    UpdateState.REVIEWED,
)


class Assignment(models.Model):
    """Which institution of a party leads the answer to an item, and who is the focal point."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="assignments")
    item = models.ForeignKey(CatalogueItem, models.PROTECT, related_name="assignments")
    lead = models.ForeignKey(
        Institution, models.PROTECT, related_name="led_assignments", verbose_name=_("lead")
    )
    supporting = models.ManyToManyField(
        Institution,
        related_name="supported_assignments",
        blank=True,
        verbose_name=_("supporting institutions"),
    )
    focal_point = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("focal point"),
    )
    alternate = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("alternate")
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["item__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "item"],
                name="assignment_once_per_item",
                violation_error_message=_("This item is assigned already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.item.get_type_display()} {formats.apart(self.item.code)}"

    @property
    def absence(self) -> Absence | None:
        """Of the focal point, where it holds today; `party` and the absence come joined."""
        found = getattr(self.focal_point, "absence", None)
        return found if found and found.holds_on(self.party.today) else None


class ProgressUpdateQuerySet(models.QuerySet["ProgressUpdate"]):
    def of_member(self, reader: User | Reach) -> "ProgressUpdateQuerySet":
        """Answers of the reader's own parties, as far as the reader's roles let them be read."""
        return self.filter(_read_inside(Reach.of(reader)))

    def under_mandate(self, reader: User | Reach) -> "ProgressUpdateQuerySet":
        """Answers that were transmitted by a party under the reader's mandate."""
        return self.filter(_read_outside(Reach.of(reader)))

    def visible_to(self, reader: User | Reach) -> "ProgressUpdateQuerySet":
        """Own answers, and those `under_mandate`."""
        reach = Reach.of(reader)
        return self.filter(_read_inside(reach) | _read_outside(reach))

    def sent_before(self) -> "ProgressUpdateQuerySet":
        """For a subquery: what was sent on the outer answer's item before, the latest first."""
        return self.filter(
            assignment=OuterRef("assignment"),
            period__opens_at__lt=OuterRef("period__opens_at"),
            transmitted_revision__isnull=False,
        ).order_by("-period__opens_at")

    def carrying(self) -> "ProgressUpdateQuerySet":
        """Untouched answers of interim periods whose item was answered before: that one stands."""
        return self.filter(_earlier_stands())

    def asked(self) -> "ProgressUpdateQuerySet":
        """All but those on which an earlier answer stands."""
        return self.exclude(_earlier_stands())

    def carried(self) -> "ProgressUpdateQuerySet":
        """The earlier answers that stand in place of these."""
        before = ProgressUpdate.objects.sent_before().values("pk")[:1]
        rows = self.carrying().annotate(before=Subquery(before))
        return ProgressUpdate.objects.filter(pk__in=rows.values("before"))


def _read_inside(reach: Reach) -> Q:
    return (
        Q(assignment__lead__in=reach.institutions())
        | Q(assignment__party__in=reach.parties(Permission.READ_DRAFTS))
        | Q(assignment__party__in=reach.parties(), state__in=SIGNED_OR_LATER)
    )


def _read_outside(reach: Reach) -> Q:
    return Q(assignment__party__in=reach.reviewed(), transmitted_revision__isnull=False)


def _earlier_stands() -> Q:
    before = Exists(ProgressUpdate.objects.sent_before())
    return Q(before, period__kind=PeriodKind.INTERIM, version=0)


class ProgressUpdate(models.Model):
    """A party's answer on one item in one period: what was done, how far, by what measures.

    The live row is the party's; everybody outside reads `transmitted_revision`.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="updates")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="updates")
    state = models.CharField(max_length=12, choices=UpdateState.choices, default=UpdateState.DRAFT)
    version = models.PositiveIntegerField(default=0)

    narrative = models.TextField(_("what was done"), blank=True)
    rating = models.CharField(_("rating"), max_length=10, choices=Rating.choices, blank=True)
    rating_reason = models.TextField(_("reason for the rating"), blank=True)
    measures = models.TextField(_("measures in this period"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    # Set when the answer of the period before was declared to hold, with the reason.
    unchanged_reason = models.TextField(_("why nothing changed"), blank=True)
    evidence = models.ManyToManyField(Evidence, through="EvidenceUse", related_name="updates")

    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    endorsed_at = models.DateTimeField(null=True, blank=True)
    endorsed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    transmitted_at = models.DateTimeField(null=True, blank=True)
    transmitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=10, choices=Rating.choices, blank=True)
    verdict_reason = models.TextField(_("reason for the verdict"), blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    party_reply = models.TextField(_("the party's reply"), blank=True)

    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # The first of its returned parts: so the database holds that there is a reason.
    returned_for = models.ForeignKey(
        "ReturnedPart", models.PROTECT, null=True, blank=True, related_name="+"
    )
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reopen_reason = models.TextField(_("reason"), blank=True)
    # A returned or reopened answer stays editable until then.
    editable_until = models.DateTimeField(null=True, blank=True)
    # When what stands outside was sent after a reopening; it goes with `transmitted_revision`.
    amended_at = models.DateTimeField(null=True, blank=True)
    # Set while the text is newer than the last revision: docs/adr/0008-autosave.md.
    autosaved_at = models.DateTimeField(null=True, blank=True)
    autosaved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    transmitted_revision = models.ForeignKey(
        "UpdateRevision", models.PROTECT, null=True, blank=True, related_name="transmitted_for"
    )

    objects = ProgressUpdateQuerySet.as_manager()

    class Meta:
        ordering = ["assignment__item__position", "period"]
        indexes = [  # few are open again, and every page asks whether one waits
            models.Index(
                fields=["reopened_at"],
                name="update_reopened",
                condition=Q(reopened_at__isnull=False),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "period"], name="update_once_per_assignment_and_period"
            ),
            *(
                paired(f"{verb}_at", f"{verb}_by", f"update_{verb}_at_and_by")
                for verb in (
                    "submitted",
                    "signed",
                    "endorsed",
                    "transmitted",
                    "reviewed",
                    "replied",
                    "returned",
                    "reopened",
                    "autosaved",
                )
            ),
            *(
                models.CheckConstraint(
                    name=f"update_{state}_has_{field}",
                    condition=~Q(state=state) | Q(**{f"{field}__isnull": False}),
                )
                for state, field in (
                    ("submitted", "submitted_at"),
                    ("signed", "signed_at"),
                    ("endorsed", "endorsed_at"),
                    ("transmitted", "transmitted_at"),
                    ("transmitted", "transmitted_revision"),
                    ("reviewed", "reviewed_at"),
                    ("returned", "returned_at"),
                )
            ),
            models.CheckConstraint(
                name="update_reason_where_rating_needs_one",
                condition=~Q(rating__in=RATINGS_WITH_REASON) | ~Q(rating_reason=""),
                violation_error_message=_("Say why: this rating needs a reason."),
            ),
            models.CheckConstraint(
                name="update_verdict_reason_where_it_differs",
                condition=Q(verdict="") | Q(verdict=F("rating")) | ~Q(verdict_reason=""),
                violation_error_message=_("The verdict differs from the claim: say why."),
            ),
            models.CheckConstraint(
                name="update_return_has_reason",
                condition=Q(returned_at__isnull=True, returned_for__isnull=True)
                | Q(returned_at__isnull=False, returned_for__isnull=False),
                violation_error_message=_("Say why the answer is returned."),
            ),
            models.CheckConstraint(
                name="update_reply_to_a_differing_verdict",
                condition=Q(replied_at__isnull=True, party_reply="")
                | (
                    Q(replied_at__isnull=False, state=UpdateState.REVIEWED)
                    & ~Q(party_reply="")
                    & ~Q(verdict="")
                    & ~Q(verdict=F("rating"))
                ),
                violation_error_message=_("A reply needs words and a verdict that differs."),
            ),
            models.CheckConstraint(
                name="update_reopening_has_reason_and_expiry",
                condition=Q(reopened_at__isnull=True)
                | (~Q(reopen_reason="") & Q(editable_until__isnull=False)),
                violation_error_message=_("Say why the answer is reopened, and until when."),
            ),
        ]

    @property
    def was_sent(self) -> bool:
        """Whether everybody outside the party reads a text of it, be it an earlier one."""
        return self.transmitted_revision_id is not None

    @property
    def deadline(self) -> datetime:
        """When drafts lock: the due instant or the extension's end. See `with_people`."""
        if "extended_until" in self.__dict__:
            return self.__dict__["extended_until"] or self.period.due_at
        return self.period.deadline_for(self.assignment.party)

    def __str__(self) -> str:
        return formats.named(self.assignment, self.period)

    def get_absolute_url(self) -> str:
        return reverse("monitoring:update", args=[self.assignment.party.code, self.pk])


class UpdateRevision(models.Model):
    """The whole answer as each save and transition left it, with who and when. Append-only."""

    update = models.ForeignKey(ProgressUpdate, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=10, choices=Verb.choices)
    state = models.CharField(max_length=12, choices=UpdateState.choices)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)
    narrative = models.TextField(blank=True)
    rating = models.CharField(max_length=10, choices=Rating.choices, blank=True)
    rating_reason = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)
    unchanged_reason = models.TextField(blank=True)
    evidence = models.ManyToManyField(Evidence, related_name="revisions")
    verdict = models.CharField(max_length=10, choices=Rating.choices, blank=True)
    verdict_reason = models.TextField(blank=True)
    party_reply = models.TextField(blank=True)

    append_only = True

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["at"], name="revision_at")]  # what happened lately
        constraints = [
            models.UniqueConstraint(fields=["update", "number"], name="revision_number_unique")
        ]

    def __str__(self) -> str:
        return f"{self.update} #{self.number}"


class Submission(models.Model):
    """A party's national answer for a period, as its coordinator first sent it. Append-only."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="submissions")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="submissions")
    sent_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    on_time = models.BooleanField()
    answers = models.PositiveSmallIntegerField()

    append_only = True

    class Meta:
        ordering = ["-sent_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "period"],
                name="submission_once_per_party_and_period",
                violation_error_message=_("The national answer for this period was sent already."),
            )
        ]

    def __str__(self) -> str:
        return formats.named(self.party, self.period)


class Amendment(models.Model):
    """A later, numbered part of a national answer, on time or late by itself. Append-only."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    on_time = models.BooleanField()
    answers = models.PositiveSmallIntegerField()

    append_only = True

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="amendment_number_unique")
        ]

    def __str__(self) -> str:
        return f"{self.submission}, {self.number}"
