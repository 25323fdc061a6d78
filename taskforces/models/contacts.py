"""With whom a party talks: civil society (action point b), between its own sectors (point c)."""

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Party
from accounts.records import Record, RecordQuerySet
from actionplans.models import Evidence
from taskforces.enums import PartnerKind


class PartnerQuerySet(RecordQuerySet["Partner"]):
    pass


class Partner(Record):
    """A women's group or other organisation of civil society that a party works with."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="partners")
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=16, choices=PartnerKind.choices)

    objects = PartnerQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("partner")
        ordering = ["name"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                "party",
                Lower("name"),
                condition=models.Q(withdrawn_at__isnull=True),
                name="partner_name_unique_in_party",
                violation_error_message=_("This organisation is in the list already."),
            ),
            models.CheckConstraint(
                name="partner_kind_known", condition=models.Q(kind__in=PartnerKind.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("taskforces:partners", args=[self.party.code])


class _Contact(Record):
    """A dated talk with a subject, an outcome and notes that show it."""

    date = models.DateField(_("date"))
    subject = models.CharField(_("subject"), max_length=200)
    outcome = models.TextField(_("outcome"))
    notes = models.ForeignKey(
        Evidence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("notes or list of those present"),
    )

    class Meta(Record.Meta):
        abstract = True
        ordering = ["-date", "-pk"]

    def __str__(self) -> str:
        return self.subject

    def clean(self) -> None:
        self.check_days("date")
        self.check_same_party("notes")


class ConsultationQuerySet(RecordQuerySet["Consultation"]):
    pass


class Consultation(_Contact):
    """One time that a party asked women's groups and civil society for their views."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="consultations")
    partners = models.ManyToManyField(
        Partner, related_name="consultations", verbose_name=_("partners")
    )
    womens_groups = models.PositiveSmallIntegerField(_("women's groups present"))

    objects = ConsultationQuerySet.as_manager()

    class Meta(_Contact.Meta):
        verbose_name = _("consultation")
        indexes = [models.Index(fields=["party", "date"], name="consultation_party_date")]

    def get_absolute_url(self) -> str:
        return reverse("taskforces:consultation", args=[self.party.code, self.pk])


class DialogueQuerySet(RecordQuerySet["Dialogue"]):
    pass


class Dialogue(_Contact):
    """One exchange between a party's institutions; its sectors are those of the institutions."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="dialogues")
    institutions = models.ManyToManyField(
        Institution, related_name="dialogues", verbose_name=_("institutions")
    )

    objects = DialogueQuerySet.as_manager()

    class Meta(_Contact.Meta):
        verbose_name = _("dialogue")
        indexes = [models.Index(fields=["party", "date"], name="dialogue_party_date")]

    def get_absolute_url(self) -> str:
        return reverse("taskforces:dialogue", args=[self.party.code, self.pk])
