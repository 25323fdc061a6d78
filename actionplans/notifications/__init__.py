"""Who is told of what, and in which words: no figure and no narrative.

To add an event: a row in one of the tables that KINDS joins, with its words and whom it is for, and
where its subject is of a new sort, a finder in `subjects`.
"""

from accounts.notifications import Kind
from actionplans.notifications.answers import (
    NOTIFICATIONS,
    present,
    recipients,
    recipients_of_many,
)
from actionplans.notifications.beside import (
    BESIDE,
    told_of_contribution,
    told_of_question,
    told_of_reply,
)
from actionplans.notifications.periods import (
    PERIOD_NOTIFICATIONS,
    people_told,
    told_of_grant,
)
from actionplans.notifications.subjects import (
    CLARIFICATION,
    CONTRIBUTION,
    EXTENSION,
    PERIOD,
    SUBMISSION,
    UPDATE,
    Subject,
    subjects,
)
from actionplans.notifications.time import TIME, told_of_time

KINDS: list[Kind] = [
    kind for table in (NOTIFICATIONS, PERIOD_NOTIFICATIONS, TIME, BESIDE) for kind in table.values()
]

__all__ = [
    "BESIDE",
    "CLARIFICATION",
    "CONTRIBUTION",
    "EXTENSION",
    "KINDS",
    "NOTIFICATIONS",
    "PERIOD",
    "PERIOD_NOTIFICATIONS",
    "SUBMISSION",
    "TIME",
    "UPDATE",
    "Subject",
    "people_told",
    "present",
    "recipients",
    "recipients_of_many",
    "subjects",
    "told_of_contribution",
    "told_of_grant",
    "told_of_question",
    "told_of_reply",
    "told_of_time",
]
