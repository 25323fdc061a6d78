"""Handing a leaver's work over: everything in one transaction, or nothing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.links import absolute
from accounts.models import Party, User
from accounts.services import audit, memberships
from actionplans.queries.holdings import Holding
from actionplans.services import handover as answers
from common import clock, jobs
from common.errors import Conflict, DomainError
from common.querysets import lock
from monitoring.canonical import Content, canonical, digest
from monitoring.models import Briefing, HandOver
from monitoring.queries.handover import Estate, Group, Thing, estate_of
from monitoring.services.reports import File, keep_file
from taskforces.models import Seat
from taskforces.services import handover as seats

JOB_KIND = "write_briefing"


@dataclass(frozen=True)
class Plan:
    """Who is to get what; `refused` says of a group why its receiver cannot take it."""

    estate: Estate
    parts: dict[User, list[Thing]]
    staying: list[Thing]
    refused: list[tuple[Group, str]]

    @property
    def told(self) -> list[User]:
        """Who will get a mail."""
        return [*self.parts, self.estate.leaver]


def plan(estate: Estate, to: Mapping[str, int]) -> Plan:
    """`to`: key of a group -> id of its receiver; what is not named stays where it is."""
    parts: dict[User, list[Thing]] = defaultdict(list)
    staying: list[Thing] = []
    refused: list[tuple[Group, str]] = []
    for group in estate.groups:
        who = estate.others.get(to.get(group.key, 0))
        if who is None:
            staying += group.things
            continue
        reasons = [reason for thing in group.things if (reason := thing.why_not(who))]
        if reasons:
            words = {"name": who.user.name, "why": reasons[0]}
            refused.append((group, _("%(name)s cannot take this: %(why)s.") % words))
        else:
            parts[who.user] += group.things
    return Plan(estate, dict(parts), staying, refused)


@transaction.atomic
def hand_over_work(
    *, party: Party, leaver: User, to: Mapping[str, int], seen: str, end_roles: bool, by: User
) -> HandOver:
    """Give the leaver's work in the party to others, and end their roles where wanted.

    `to` is as in `plan`; `seen` is the fingerprint of what was previewed. Conflict where the
    work is not the same any more. Who takes something and the leaver are told by mail.
    """
    memberships.take_turns(party)
    estate = estate_of(leaver, party)
    if estate.fingerprint != seen:
        raise Conflict(_("This changed while you looked at it. Look at it again."))
    made = plan(estate, to)
    if made.refused:
        raise DomainError(made.refused[0][1])
    if not made.parts and not end_roles:
        raise DomainError(_("Say who takes at least one thing over."))
    hand_over = HandOver.objects.create(party=party, leaver=leaver, made_by=by)
    for receiver, things in made.parts.items():
        _brief(hand_over, receiver, things)
        _give(things, to=receiver, by=by)
    if end_roles:
        hand_over.roles_ended = len(memberships.end_all(user=leaver, party=party, by=by))
        hand_over.save(update_fields=["roles_ended"])
    audit.record(
        "handover.made",
        hand_over,
        by=by,
        party=party,
        leaver=leaver.pk,
        to={str(user.pk): [list(t.row[:2]) for t in things] for user, things in made.parts.items()},
        roles=[role.pk for role in estate.roles] if end_roles else [],
    )
    _tell(hand_over, made)
    return hand_over


@transaction.atomic
def keep_pdf(*, briefing: Briefing, file: File) -> Briefing:
    """Keep the briefing's PDF, unless there is one already. The job that wrote it may run twice."""
    row = lock(Briefing.objects.filter(pk=briefing.pk)).get()
    if row.stored_file_id is None:
        name = f"waypost-{row.hand_over.party.code}-briefing-{row.pk}.pdf"
        row.stored_file = keep_file(name=name, data=file.data, content_type="application/pdf")
        row.standard = file.standard
        row.save(update_fields=["stored_file", "standard"])
        audit.record("handover.briefed", row, by=None, party=row.hand_over.party)
    return row


def _give(things: list[Thing], *, to: User, by: User) -> None:
    answers.hand_over([t.held for t in things if isinstance(t.held, Holding)], to=to)
    seats.hand_over([t.held for t in things if isinstance(t.held, Seat)], to=to, by=by)


def _brief(hand_over: HandOver, receiver: User, things: list[Thing]) -> Briefing:
    """Freeze what the receiver gets, as it stands before it moves; a job writes the PDF."""
    language = receiver.language or settings.LANGUAGE_CODE
    with translation.override(language):
        content = canonical(_content(hand_over, receiver, things))
    briefing = Briefing.objects.create(
        hand_over=hand_over,
        receiver=receiver,
        content=content,
        sha256=digest(content),
        language=language,
    )
    payload = {"briefing": briefing.pk}
    jobs.enqueue(kind=JOB_KIND, unique_key=briefing.job_key, payload=payload)
    return briefing


def _content(hand_over: HandOver, receiver: User, things: list[Thing]) -> Content:
    return {
        "party": hand_over.party.display_name,
        "zone": hand_over.party.time_zone,
        "leaver": hand_over.leaver.name,
        "receiver": receiver.name,
        "by": hand_over.made_by.name,
        "made_at": _instant(hand_over.made_at),
        "items": [_item(t.held) for t in things if isinstance(t.held, Holding)],
        "seats": [_seat(t.held) for t in things if isinstance(t.held, Seat)],
    }


def _instant(value: Any) -> str:
    return str(value.isoformat())


def _item(held: Holding) -> Content:
    row, update = held.assignment, held.update
    return {
        "code": row.item.code,
        "title": row.item.text.title,
        "institution": row.lead.name,
        "as": "alternate" if held.is_alternate and not held.is_focal_point else "focal_point",
        "draft": held.is_writer,
        "path": update.get_absolute_url() if update else row.item.get_absolute_url(),
        "answer": None
        if update is None
        else {
            "period": str(update.period),
            "state": update.state,
            "until": _instant(update.editable_until or update.period.deadline_for(row.party)),
            "returned": [
                {"part": row.part, "reason": row.reason, "by": row.returned_by.name}
                for row in update.returned_parts.all()
            ],
        },
    }


def _seat(seat: Seat) -> Content:
    return {
        "institution": seat.institution.name,
        "task_force": seat.task_force.name,
        "chair": seat.is_chair,
        "since": clock.today().isoformat(),
        "path": seat.get_absolute_url(),
    }


def _tell(hand_over: HandOver, made: Plan) -> None:
    briefings = {b.receiver_id: b for b in hand_over.briefings.all()}
    mails = [_mail(hand_over, user, briefings.get(user.pk), made) for user in made.told]
    get_connection().send_messages(mails)


def _mail(hand_over: HandOver, to: User, briefing: Briefing | None, made: Plan) -> EmailMessage:
    with translation.override(to.language or settings.LANGUAGE_CODE):
        words = {"name": hand_over.leaver.name, "party": hand_over.party}
        subject = (
            _("%(party)s: the work of %(name)s is handed over")
            if made.parts
            else _("%(party)s: the roles of %(name)s have ended")
        )
        context = {
            "person": to,
            "hand_over": hand_over,
            "number": len(made.parts.get(to, [])),
            "receivers": list(made.parts),
            "link": absolute(briefing.get_absolute_url()) if briefing else "",
        }
        return EmailMessage(
            subject % words, render_to_string("emails/handover.txt", context), None, [to.email]
        )
