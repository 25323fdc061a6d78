"""Where figures come from: whose count, and in which published file."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Country, Party, User
from common import clock
from recruitment.enums import Layout, SourceKind


class Source(models.Model):
    """Whose count: the United Nations', or one party's own."""

    UN = "UN"

    code = models.CharField(_("code"), max_length=12, unique=True)  # UN, or the party's code
    kind = models.CharField(_("kind"), max_length=10, choices=SourceKind.choices)
    publisher = models.CharField(_("publisher"), max_length=160)
    party = models.OneToOneField(Party, models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="source_party_for_national_figures_only",
                condition=Q(kind=SourceKind.UN, party__isnull=True)
                | Q(kind=SourceKind.NATIONAL, party__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.code


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, user: User) -> "ReleaseQuerySet":
        """The UN's releases for everybody signed in; a party's own for its members."""
        own = Party.objects.of_member(user)
        return self.filter(Q(source__party__isnull=True) | Q(source__party__in=own.values("pk")))


class Release(models.Model):
    """One published file of a source, known by its SHA-256, and what it did when imported."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="releases")
    publisher = models.CharField(_("publisher"), max_length=160)
    label = models.CharField(_("label"), max_length=255)
    published = models.DateField(_("published"), null=True, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    layout = models.CharField(_("layout"), max_length=20, choices=Layout.choices)
    only_countries = models.ManyToManyField(
        Country,
        blank=True,
        related_name="+",
        help_text=_("The countries the release is about; empty: all."),
    )
    rows_read = models.PositiveIntegerField(_("rows read"))
    totals_rows = models.PositiveIntegerField(_("totals rows"))
    duplicates = models.PositiveIntegerField(_("duplicates"))
    stored = models.PositiveIntegerField(_("new figures"))
    changed = models.PositiveIntegerField(_("changed figures"))
    unchanged = models.PositiveIntegerField(_("unchanged figures"))
    absent = models.PositiveIntegerField(_("absent figures"))
    # Rows left out on the importer's decision (--skip-rejected), as the import reported them.
    left_out = models.JSONField(default=list)
    imported_at = models.DateTimeField(default=clock.now)
    imported_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-imported_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="release_sha256_is_hex", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("recruitment:release", args=[self.pk])


class ReleaseMonth(models.Model):
    """That a release covers a month, stored as its first day."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="months")
    month = models.DateField(_("month"))

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["release", "month"], name="release_month_listed_once"),
            models.CheckConstraint(name="release_month_is_first_day", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
