"""What every dated record that a party keeps has in common: a version, who wrote it, its end."""

from typing import Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Party, User, paired
from common import clock

M = TypeVar("M", bound=models.Model, covariant=True)


class KeptQuerySet(models.QuerySet[M]):
    """Rows that name their party by `party_path`."""

    party_path = "party"

    def visible_to(self, user: User) -> Self:
        """Rows of the parties the user is a member of; nobody else reads a party's records."""
        own = Party.objects.of_member(user)
        return self.filter(**{f"{self.party_path}__in": own.values("pk")})


class RecordQuerySet(KeptQuerySet[M]):
    def kept(self) -> Self:
        """Records that stand: not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def withdrawn(self) -> Self:
        return self.filter(withdrawn_at__isnull=False)


def party_of(thing: models.Model) -> Party:
    """The party of a record, an institution or a document."""
    return thing.record_party if isinstance(thing, Kept) else thing.party  # type: ignore[attr-defined, no-any-return]


class Kept(models.Model):
    """A row with the version a form was opened at, and who entered and last changed it."""

    version = models.PositiveIntegerField(default=1)
    entered_at = models.DateTimeField(default=clock.now)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            paired("changed_at", "changed_by", "%(app_label)s_%(class)s_changed_at_and_by")
        ]

    @property
    def record_party(self) -> Party:
        """The party that keeps this row."""
        return self.party  # type: ignore[attr-defined, no-any-return]

    @property
    def is_closed(self) -> bool:
        """Whether it is only read from now on."""
        return False

    def get_absolute_url(self) -> str:
        raise NotImplementedError

    def check_days(self, *fields: str) -> None:
        """Refuse days that have not come yet."""
        for field in fields:
            day = getattr(self, field)
            if day and day > clock.today():
                raise ValidationError({field: _("This day has not come yet.")})

    def check_same_party(self, *fields: str) -> None:
        """Refuse what belongs to another party."""
        for field in fields:
            other = getattr(self, field) if getattr(self, f"{field}_id") else None
            if other and party_of(other) != self.record_party:
                raise ValidationError({field: _("This belongs to another party.")})


class Record(Kept):
    """A dated record. One entered by mistake is withdrawn with a reason, never deleted."""

    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_reason = models.TextField(_("reason"), blank=True)

    class Meta(Kept.Meta):
        abstract = True
        constraints = [
            *Kept.Meta.constraints,
            paired("withdrawn_at", "withdrawn_by", "%(app_label)s_%(class)s_withdrawn_at_and_by"),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_withdrawn_with_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                violation_error_message=_("Say why the record is withdrawn."),
            ),
        ]

    @property
    def is_closed(self) -> bool:
        return self.withdrawn_at is not None
