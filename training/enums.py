from django.db import models
from django.utils.translation import gettext_lazy as _


class SessionKind(models.TextChoices):
    PRE_DEPLOYMENT = "pre_deployment", _("Pre-deployment training")
    COMPLEMENTARY = "complementary", _("Complementary training")
    LEADERSHIP = "leadership", _("For women who may lead")
    GENDER_ADVISERS = "gender_advisers", _("For gender advisers and focal points")
    OTHER = "other", _("Other")


class Audience(models.TextChoices):
    MILITARY = "military", _("Military")
    POLICE = "police", _("Police")
    MIXED = "mixed", _("Military and police")


class AttendanceState(models.TextChoices):
    """Whether women and men were counted; not counted is never a zero."""

    REPORTED = "reported", _("Counted")
    NOT_COLLECTED = "not_collected", _("Not collected")
