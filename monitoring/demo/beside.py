"""What stands beside the demo's answers: contributions, a question and its answer, remarks."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from accounts.models import Institution
from actionplans.enums import UpdateState
from actionplans.models import Contribution, Evidence, ProgressUpdate
from actionplans.services import contributions, discussion, evidence
from actionplans.services.contents import Content, NewEvidence
from common import clock
from monitoring.demo.cast import DATA, Cast

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SENT = (UpdateState.TRANSMITTED, UpdateState.REVIEWED)


def contribute(cast: Cast, update: ProgressUpdate, state: UpdateState) -> list[Contribution]:
    """What supporting institutions hand over; beside a draft the last of them is still writing."""
    given = []
    institutions = list(update.assignment.supporting.order_by("pk"))
    for number, institution in enumerate(institutions):
        key = cast.key_of(institution)
        typed = {
            "update": update,
            "institution": institution,
            "text": DATA["contributions"][number % 2].format(institution=institution.name),
            "use": [one.pk for one in _documents(cast, update, institution)],
            "by": cast.contributors[key],
        }
        if state == UpdateState.DRAFT and institution == institutions[-1]:
            contributions.save_contribution(**typed, version=0)
            continue
        row = contributions.submit_contribution(**typed, version=0)
        given.append(
            contributions.sign_contribution(
                contribution=row, version=row.version, by=cast.validators[key]
            )
        )
    return given


def _documents(cast: Cast, update: ProgressUpdate, institution: Institution) -> list[Evidence]:
    """What shows a contribution: of some items a document, of most none."""
    title = DATA["contributed_documents"].get(update.assignment.item.code)
    if title is None:
        return []
    new = NewEvidence(
        title=title.format(institution=institution.name),
        url=f"https://example.org/{cast.party.code.lower()}/{update.period.code}",
        publisher=institution.name,
        date=clock.today() - 30 * DAY,
    )
    by = cast.contributors[cast.key_of(institution)]
    return [evidence.add_evidence(party=cast.party, new=new, by=by)]


def with_contributions(content: Content, given: Iterable[Contribution]) -> Content:
    """The lead's text with what was given under it, and with its documents."""
    rows = list(given)
    texts = [content.narrative, *(one.text for one in rows)]
    documents = Evidence.objects.filter(contributions__in=rows).values_list("pk", flat=True)
    return replace(content, narrative="\n\n".join(texts), use=set(documents))


def discuss(cast: Cast, plan: Iterable[tuple[ProgressUpdate, UpdateState]], is_open: bool) -> None:
    """One question on what was sent; in a closed period it is answered. Remarks on both sides."""
    update = next((u for u, state in plan if state in SENT), None)
    if update is None:
        return
    asked = discussion.ask_clarification(
        update=update,
        question=DATA["question"],
        due_at=min(clock.now() + 14 * DAY, update.period.closes_at),
        by=cast.reviewer,
    )
    with clock.at(clock.now() + HOUR):
        discussion.add_remark(
            update=update, text=DATA["remark"], is_shared=True, by=cast.coordinator
        )
    if not is_open:
        with clock.at(clock.now() + DAY):
            discussion.answer_clarification(
                clarification=asked, answer=DATA["reply"], by=cast.coordinator
            )
