from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Sector

# Whom action point a wants seated at the least; a test holds it to the catalogue.
MINIMUM_SECTORS = (Sector.GENDER, Sector.DEFENCE, Sector.INTERIOR, Sector.FOREIGN_AFFAIRS)


class PartnerKind(models.TextChoices):
    WOMENS_GROUP = "womens_group", _("Women's group")
    CIVIL_SOCIETY = "civil_society", _("Civil society organisation")
    RESEARCH = "research", _("Research or training institute")
    OTHER = "other", _("Other")
