"""An answer's way as the stepper shows it: who did what when, and who has it now."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from actionplans.enums import UpdateState, Verb
from actionplans.models import ProgressUpdate, UpdateRevision
from actionplans.rules import Standing
from common import formats
from monitoring.grid import holder_words

S = UpdateState
WAY = (S.DRAFT, S.SUBMITTED, S.SIGNED, S.ENDORSED, S.TRANSMITTED, S.REVIEWED)
FIELDS = {
    S.SUBMITTED: "submitted",
    S.SIGNED: "signed",
    S.ENDORSED: "endorsed",
    S.TRANSMITTED: "transmitted",
    S.REVIEWED: "reviewed",
}
People = Mapping[int, tuple[str, str]]  # user id -> name, where the person belongs
Step = dict[str, Any]


def people_in(update: ProgressUpdate) -> set[int]:
    """Ids of everybody whom the stepper of the answer names as having acted."""
    ids = {getattr(update, f"{name}_by_id") for name in (*FIELDS.values(), "returned", "reopened")}
    return {pk for pk in ids if pk}


def inside_steps(standing: Standing, people: People, to_be_mended: Iterable[str]) -> list[Step]:
    """The whole way, for the party's own members; with the names of what was sent back."""
    update = standing.update
    if update.state in (S.DRAFT, S.RETURNED):
        rest: list[Step] = [{"state": s, "status": "todo"} for s in WAY[1:]]
        if update.state == S.RETURNED:  # the step before names who sent it back
            rest[0] |= {"status": "next", "who": holder_words(standing)}
        return [_written_now(standing, people, to_be_mended), *rest]
    return [{"state": S.DRAFT, "status": "done"}, *_way_on(standing, people)]


def _written_now(standing: Standing, people: People, to_be_mended: Iterable[str]) -> Step:
    update = standing.update
    note = formats.listed(to_be_mended)
    if update.state == S.RETURNED:
        step = _acted(update, S.RETURNED, "returned", people)
        return {**step, "status": "returned", "note": note}
    if standing.is_reopened and not note:
        note = _("Reopened by a reviewer")
    who = holder_words(standing)
    return {"state": S.DRAFT, "status": "current", "who": who, "note": note}


def _way_on(standing: Standing, people: People) -> Iterator[Step]:
    """What was done since the draft, where the answer is, and who has to take the next step."""
    update = standing.update
    reached = WAY.index(S(update.state))
    waits = True
    for place, state in enumerate(WAY[1:], start=1):
        if state == S.SIGNED and _is_unsigned(standing, reached):
            note = _("Skipped: no validator is appointed who may sign.")
            yield {"state": state, "status": "skipped", "note": note}
        elif place <= reached:
            status = "current" if place == reached else "done"
            yield {**_acted(update, state, FIELDS[state], people), "status": status}
        elif waits:
            waits = False
            who = holder_words(standing)
            yield {"state": state, "status": "next", "who": who}
        else:
            yield {"state": state, "status": "todo"}


def _is_unsigned(standing: Standing, reached: int) -> bool:
    """Endorsed without a signature, or about to be."""
    if reached > WAY.index(S.SIGNED):
        return standing.update.signed_at is None
    return standing.update.state == S.SUBMITTED and standing.sign_is_skipped


def _acted(update: ProgressUpdate, state: S, field: str, people: People) -> Step:
    by = getattr(update, f"{field}_by_id")
    name, where = people.get(by, ("", ""))
    return {
        "state": state,
        "who": name,
        "institution": where,
        "when": getattr(update, f"{field}_at"),
    }


def outside_steps(revision: UpdateRevision, history: list[UpdateRevision]) -> list[Step]:
    """What everybody outside the party may know: when it was sent, and who reviewed it."""
    known = [row for row in reversed(history) if row.number <= revision.number]
    review = next((row for row in known if row.verb == Verb.REVIEW), None)
    if revision.verdict and review:  # what was sent after it may have lapsed
        known = [row for row in known if row.number < review.number]
    sent = next((row for row in known if row.verb == Verb.SEND), None)
    step: Step = {"state": S.TRANSMITTED, "when": sent.at if sent else None}
    if revision.verdict and review:
        who = review.by.name if review.by else ""
        reviewed = {"state": S.REVIEWED, "status": "current", "who": who, "when": review.at}
        return [{**step, "status": "done"}, reviewed]
    waits = {"state": S.REVIEWED, "status": "next", "who": _("the reviewer")}
    return [{**step, "status": "current"}, waits]
