"""Three periods of the demo's answers, moved by the same services as a ministry's own."""

import datetime as dt
from collections.abc import Iterator

from accounts.models import User
from actionplans.enums import RATINGS_BY_KIND, ItemKind, Part, Rating, UpdateState
from actionplans.models import ProgressUpdate, ReportingPeriod
from actionplans.queries.updates import sent_earlier
from actionplans.services import contributions, periods, submissions, updates
from actionplans.services.contents import Content, NewEvidence
from common import clock
from monitoring.demo import beside
from monitoring.demo.cast import DATA, Cast

HALF_YEAR = dt.timedelta(days=182)
DAY = dt.timedelta(days=1)
# Whole, several parts, one part: each return of the demo names one of these.
RETURNED = ((Part.WHOLE,), (Part.NARRATIVE, Part.EVIDENCE), (Part.EVIDENCE,))


def periods_until_now(by: User) -> Iterator[ReportingPeriod]:
    """Two closed half-years and the open one, due in 12 days."""
    now = clock.now().replace(hour=16, minute=0, second=0, microsecond=0)
    today = now.date()
    end = dt.date(today.year, 6, 30) if today.month > 6 else dt.date(today.year - 1, 12, 31)
    for back in (2, 1, 0):
        last = end
        for _step in range(back):
            last = dt.date(last.year - 1, 12, 31) if last.month == 6 else dt.date(last.year, 6, 30)
        half = 1 if last.month == 6 else 2
        opens = now - 48 * DAY - back * HALF_YEAR
        with clock.at(opens):
            period = periods.create_period(
                code=f"{last.year}-H{half}",
                name=f"{last.year}, {'first' if half == 1 else 'second'} half",
                data_from=dt.date(last.year, 1 if half == 1 else 7, 1),
                data_to=last,
                opens_at=opens,
                due_at=opens + 60 * DAY,
                closes_at=opens + 120 * DAY,
                by=by,
            )
        yield period


def live_through(cast: Cast, period: ReportingPeriod, number: int) -> None:
    """Answer a period: a closed one up to its reviews, the open one in every state."""
    rows = list(
        ProgressUpdate.objects.filter(assignment__party=cast.party, period=period)
        .select_related("assignment__item", "assignment__lead")
        .order_by("assignment__item__position")
    )
    is_open = period.closes_at > clock.now()
    state_of = _state_in_open if is_open else _state_in_closed
    shift = sum(map(ord, cast.party.code))  # countries do not leave out the same items
    plan = [(update, state_of(n + shift, cast)) for n, update in enumerate(rows)]
    start = period.opens_at + DAY
    for n, (update, state) in enumerate(plan):
        with clock.at(start + n * dt.timedelta(hours=5)):
            _answer(cast, update, state, number, n)
    late = dt.timedelta(days=4 if cast.strength == 1 and not is_open else 0)
    sent_at = (period.opens_at + 38 * DAY) if is_open else (period.due_at - DAY + late)
    if any(state in (UpdateState.TRANSMITTED, UpdateState.REVIEWED) for _u, state in plan):
        with clock.at(sent_at):
            _endorse_and_send(cast, period, plan)
        with clock.at(sent_at + 2 * DAY):
            beside.discuss(cast, plan, is_open)
        with clock.at(sent_at + 6 * DAY):
            for n, (update, state) in enumerate(plan):
                if state == UpdateState.REVIEWED:
                    _review(cast, update, n)
    with clock.at(sent_at + 2 * DAY):
        for update, state in plan:
            if state == UpdateState.ENDORSED:
                updates.endorse_update(update=update, version=update.version, by=cast.coordinator)


def _state_in_closed(n: int, cast: Cast) -> UpdateState:
    """Weaker parties leave more unanswered; a few answers stay without a review."""
    if n % 7 >= 4 + cast.strength:
        return UpdateState.DRAFT
    return UpdateState.TRANSMITTED if n % 11 == 10 else UpdateState.REVIEWED


def _state_in_open(n: int, cast: Cast) -> UpdateState:
    """Every state at once, further along for a stronger party."""
    order = (
        UpdateState.DRAFT,
        UpdateState.SUBMITTED,
        UpdateState.RETURNED,
        UpdateState.SIGNED,
        UpdateState.ENDORSED,
        UpdateState.TRANSMITTED,
        UpdateState.REVIEWED,
    )
    return order[n % min(len(order), 5 + cast.strength)]


def _rating(cast: Cast, update: ProgressUpdate, number: int, n: int) -> Rating:
    scale = RATINGS_BY_KIND[update.assignment.item.kind]
    if update.assignment.item.kind == ItemKind.STANDING:
        reached = (cast.strength + number + n % 3 - 1) if n % 5 else cast.strength - 1
        return scale[max(0, min(4, reached))]
    return scale[min(2 if update.assignment.item.kind == ItemKind.ACT else 1, number + n % 2)]


def _answer(cast: Cast, update: ProgressUpdate, state: UpdateState, number: int, n: int) -> None:
    """Write, and move on to just before the sending."""
    writer = cast.contributors[cast.key_of(update.assignment.lead)]
    given = beside.contribute(cast, update, state)
    content = _content(cast, update, number, n)
    if state == UpdateState.DRAFT:
        if n % 2:
            half = Content(narrative=content.narrative)
            updates.save_update(update=update, version=0, content=half, by=writer)
        return
    if number and n % 6 == 5 and sent_earlier(update):
        row = updates.submit_unchanged(
            update=update, version=0, reason=DATA["unchanged_reason"], by=writer
        )
    else:
        content = beside.with_contributions(content, given)
        row = updates.submit_update(update=update, version=0, content=content, by=writer)
        taken_in = {one.pk: one.version for one in given}
        contributions.take_in(update=row, contributions=taken_in, by=writer)
    validator = cast.validators[cast.key_of(update.assignment.lead)]
    if state == UpdateState.SUBMITTED:
        if n % 3 == 0:
            _return_and_mend(row, writer=writer, validator=validator)
        return
    if state == UpdateState.RETURNED:
        reasons = {str(part): DATA["return_reasons"][part] for part in RETURNED[n % 3]}
        updates.return_update(update=row, version=row.version, reasons=reasons, by=validator)
        return
    row = updates.sign_update(update=row, version=row.version, by=validator)
    update.version = row.version


def _return_and_mend(row: ProgressUpdate, *, writer: User, validator: User) -> None:
    """One part went back and came again: the validator finds what changed."""
    reasons = {str(Part.NARRATIVE): DATA["return_reasons"][Part.NARRATIVE]}
    row = updates.return_update(update=row, version=row.version, reasons=reasons, by=validator)
    mended = Content.of(row, narrative=f"{row.narrative} {DATA['mended']}")
    updates.submit_update(update=row, version=row.version, content=mended, by=writer)


def _content(cast: Cast, update: ProgressUpdate, number: int, n: int) -> Content:
    rating = _rating(cast, update, number, n)
    item, lead = update.assignment.item, update.assignment.lead
    title = item.title
    attach: tuple[NewEvidence, ...] = ()
    if rating in (Rating.APPLIED, Rating.SUSTAINED, Rating.DONE):
        attach = (
            NewEvidence(
                title=f"Order on {item.code}",
                url=f"https://example.org/{cast.party.code.lower()}/{item.code}-{number}",
                publisher=lead.name,
                date=clock.today() - 60 * DAY,
            ),
        )
    return Content(
        narrative=DATA["narratives"][rating].format(
            lead=lead.name, subject=title[0].lower() + title[1:]
        ),
        rating=rating,
        rating_reason="Decided with the ministries concerned." if rating == Rating.YES else "",
        measures=DATA["measures"][n % 3],
        next_steps=DATA["next_steps"][(n + number) % 3],
        attach=attach,
    )


def _endorse_and_send(
    cast: Cast, period: ReportingPeriod, plan: list[tuple[ProgressUpdate, UpdateState]]
) -> None:
    for update, state in plan:
        if state in (UpdateState.TRANSMITTED, UpdateState.REVIEWED):
            updates.endorse_update(update=update, version=update.version, by=cast.coordinator)
    submissions.send_national_answer(party=cast.party, period=period, by=cast.coordinator)


def _review(cast: Cast, update: ProgressUpdate, n: int) -> None:
    """Most verdicts agree; some are lower, a few higher, with the reason."""
    update.refresh_from_db()
    scale = list(RATINGS_BY_KIND[update.assignment.item.kind])
    place, reason = scale.index(Rating(update.rating)), ""
    if n % 4 == 1 and place > 0:
        place, reason = place - 1, DATA["verdict_reasons"]["lower"]
    elif n % 9 == 2 and place < 3 and update.assignment.item.kind == ItemKind.STANDING:
        place, reason = place + 1, DATA["verdict_reasons"]["higher"]
    row = updates.review_update(
        update=update,
        version=update.version,
        verdict=scale[place],
        reason=reason,
        by=cast.reviewer,
    )
    if scale[place] < row.rating and n % 8 == 1:
        updates.reply_to_verdict(
            update=row, version=row.version, reply=DATA["reply"], by=cast.coordinator
        )
