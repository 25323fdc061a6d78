"""What a supporting institution gives towards the answer that another one leads."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, User, paired
from accounts.permissions import Permission
from accounts.reach import Reach
from actionplans.enums import ContributionState, Verb
from actionplans.models.evidence import Evidence
from actionplans.models.updates import ProgressUpdate
from common import clock, formats

CONTRIBUTION_TEXTS = ("text", "measures")
# What the lead institution may read: signed, or handed on where nobody may sign.
HANDED_OVER = Q(state=ContributionState.SIGNED) | Q(
    state=ContributionState.SUBMITTED, is_sign_skipped=True
)


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def visible_to(self, reader: User | Reach) -> "ContributionQuerySet":
        """The own institution's in every state, the coordinator's party's too; what is handed
        over to the lead institution, and to others of the party once they may read the answer."""
        reach = Reach.of(reader)
        readable = ProgressUpdate.objects.of_member(reach).filter(pk=OuterRef("update"))
        return self.filter(
            Q(institution__in=reach.institutions())
            | Q(update__assignment__party__in=reach.parties(Permission.READ_DRAFTS))
            | (HANDED_OVER & Exists(readable))
        )


class Contribution(models.Model):
    """What a supporting institution says on an item in one period, for the lead to take in."""

    update = models.ForeignKey(ProgressUpdate, models.PROTECT, related_name="contributions")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="contributions")
    state = models.CharField(
        max_length=12, choices=ContributionState.choices, default=ContributionState.DRAFT
    )
    version = models.PositiveIntegerField(default=0)
    text = models.TextField(_("what was done"), blank=True)
    measures = models.TextField(_("measures in this period"), blank=True)
    evidence = models.ManyToManyField(Evidence, blank=True, related_name="contributions")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # No validator was appointed who may sign: submitting handed it to the lead.
    is_sign_skipped = models.BooleanField(default=False)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    return_reason = models.TextField(_("reason"), blank=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["institution__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["update", "institution"], name="contribution_once_per_institution"
            ),
            *(
                paired(f"{verb}_at", f"{verb}_by", f"contribution_{verb}_at_and_by")
                for verb in ("submitted", "signed", "returned")
            ),
            *(
                models.CheckConstraint(
                    name=f"contribution_{state}_has_{state}_at",
                    condition=~Q(state=state) | Q(**{f"{state}_at__isnull": False}),
                )
                for state in ("submitted", "signed", "returned")
            ),
            models.CheckConstraint(
                name="contribution_submitted_has_text",
                condition=Q(submitted_at__isnull=True) | ~Q(text=""),
                violation_error_message=_("Write the contribution before you submit it."),
            ),
            models.CheckConstraint(
                name="contribution_skips_only_where_submitted",
                condition=Q(is_sign_skipped=False) | Q(state=ContributionState.SUBMITTED),
            ),
            models.CheckConstraint(
                name="contribution_return_has_reason",
                condition=Q(returned_at__isnull=True) | ~Q(return_reason=""),
                violation_error_message=_("Say why the contribution is returned."),
            ),
        ]

    def __str__(self) -> str:
        return formats.named(self.update, self.institution)

    def get_absolute_url(self) -> str:
        code = self.update.assignment.party.code
        return reverse("actionplans:contribution", args=[code, self.update_id, self.pk])

    @property
    def is_handed_over(self) -> bool:
        """Whether the lead institution may read it and take it in."""
        is_skipped = self.state == ContributionState.SUBMITTED and self.is_sign_skipped
        return self.state == ContributionState.SIGNED or is_skipped


class ContributionRevision(models.Model):
    """The whole contribution as each save and step left it, with who and when. Append-only."""

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=10, choices=Verb.choices)
    state = models.CharField(max_length=12, choices=ContributionState.choices)
    is_sign_skipped = models.BooleanField(default=False)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    text = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    evidence = models.ManyToManyField(Evidence, related_name="contribution_revisions")

    append_only = True

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "number"], name="contribution_revision_number_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contribution} #{self.number}"


class ContributionUse(models.Model):
    """That the lead took a contribution, as it stood then, into its answer. Append-only."""

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="uses")
    contribution_version = models.PositiveIntegerField()
    update_version = models.PositiveIntegerField()  # the answer's, as saved with it
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    append_only = True

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "contribution_version", "update_version"],
                name="contribution_used_once_as_saved",
            )
        ]

    def __str__(self) -> str:
        return str(self.contribution)
