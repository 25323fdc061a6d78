"""When parties answer: every state of a period follows from three instants."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Party, User, paired
from actionplans.enums import PeriodKind, PeriodState
from common import clock, formats

# How periods are usually named; a name of another kind is the same in every language.
USUAL_NAMES = {
    "first half": _("%(year)s, first half"),
    "second half": _("%(year)s, second half"),
    "first quarter": _("%(year)s, first quarter"),
    "second quarter": _("%(year)s, second quarter"),
    "third quarter": _("%(year)s, third quarter"),
    "fourth quarter": _("%(year)s, fourth quarter"),
}


def in_words(name: str) -> str:
    """A period's name in the reader's language where it is named as usual: 2026, first half."""
    year, _comma, part = name.partition(", ")
    usual = part in USUAL_NAMES and year.isdecimal()
    return str(USUAL_NAMES[part]) % {"year": year} if usual else name


class ReportingPeriodQuerySet(models.QuerySet["ReportingPeriod"]):
    def opened(self) -> "ReportingPeriodQuerySet":
        return self.filter(opens_at__lte=clock.now())

    def running(self) -> "ReportingPeriodQuerySet":
        """Open or in review."""
        return self.opened().filter(closes_at__gt=clock.now())

    def closed(self) -> "ReportingPeriodQuerySet":
        return self.filter(closes_at__lte=clock.now())


class ReportingPeriod(models.Model):
    """A span of months that is answered together, with its opening, deadline and close."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(
        _("asks for"), max_length=8, choices=PeriodKind.choices, default=PeriodKind.YEARLY
    )
    data_from = models.DateField(_("first day of the data"))
    data_to = models.DateField(_("last day of the data"))
    opens_at = models.DateTimeField(_("opens"))
    due_at = models.DateTimeField(_("due"))
    closes_at = models.DateTimeField(_("closes"))

    objects = ReportingPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at"]
        constraints = [
            models.CheckConstraint(
                name="period_data_from_before_to",
                condition=Q(data_from__lt=F("data_to")),
                violation_error_message=_("The last day of the data comes after the first."),
            ),
            models.CheckConstraint(
                name="period_opens_due_closes_in_order",
                condition=Q(opens_at__lt=F("due_at")) & Q(due_at__lt=F("closes_at")),
                violation_error_message=_("A period opens, is due and closes, in this order."),
            ),
            models.CheckConstraint(
                name="period_kind_known", condition=Q(kind__in=PeriodKind.values)
            ),
        ]

    def __str__(self) -> str:
        return in_words(self.name)

    @property
    def is_interim(self) -> bool:
        return self.kind == PeriodKind.INTERIM

    @property
    def state(self) -> PeriodState:
        """Where the clock stands among the three instants."""
        now = clock.now()
        if now < self.opens_at:
            return PeriodState.PLANNED
        if now < self.due_at:
            return PeriodState.OPEN
        return PeriodState.IN_REVIEW if now < self.closes_at else PeriodState.CLOSED

    def deadline_for(self, party: Party) -> datetime:
        """When drafts lock for this party: the due instant or its extension's end."""
        extension = self.extensions.filter(party=party).first()
        return extension.until if extension else self.due_at


class Extension(models.Model):
    """More time for one party in one period, granted by DPKO's coordinator with a reason."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="extensions")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="extensions")
    until = models.DateTimeField(_("until"))
    reason = models.TextField(_("reason"))
    granted_at = models.DateTimeField(default=clock.now)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "period"],
                name="extension_once_per_party_and_period",
                violation_error_message=_("This party has an extension for the period already."),
            )
        ]

    def __str__(self) -> str:
        return formats.named(self.party, self.period)


class ExtensionRequestQuerySet(models.QuerySet["ExtensionRequest"]):
    def waiting(self) -> "ExtensionRequestQuerySet":
        """Neither decided nor taken back, in a period in which time can still be given."""
        return self.filter(
            decided_at__isnull=True, withdrawn_at__isnull=True, period__closes_at__gt=clock.now()
        )


class ExtensionRequest(models.Model):
    """A party's wish for more time in one period, with the reason, and what DPKO decided."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="extension_requests")
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="extension_requests")
    until = models.DateTimeField(_("until"))
    reason = models.TextField(_("reason"))
    requested_at = models.DateTimeField(default=clock.now)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    granted = models.BooleanField(null=True, blank=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ExtensionRequestQuerySet.as_manager()

    class Meta:
        ordering = ["requested_at", "pk"]
        verbose_name = _("request for more time")
        constraints = [
            paired("decided_at", "decided_by", "extension_request_decided_at_and_by"),
            paired("withdrawn_at", "withdrawn_by", "extension_request_withdrawn_at_and_by"),
            models.UniqueConstraint(
                fields=["party", "period"],
                condition=Q(decided_at__isnull=True, withdrawn_at__isnull=True),
                name="extension_request_one_open_per_party_and_period",
                violation_error_message=_("The party has an open request for this period already."),
            ),
            models.CheckConstraint(
                name="extension_request_has_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why the party needs more time."),
            ),
            models.CheckConstraint(
                name="extension_request_decided_or_withdrawn",
                condition=Q(decided_at__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="extension_request_decision_says_what",
                condition=Q(decided_at__isnull=True, granted__isnull=True)
                | Q(decided_at__isnull=False, granted__isnull=False),
            ),
            models.CheckConstraint(
                name="extension_request_refusal_has_reason",
                condition=Q(granted__isnull=True) | Q(granted=True) | ~Q(decision_reason=""),
                violation_error_message=_("Say why the party gets no more time."),
            ),
        ]

    def __str__(self) -> str:
        return formats.named(self.party, self.period)

    @property
    def is_open(self) -> bool:
        return self.decided_at is None and self.withdrawn_at is None
