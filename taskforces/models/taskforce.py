"""The inter-ministerial task force and who sits in it (action point a)."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import InstitutionKind, Sector
from accounts.models import Institution, Party, User
from accounts.records import Kept, KeptQuerySet
from actionplans.models import Evidence
from common import clock


class TaskForceQuerySet(KeptQuerySet["TaskForce"]):
    pass


class TaskForce(Kept):
    """A party's standing body on gender and peacekeeping, set up by a formal act."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="task_force")
    name = models.CharField(_("name"), max_length=160)
    established_on = models.DateField(_("set up on"))
    mandate = models.TextField(_("mandate"))
    act = models.ForeignKey(
        Evidence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("act that set it up"),
    )

    objects = TaskForceQuerySet.as_manager()

    class Meta(Kept.Meta):
        verbose_name = _("task force")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.check_days("established_on")
        self.check_same_party("act")

    def get_absolute_url(self) -> str:
        return reverse("taskforces:taskforce", args=[self.party.code])


class SeatQuerySet(KeptQuerySet["Seat"]):
    party_path = "task_force__party"

    def held_on(self, day: date) -> "SeatQuerySet":
        """Seats held on that day; a seat is no longer held on its `held_until`."""
        return self.filter(Q(held_until__isnull=True) | Q(held_until__gt=day), held_from__lte=day)


class Seat(Kept):
    """One institution's place in the task force, held by a named person from a day until another.

    It counts for a sector only if the institution is a ministry of it (for gender, also the
    national women's machinery), or is declared its equivalent with the reason.
    """

    task_force = models.ForeignKey(TaskForce, models.PROTECT, related_name="seats")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="seats", verbose_name=_("institution")
    )
    holder = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("holder, if a user of the portal"),
    )
    holder_name = models.CharField(_("holder's name, if not a user"), max_length=120, blank=True)
    is_chair = models.BooleanField(_("chairs the task force"), default=False)
    held_from = models.DateField(_("held from"))
    held_until = models.DateField(_("held until"), null=True, blank=True)
    end_reason = models.TextField(_("reason for the end"), blank=True)
    equivalent_sector = models.CharField(
        _("stands in for the ministry of"), max_length=20, choices=Sector.choices, blank=True
    )
    equivalent_reason = models.TextField(_("why it is an equivalent"), blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta(Kept.Meta):
        verbose_name = _("seat")
        ordering = ["-is_chair", "held_from", "pk"]
        constraints = [
            *Kept.Meta.constraints,
            models.UniqueConstraint(
                fields=["task_force"],
                condition=Q(is_chair=True, held_until__isnull=True),
                name="seat_one_chair_at_a_time",
                violation_error_message=_("Another seat is the chair. End it first."),
            ),
            models.CheckConstraint(
                name="seat_holder_user_or_name",
                condition=Q(holder__isnull=False, holder_name="")
                | (Q(holder__isnull=True) & ~Q(holder_name="")),
                violation_error_message=_("Choose a user or enter a name, one of the two."),
            ),
            models.CheckConstraint(
                name="seat_until_not_before_from",
                condition=Q(held_until__isnull=True) | Q(held_until__gte=F("held_from")),
                violation_error_message=_("The seat ends before it begins."),
            ),
            models.CheckConstraint(
                name="seat_end_with_reason",
                condition=Q(held_until__isnull=True, end_reason="")
                | (Q(held_until__isnull=False) & ~Q(end_reason="")),
                violation_error_message=_("Say why the seat ends."),
            ),
            models.CheckConstraint(
                name="seat_equivalent_with_reason",
                condition=Q(equivalent_sector="", equivalent_reason="")
                | (~Q(equivalent_sector="") & ~Q(equivalent_reason="")),
                violation_error_message=_(
                    "Name the sector and the reason why this institution stands in for it."
                ),
            ),
        ]

    def is_held_on(self, day: date) -> bool:
        """`held_on` for one seat that was read before."""
        return self.held_from <= day and (self.held_until is None or self.held_until > day)

    def __str__(self) -> str:
        return f"{self.institution}: {self.person}"

    def clean(self) -> None:
        self.check_days("held_from", "held_until")
        self.check_same_party("institution")

    def get_absolute_url(self) -> str:
        return self.task_force.get_absolute_url()

    @property
    def record_party(self) -> Party:
        return self.task_force.party

    @property
    def is_closed(self) -> bool:
        return self.held_until is not None

    @property
    def person(self) -> str:
        return self.holder.name if self.holder else self.holder_name

    @property
    def is_held(self) -> bool:
        return self.held_until is None or self.held_until > clock.today()

    def counts_for(self) -> tuple[str, ...]:
        """Sectors that this seat makes represented, gender first; none for other bodies."""
        kind, sector = self.institution.kind, self.institution.sector
        own = kind == InstitutionKind.MINISTRY or (
            kind == InstitutionKind.WOMENS_MACHINERY and sector == Sector.GENDER
        )
        sectors = {sector} if own else set()
        if self.equivalent_sector:
            sectors.add(self.equivalent_sector)
        return tuple(sorted(sectors, key=lambda s: (s != Sector.GENDER, s)))
