"""Where things stand in a workbook that is filled without a connection: docs/adr/0013."""

import hashlib
from dataclasses import dataclass

from accounts.models import Institution, Party
from actionplans.models import ReportingPeriod
from actionplans.queries.workbooks import catalogue_version

FORMAT = "1"
MACHINE_SHEET = "_waypost"
FIELDS = ("narrative", "rating", "rating_reason", "measures", "next_steps")
CODE = 1  # columns of the sheet of answers, from 1
FIRST_FIELD = 6
COLUMNS = FIRST_FIELD + len(FIELDS) - 1
HEADER = 4  # rows, from 1
FIRST_ANSWER = 5
KEYS = ("format", "party", "institution", "period", "catalogue", "language", "made_at", "sheet")


@dataclass(frozen=True)
class Belonging:
    """What a workbook has to be of: whose answers, for when, on which catalogue."""

    party: str
    institution: str  # id
    period: str
    catalogue: str


def belonging_of(
    party: Party, institution: Institution | None, period: ReportingPeriod
) -> Belonging:
    """`institution` None: one that the reader does not answer for."""
    lead = str(institution.pk) if institution else ""
    return Belonging(party.code, lead, period.code, str(catalogue_version()))


def digest(text: str) -> str:
    """Tells whether a text is still the one that was written into the workbook."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
