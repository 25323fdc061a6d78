"""What a party is asked, what it answers, and what stands behind the answer."""

from actionplans.models.absences import Absence
from actionplans.models.catalogue import (
    ActionPoint,
    CatalogueItem,
    CatalogueText,
    Recommendation,
    Theme,
)
from actionplans.models.evidence import Evidence, EvidenceUse
from actionplans.models.periods import Extension, ReportingPeriod
from actionplans.models.reminders import PersonalReminder, Reminder
from actionplans.models.updates import (
    Amendment,
    Assignment,
    ProgressUpdate,
    Submission,
    UpdateRevision,
)

__all__ = [
    "Absence",
    "ActionPoint",
    "Amendment",
    "Assignment",
    "CatalogueItem",
    "CatalogueText",
    "Evidence",
    "EvidenceUse",
    "Extension",
    "PersonalReminder",
    "ProgressUpdate",
    "Recommendation",
    "Reminder",
    "ReportingPeriod",
    "Submission",
    "Theme",
    "UpdateRevision",
]
