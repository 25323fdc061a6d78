from django.db import models
from django.utils.translation import gettext_lazy as _


class PartyKind(models.TextChoices):
    CONTRIBUTOR = "contributor", _("Contributing country")
    DPKO = "dpko", _("DPKO")
    PARTNER = "partner", _("Partner organisation")
    REGIONAL_ORGANISATION = "regional_organisation", _("Regional organisation")


class InstitutionKind(models.TextChoices):
    MINISTRY = "ministry", _("Ministry")
    SERVICE = "service", _("Service")
    WOMENS_MACHINERY = "womens_machinery", _("National women's machinery")
    PARLIAMENT = "parliament", _("Parliament")
    DIVISION = "division", _("Division")
    ORGANISATION = "organisation", _("Organisation")


class Sector(models.TextChoices):
    GENDER = "gender", _("Gender equality")
    DEFENCE = "defence", _("Defence")
    INTERIOR = "interior", _("Interior")
    FOREIGN_AFFAIRS = "foreign_affairs", _("Foreign affairs")
    POLICE = "police", _("Police")
    MILITARY = "military", _("Military")
    HEALTH = "health", _("Health")
    EDUCATION = "education", _("Education")
    JUSTICE = "justice", _("Justice")
    FINANCE = "finance", _("Finance")
    SOCIAL_AFFAIRS = "social_affairs", _("Social affairs")
    PARLIAMENT = "parliament", _("Parliament")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    OTHER = "other", _("Other")


class RoleCode(models.TextChoices):
    CONTRIBUTOR = "contributor", _("Contributor")
    VALIDATOR = "validator", _("Validator")
    COORDINATOR = "coordinator", _("Coordinator")
    COUNTRY_ADMINISTRATOR = "country_administrator", _("Country administrator")
    OBSERVER = "observer", _("Observer")
    REVIEWER = "reviewer", _("Reviewer")
    PORTAL_ADMINISTRATOR = "portal_administrator", _("Portal administrator")


class MandateRole(models.TextChoices):
    REVIEWER = "reviewer", _("Reviewer")
    OBSERVER = "observer", _("Observer")


class Frequency(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", _("Never by mail")
