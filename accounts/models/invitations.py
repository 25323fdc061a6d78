"""How people come in."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from accounts.enums import RoleCode
from accounts.models.constraints import known, paired
from accounts.models.parties import Institution, Party, User
from common import clock


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> "InvitationQuerySet":
        """Neither accepted nor revoked, be it expired."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)


class Invitation(models.Model):
    """A single-use link, sent by e-mail, by which a person takes up a role. Good for 7 days."""

    email = models.EmailField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=120)
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, verbose_name=_("institution")
    )
    role = models.CharField(_("role"), max_length=24, choices=RoleCode.choices)
    valid_until = models.DateField(
        _("role until"),
        null=True,
        blank=True,
        help_text=_("The last day of the role; empty: no end."),
    )
    language = models.CharField(
        _("language of the mail"),
        max_length=8,
        blank=True,
        help_text=_("Empty: as the person who invites reads."),
    )
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField(default=clock.now)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                Coalesce("party", 0),
                Coalesce("institution", 0),
                "role",
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_pending_once",
                violation_error_message=_(
                    "This address has an invitation for this role already. "
                    "Send that one again instead."
                ),
            ),
            known("role", RoleCode, "invitation_role_known"),
            paired("accepted_at", "accepted_by", "invitation_accepted_at_and_by"),
            paired("revoked_at", "revoked_by", "invitation_revoked_at_and_by"),
            models.CheckConstraint(
                name="invitation_not_accepted_and_revoked",
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= clock.now()
