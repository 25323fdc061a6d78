"""Who uses the portal, for which party, with which right."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import (
    Frequency,
    InstitutionKind,
    MandateRole,
    PartyKind,
    RoleCode,
    Sector,
)
from accounts.models.constraints import known, paired
from common import clock, formats


class Country(models.Model):
    """A country or area of the UN's list: reference data, not an account."""

    iso3 = models.CharField(_("ISO code"), max_length=3, primary_key=True)
    iso2 = models.CharField(max_length=2, unique=True)
    m49 = models.PositiveSmallIntegerField(_("UN M49 code"), unique=True)
    name_en = models.CharField(max_length=120)
    name_fr = models.CharField(max_length=120)
    name_es = models.CharField(max_length=120)
    name_ar = models.CharField(max_length=120)
    name_ru = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)

    class Meta:
        ordering = ["name_en"]
        constraints = [
            models.CheckConstraint(
                name="country_iso3_is_three_capitals", condition=Q(iso3__regex=r"^[A-Z]{3}$")
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The UN's name in the language of the reader, else in English."""
        language = (get_language() or "en").split("-")[0]
        return getattr(self, f"name_{language}", "") or self.name_en


# Whom a mandate that names no party is for.
MANDATED_AS_ALL = Q(kind=PartyKind.CONTRIBUTOR)


class PartyQuerySet(models.QuerySet["Party"]):
    def of_member(self, user: "User") -> "PartyQuerySet":
        """Parties of which the user is a member now."""
        own = Membership.objects.current().filter(user=user, party__isnull=False)
        return self.filter(pk__in=own.values("party"))

    def under_mandate(self, user: "User") -> "PartyQuerySet":
        """Parties the user may review or observe today, never one of the user's own."""
        mandates = Mandate.objects.current().filter(user=user)
        named = mandates.filter(party__isnull=False).values("party")
        every = Q(Exists(mandates.filter(party__isnull=True)), MANDATED_AS_ALL)
        own = Membership.objects.current().filter(user=user, party__isnull=False)
        return self._mandated(named, every, own.values("party"))

    def mandated(self, parties: Collection[int | None], own: Collection[int]) -> "PartyQuerySet":
        """The same by keys: of the parties with a mandate (None: every contributor), and own."""
        every = MANDATED_AS_ALL if None in parties else Q(pk__in=())
        return self._mandated([pk for pk in parties if pk], every, own)

    def _mandated(self, named: Any, every: Q, own: Any) -> "PartyQuerySet":
        rows = self.filter(Q(pk__in=named) | every, archived_at__isnull=True)
        return rows.exclude(pk__in=own)

    def visible_to(self, user: "User") -> "PartyQuerySet":
        """Own parties, and those under a mandate."""
        reviewed = self.under_mandate(user).values("pk")
        own = Membership.objects.current().filter(user=user, party__isnull=False)
        return self.filter(Q(pk__in=own.values("party")) | Q(pk__in=reviewed))

    def answering(self) -> "PartyQuerySet":
        """Those of whom answers are asked."""
        kinds = (PartyKind.CONTRIBUTOR, PartyKind.DPKO)
        return self.filter(kind__in=kinds, archived_at__isnull=True)


class Party(models.Model):
    """An opened account: a contributing country, DPKO, a partner or a regional organisation."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    kind = models.CharField(_("kind"), max_length=24, choices=PartyKind.choices)
    name = models.CharField(_("name"), max_length=120)
    country = models.OneToOneField(
        Country, models.PROTECT, null=True, blank=True, verbose_name=_("country")
    )
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC")
    is_illustrative = models.BooleanField(_("shown as illustrative"), default=False)
    second_factor_for_all = models.BooleanField(
        _("second factor for everybody"),
        default=False,
        help_text=_("Reviewers and administrators always need one."),
    )
    email_domains = models.JSONField(
        _("own e-mail domains"),
        default=list,
        blank=True,
        help_text=_("People with an address of another domain are pointed out."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    opened_at = models.DateTimeField(default=clock.now)
    opened_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    archived_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PartyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.CheckConstraint(
                name="party_code_is_capitals",
                condition=Q(code__regex=r"^[A-Z]{3,12}$"),
                violation_error_message=_("A code is 3 to 12 capital letters."),
            ),
            models.CheckConstraint(
                name="party_country_for_contributors_only",
                condition=Q(kind=PartyKind.CONTRIBUTOR, country__isnull=False)
                | (~Q(kind=PartyKind.CONTRIBUTOR) & Q(country__isnull=True)),
                violation_error_message=_("A contributing country names its country, others none."),
            ),
            models.CheckConstraint(
                name="party_contributor_code_is_iso3",
                condition=Q(country__isnull=True) | Q(code=models.F("country")),
                violation_error_message=_("A contributing country's code is its ISO code."),
            ),
            paired("archived_at", "archived_by", "party_archived_at_and_by"),
            known("kind", PartyKind, "party_kind_known"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.country.name if self.country else self.name

    def get_absolute_url(self) -> str:
        return reverse("monitoring:party", args=[self.code])

    @property
    def today(self) -> date:
        """The present day where the party is."""
        return clock.now().astimezone(formats.zone(self.time_zone)).date()

    def is_outsider(self, email: str) -> bool:
        """Whether the address is of none of the party's own domains, where it has named some."""
        domain = email.rpartition("@")[2].lower()
        own = self.email_domains
        return bool(own) and not any(domain == d or domain.endswith(f".{d}") for d in own)


class Institution(models.Model):
    """A body of a party that answers for it: a ministry, a service, the women's machinery."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="institutions")
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=20, choices=InstitutionKind.choices)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector.choices)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            known("kind", InstitutionKind, "institution_kind_known"),
            known("sector", Sector, "institution_sector_known"),
            models.UniqueConstraint(
                "party",
                Lower("name"),
                name="institution_name_unique_in_party",
                violation_error_message=_("This institution is in the list already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who signs in by e-mail; what they may do follows from memberships and mandates."""

    email = models.EmailField(
        _("e-mail address"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("Somebody with this e-mail address has an account.")},
    )
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(_("active"), default=True)
    is_illustrative = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("An account of the demonstration, whose password is known to all."),
    )
    created_at = models.DateTimeField(default=clock.now)
    language = models.CharField(
        _("language"), max_length=8, blank=True, help_text=_("Empty: as the browser asks.")
    )
    time_zone = models.CharField(
        _("time zone"), max_length=50, blank=True, help_text=_("Empty: the party's.")
    )
    tour_left_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When the tour was ended or skipped.")
    )
    sessions_ended = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Counts up to end every session begun before.")
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="user_email_in_small_letters", condition=Q(email=Lower("email"))
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session ends when the password or the roles change."""
        value = f"{self.password}{self.sessions_ended}"
        return salted_hmac("accounts.User", value, secret=secret, algorithm="sha256").hexdigest()


class NotificationChoice(models.Model):
    """How often a person wants mail of one kind; without a row, as the kind's default says."""

    user = models.ForeignKey(User, models.PROTECT, related_name="notification_choices")
    kind = models.CharField(max_length=60)  # of an app's notifications.py
    frequency = models.CharField(_("how often"), max_length=8, choices=Frequency.choices)

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="notificationchoice_once_a_kind"),
            known("frequency", Frequency, "notificationchoice_frequency_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.get_frequency_display()}"


ENDING_WITHIN = timedelta(days=30)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        """Roles that give rights today."""
        in_time = Q(valid_until__isnull=True) | Q(valid_until__gte=clock.today())
        return self.filter(
            in_time, ended_at__isnull=True, suspended_at__isnull=True, user__is_active=True
        )


class Membership(models.Model):
    """One role of one person in one party, there for one institution or for the whole party."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    party = models.ForeignKey(
        Party, models.PROTECT, related_name="memberships", null=True, blank=True
    )
    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        related_name="memberships",
        null=True,
        blank=True,
        verbose_name=_("institution"),
    )
    role = models.CharField(_("role"), max_length=24, choices=RoleCode.choices)
    valid_until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The last day of the role; empty: no end.")
    )
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["party", "user"]
        constraints = [
            models.UniqueConstraint(
                "user",
                Coalesce("party", 0),
                Coalesce("institution", 0),
                "role",
                condition=Q(ended_at__isnull=True),
                name="membership_held_once",
                violation_error_message=_("This person holds this role already."),
            ),
            models.CheckConstraint(
                name="membership_party_unless_portal_administrator",
                condition=Q(
                    role=RoleCode.PORTAL_ADMINISTRATOR,
                    party__isnull=True,
                    institution__isnull=True,
                )
                | (~Q(role=RoleCode.PORTAL_ADMINISTRATOR) & Q(party__isnull=False)),
            ),
            models.CheckConstraint(
                name="membership_institution_for_writers",
                condition=~Q(role__in=[RoleCode.CONTRIBUTOR, RoleCode.VALIDATOR])
                | Q(institution__isnull=False),
                violation_error_message=_("A contributor or validator belongs to an institution."),
            ),
            paired("ended_at", "ended_by", "membership_ended_at_and_by"),
            paired("suspended_at", "suspended_by", "membership_suspended_at_and_by"),
            known("role", RoleCode, "membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    @property
    def standing(self) -> str:
        """`ended`, `suspended`, `over` by its date, `ending` soon, or `in_force`."""
        if self.ended_at:
            return "ended"
        if self.suspended_at:
            return "suspended"
        if self.valid_until is None or self.valid_until > clock.today() + ENDING_WITHIN:
            return "in_force"
        return "over" if self.valid_until < clock.today() else "ending"


class MandateQuerySet(models.QuerySet["Mandate"]):
    def in_force(self) -> "MandateQuerySet":
        """Good today, of somebody who may sign in."""
        today = clock.today()
        return self.filter(
            valid_from__lte=today,
            valid_until__gte=today,
            revoked_at__isnull=True,
            user__is_active=True,
        )

    def counting_with(self, roles: Collection[str]) -> "MandateQuerySet":
        """In force, and of a kind that these roles of its holder let count."""
        found = self.in_force()
        return found if RoleCode.REVIEWER in roles else found.filter(role__in=roles)

    def with_standing(self) -> "MandateQuerySet":
        """`standing`: `revoked`, `over` by its date, `planned`, `ending` soon, or `current`."""
        today = clock.today()
        return self.annotate(
            standing=Case(
                When(revoked_at__isnull=False, then=Value("revoked")),
                When(valid_until__lt=today, then=Value("over")),
                When(valid_from__gt=today, then=Value("planned")),
                When(valid_until__lte=today + ENDING_WITHIN, then=Value("ending")),
                default=Value("current"),
            )
        )

    def current(self) -> "MandateQuerySet":
        """In force, and held by somebody who still has the role: reviewers may observe too."""
        holds_role = Membership.objects.current().filter(
            Q(role=RoleCode.REVIEWER) | Q(role=OuterRef("role")),
            user=OuterRef("user"),
        )
        return self.in_force().filter(Exists(holds_role))


class Mandate(models.Model):
    """The right to review or observe one party, or all contributors, for a time."""

    user = models.ForeignKey(User, models.PROTECT, related_name="mandates")
    role = models.CharField(_("role"), max_length=10, choices=MandateRole.choices)
    party = models.ForeignKey(
        Party,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mandates",
        verbose_name=_("party under review"),
        help_text=_("Leave empty for all contributing countries."),
    )
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"))
    declared_conflict = models.TextField(_("declared conflict of interest"), blank=True)
    granted_at = models.DateTimeField(default=clock.now)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_until", "user"]
        constraints = [
            models.CheckConstraint(
                name="mandate_from_not_after_until",
                condition=Q(valid_from__lte=models.F("valid_until")),
                violation_error_message=_("The mandate ends before it begins."),
            ),
            paired("revoked_at", "revoked_by", "mandate_revoked_at_and_by"),
            known("role", MandateRole, "mandate_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.party or _('all contributing countries')}"
