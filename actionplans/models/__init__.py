"""What a party is asked, what it answers, and what stands behind the answer."""

from actionplans.models.absences import Absence
from actionplans.models.catalogue import (
    ActionPoint,
    CatalogueItem,
    CatalogueText,
    Recommendation,
    Theme,
)
from actionplans.models.contributions import (
    Contribution,
    ContributionRevision,
    ContributionUse,
)
from actionplans.models.discussion import Clarification, Remark
from actionplans.models.evidence import Evidence, EvidenceUse
from actionplans.models.periods import Extension, ExtensionRequest, ReportingPeriod
from actionplans.models.reminders import PersonalReminder, Reminder
from actionplans.models.returns import ReturnedPart
from actionplans.models.updates import (
    Amendment,
    Assignment,
    ProgressUpdate,
    Submission,
    UpdateRevision,
)
from actionplans.models.workbooks import WorkbookImport

__all__ = [
    "Absence",
    "ActionPoint",
    "Amendment",
    "Assignment",
    "CatalogueItem",
    "CatalogueText",
    "Clarification",
    "Contribution",
    "ContributionRevision",
    "ContributionUse",
    "Evidence",
    "EvidenceUse",
    "Extension",
    "ExtensionRequest",
    "PersonalReminder",
    "ProgressUpdate",
    "Recommendation",
    "Remark",
    "Reminder",
    "ReportingPeriod",
    "ReturnedPart",
    "Submission",
    "Theme",
    "UpdateRevision",
    "WorkbookImport",
]
