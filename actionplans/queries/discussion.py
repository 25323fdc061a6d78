"""What was said beside an answer, in time order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from actionplans.models import Clarification, ProgressUpdate, Remark
from actionplans.queries.people import belongings
from actionplans.queries.updates import Member


@dataclass(frozen=True)
class Entry:
    """A remark, or a question with its answer below it. `places`: where its people belong."""

    at: datetime
    remark: Remark | None = None
    question: Clarification | None = None
    by_place: str = ""
    answer_place: str = ""


def thread_of(update: ProgressUpdate, reader: User, members: Mapping[int, Member]) -> list[Entry]:
    """All that the reader may read of it, the first first: three queries at the most.

    `members` of the party need not be looked up again.
    """
    remarks = list(Remark.objects.visible_to(reader).filter(update=update).select_related("by"))
    questions = list(
        Clarification.objects.visible_to(reader)
        .filter(update=update)
        .select_related("asked_by", "answered_by", "withdrawn_by")
    )
    where = belongings(_people(remarks, questions), update.assignment.party, members)
    said = [Entry(r.at, remark=r, by_place=where.get(r.by_id, "")) for r in remarks]
    for q in questions:
        q.update = update
        places = where.get(q.asked_by_id, ""), where.get(q.answered_by_id or 0, "")
        said.append(Entry(q.asked_at, None, q, *places))
    return sorted(said, key=lambda entry: entry.at)


def _people(remarks: Iterable[Remark], questions: Iterable[Clarification]) -> set[int]:
    asked = {pk for q in questions for pk in (q.asked_by_id, q.answered_by_id) if pk}
    return asked | {r.by_id for r in remarks}
