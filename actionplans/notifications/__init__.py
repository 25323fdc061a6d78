"""Who is told of what, and in which words: no figure and no narrative.

To add an event: a row in `answers` or `periods` with its words and whom it is for, and where its
subject is of a new sort, a finder in `subjects`.
"""

from actionplans.notifications.answers import (
    NOTIFICATIONS,
    present,
    recipients,
    recipients_of_many,
)
from actionplans.notifications.periods import (
    PERIOD_NOTIFICATIONS,
    people_told,
    told_of_grant,
)
from actionplans.notifications.subjects import (
    EXTENSION,
    PERIOD,
    SUBMISSION,
    UPDATE,
    Subject,
    subjects,
)
from actionplans.notifications.time import TIME, told_of_time

__all__ = [
    "EXTENSION",
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
    "told_of_grant",
    "told_of_time",
]
