"""The workshop's outcome: five themes, 42 recommendations, four action points."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import PartyKind
from accounts.models import Party
from actionplans.enums import Actor, ItemKind, ItemType

ACTORS_OF_PARTY: dict[str, tuple[Actor, ...]] = {
    PartyKind.CONTRIBUTOR: (Actor.ALL, Actor.TCC_PCC, Actor.WOMENS_MACHINERY),
    PartyKind.DPKO: (Actor.ALL, Actor.DPKO),
}


def in_reader_language(texts: dict[str, str]) -> str:
    """The text in the reader's language, else in English."""
    language = (get_language() or "en").split("-")[0]
    return texts.get(language) or texts["en"]


class Theme(models.Model):
    """One of the five groups of recommendations."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    titles = models.JSONField()  # language -> title

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def title(self) -> str:
        return in_reader_language(self.titles)


class CatalogueItemQuerySet(models.QuerySet["CatalogueItem"]):
    def current(self) -> "CatalogueItemQuerySet":
        return self.filter(is_current=True)

    def applying_to(self, party: Party) -> "CatalogueItemQuerySet":
        """The current items the party answers: 34 for a contributor, 15 for DPKO, else none."""
        return self.current().filter(actor__in=ACTORS_OF_PARTY.get(party.kind, ()))

    def with_texts(self) -> "CatalogueItemQuerySet":
        return self.select_related("theme").prefetch_related("texts")


class CurrentItemManager(models.Manager["CatalogueItem"]):
    """Current items of one type."""

    def __init__(self, item_type: ItemType) -> None:
        super().__init__()
        self.item_type = item_type

    def get_queryset(self) -> CatalogueItemQuerySet:
        queryset = CatalogueItemQuerySet(self.model, using=self._db)
        return queryset.current().filter(type=self.item_type)


class CatalogueItem(models.Model):
    """A recommendation or an action point, in one version of the catalogue."""

    version = models.PositiveSmallIntegerField()
    is_current = models.BooleanField()
    position = models.PositiveSmallIntegerField()
    code = models.CharField(_("code"), max_length=8)
    type = models.CharField(_("type"), max_length=16, choices=ItemType.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=ItemKind.choices)
    actor = models.CharField(_("actor"), max_length=20, choices=Actor.choices)
    theme = models.ForeignKey(
        Theme, models.PROTECT, null=True, blank=True, related_name="items", verbose_name=_("theme")
    )
    paragraph = models.CharField(_("paragraph"), max_length=60)
    target_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    minimum_sectors = models.JSONField(default=list)
    see = models.JSONField(default=list)  # codes of items that one record can serve together

    objects = CatalogueItemQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="item_code_unique_in_version"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(is_current=True), name="item_code_current_once"
            ),
            models.CheckConstraint(
                name="item_theme_for_recommendations_only",
                condition=Q(type=ItemType.RECOMMENDATION, theme__isnull=False)
                | Q(type=ItemType.ACTION_POINT, theme__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """2.1 National action plan; "a. Task force": a letter alone reads as a word."""
        is_point = self.type == ItemType.ACTION_POINT
        return f"{self.code}. {self.title}" if is_point else f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("actionplans:item", args=[self.code])

    @property
    def text(self) -> "CatalogueText":
        """The text in the reader's language, else in English; prefetch `texts` for lists."""
        texts = {text.language: text for text in self.texts.all()}
        language = (get_language() or "en").split("-")[0]
        return texts.get(language) or texts["en"]

    @property
    def title(self) -> str:
        return self.text.title

    @property
    def named(self) -> str:
        """2.1, or "Action point a": a letter alone reads as a word inside a sentence."""
        is_point = self.type == ItemType.ACTION_POINT
        return f"{self.get_type_display()} {self.code}" if is_point else self.code


class Recommendation(CatalogueItem):
    """One of the 42 recommendations, in the current version."""

    objects = CurrentItemManager(ItemType.RECOMMENDATION)  # type: ignore[misc, assignment]

    class Meta:
        proxy = True


class ActionPoint(CatalogueItem):
    """One of the four action points, in the current version."""

    objects = CurrentItemManager(ItemType.ACTION_POINT)  # type: ignore[misc, assignment]

    class Meta:
        proxy = True


class CatalogueText(models.Model):
    """An item's words in one language."""

    item = models.ForeignKey(CatalogueItem, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=300)
    summary = models.TextField()
    asked = models.TextField()
    evidence = models.JSONField()  # list of short texts: what counts as evidence
    records = models.JSONField()  # list of short texts: which records of the portal feed it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "language"], name="text_once_per_language")
        ]

    def __str__(self) -> str:
        return self.title
