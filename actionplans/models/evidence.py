"""What a party shows for what it claims."""

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Party, User
from accounts.reach import Reach
from actionplans.enums import Visibility
from common import clock
from common.models import StoredFile


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, reader: User | Reach) -> "EvidenceQuerySet":
        """Evidence of answers and contributions the reader may read, as they are and as they were
        sent; of an own party also what no answer uses yet."""
        from actionplans.models.contributions import Contribution
        from actionplans.models.updates import ProgressUpdate, UpdateRevision

        reach = Reach.of(reader)
        own = Q(party__in=reach.parties())
        uses = EvidenceUse.objects.filter(evidence=OuterRef("pk"))
        kept = UpdateRevision.evidence.through.objects.filter(evidence=OuterRef("pk"))
        answers = ProgressUpdate.objects.of_member(reach)
        live = answers.filter(evidence_uses__evidence=OuterRef("pk"))
        stands = answers.filter(transmitted_revision__evidence=OuterRef("pk"))
        given = Contribution.objects.visible_to(reach).filter(evidence=OuterRef("pk"))
        sent = ProgressUpdate.objects.under_mandate(reach).filter(
            transmitted_revision__evidence=OuterRef("pk")
        )
        # Conditions on each document, not a list of all that are visible: a search asks for few.
        unused = ~(Exists(uses) | Exists(kept))
        inside = own & (Exists(live) | unused | Exists(given) | Exists(stands))
        return self.filter(inside | (~Q(visibility=Visibility.PARTY) & Exists(sent)))

    def with_uses(self) -> "EvidenceQuerySet":
        """Each with the number of answers that it supports now, as `answers`."""
        uses = EvidenceUse.objects.filter(evidence=OuterRef("pk")).order_by().values("evidence")
        counted = Subquery(uses.annotate(n=Count("pk")).values("n"))
        return self.annotate(answers=Coalesce(counted, 0))

    def expired(self) -> "EvidenceQuerySet":
        return self.filter(expires_on__lt=clock.today())


class Evidence(models.Model):
    """One document of a party, as a file or a link, that supports one or more answers."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="evidence")
    title = models.CharField(_("title"), max_length=200)
    stored_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    url = models.URLField(_("link"), max_length=500, blank=True)
    publisher = models.CharField(_("publisher"), max_length=160, blank=True)
    date = models.DateField(_("date of the document"), null=True, blank=True)
    expires_on = models.DateField(_("holds until"), null=True, blank=True)
    visibility = models.CharField(
        _("who reads it"),
        max_length=10,
        choices=Visibility.choices,
        default=Visibility.REVIEWERS,
    )
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField(default=clock.now)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="evidence_file_or_link",
                condition=Q(stored_file__isnull=False, url="")
                | (Q(stored_file__isnull=True) & ~Q(url="")),
                violation_error_message=_("Evidence is a file or a link, one of the two."),
            ),
            models.CheckConstraint(
                name="evidence_expires_after_its_date",
                condition=Q(expires_on__isnull=True)
                | Q(date__isnull=True)
                | Q(expires_on__gt=F("date")),
                violation_error_message=_("The day until it holds comes after its date."),
            ),
            models.CheckConstraint(
                name="evidence_visibility_known", condition=Q(visibility__in=Visibility.values)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("actionplans:evidence", args=[self.party.code, self.pk])

    @property
    def is_read_outside(self) -> bool:
        """Whether others than the party read it, once an answer that it supports is sent."""
        return self.visibility != Visibility.PARTY

    @property
    def is_expired(self) -> bool:
        return self.expires_on is not None and self.expires_on < clock.today()


class EvidenceUse(models.Model):
    """That a piece of evidence supports an answer."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="uses")
    update = models.ForeignKey(
        "actionplans.ProgressUpdate", models.PROTECT, related_name="evidence_uses"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "update"], name="evidence_used_once_per_update"
            )
        ]

    def __str__(self) -> str:
        return str(self.evidence)
