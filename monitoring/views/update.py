"""One answer: claim, record and verdict side by side, its way, its text, what can be done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import access
from accounts.models import User
from actionplans.enums import UpdateState, Verb
from actionplans.models import ProgressUpdate, UpdateRevision
from actionplans.notifications import NOTIFICATIONS
from actionplans.queries.evidence import is_out_of_date
from actionplans.queries.people import belongings
from actionplans.rules import TRANSITIONS, Decision, Standing, decisions
from actionplans.views import returns
from actionplans.views.lookups import (
    content_for,
    evidence_of,
    standing_for,
    update_or_404,
    will_be_told,
)
from actionplans.views.steps import STEPS
from monitoring.grid import OUTSIDE, amending_since
from monitoring.queries.queue import around, waiting
from monitoring.rules import finding_of
from monitoring.steps import inside_steps, outside_steps, people_in
from monitoring.views.beside import beside

# The verbs that move an answer on, before all others; one of them is the main one.
ONWARDS = (Verb.SAVE, Verb.SUBMIT, Verb.SIGN, Verb.ENDORSE, Verb.SEND, Verb.REVIEW)
# What sends it back, and what leaves it where it is.
OTHERWISE = (Verb.REPLY, Verb.RETURN, Verb.WITHDRAW, Verb.REOPEN)


@dataclass(frozen=True)
class Action:
    """A button: the verb's page and its words."""

    verb: Verb
    words: str | Promise
    url: str

    @property
    def leads_on(self) -> bool:
        """Whether it moves the answer on: only such a step may be the page's main one."""
        return self.verb in ONWARDS


@dataclass(frozen=True)
class Neighbour:
    """The answer before or after this one."""

    pk: int
    code: str
    party_code: str


@require_safe
def update(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    shown = update_or_404(request, code, pk)
    party = shown.assignment.party
    history = list(shown.revisions.select_related("by").order_by("number"))
    standing = standing_for(request, shown, history)
    is_member = access(request).is_member(party)
    content = content_for(request, shown)
    decided = decisions(standing)
    actions = [action_for(standing, d.verb) for d in decided if d.allowed]
    actions.sort(key=lambda action: [*ONWARDS, *OTHERWISE].index(action.verb))
    before, after = _neighbours(request, shown, is_member)
    evidence = evidence_of(content)
    was_sent_back = any(row.verb in (Verb.RETURN, Verb.REOPEN) for row in history)
    returned = returns.returned_parts(request, shown) if was_sent_back else []
    to_be_mended = [row.get_part_display() for row in returned if row.settled_at is None]
    context: dict[str, Any] = {
        "page_party": party,
        "update": shown,
        "item": shown.assignment.item,
        "text": shown.assignment.item.text,
        "content": content,
        "evidence": evidence,
        "is_old": is_out_of_date(content.rating, evidence, shown.period.data_to),
        "threads": returns.threads(returned, content),
        "changes": returns.changes_since(request, shown, returned, content, evidence),
        "to_be_mended": to_be_mended,
        "replied_at": _replied_at(content, history),
        "finding": finding_of(shown),
        "is_member": is_member,
        "is_outside": not is_member,
        "amending_since": None if is_member else amending_since([shown]).get(shown.pk),
        "steps": _steps(standing, content, history, to_be_mended),
        "history": history[::-1] if is_member else [],
        "actions": actions,
        "locks": _locks(decided, standing) if is_member or shown.state in OUTSIDE else [],
        "told": _told(standing, actions),
        "members": standing.members,
        **beside(request, standing),
        "before": before,
        "after": after,
    }
    return render(request, "monitoring/update.html", context)


def action_for(standing: Standing, verb: Verb) -> Action:
    """The page on which the verb is done, named by its effect."""
    found = standing.update
    code = found.assignment.party.code
    if verb == Verb.SAVE:
        url = reverse("actionplans:update-edit", args=[code, found.pk])
        return Action(verb, _("Write the answer"), url)
    if verb == Verb.SEND:
        url = reverse("actionplans:submission", args=[code])
        return Action(verb, _("Send the national answer"), f"{url}?period={found.period.code}")
    url = reverse(f"actionplans:update-{verb}", args=[code, found.pk])
    return Action(verb, STEPS[verb].words(standing).button, url)


def _locks(
    decided: list[Decision], standing: Standing
) -> list[tuple[str | Promise, str | Promise]]:
    """What could be done from this state, and why the reader cannot do it now."""
    return [
        (Verb(d.verb).label, d.why)
        for d in decided
        if not d.allowed and standing.update.state in TRANSITIONS[d.verb].sources
    ]


def _told(
    standing: Standing, actions: list[Action]
) -> tuple[Action, list[tuple[User, str]]] | None:
    """Who gets a mail if the answer moves on now; None where no step onwards tells anybody."""
    for action in actions:
        if action.leads_on and action.verb in NOTIFICATIONS:
            return action, will_be_told(standing, action.verb)
    return None


def _steps(
    standing: Standing,
    content: ProgressUpdate | UpdateRevision,
    history: list[UpdateRevision],
    to_be_mended: list[str],
) -> list[dict[str, Any]]:
    if isinstance(content, UpdateRevision):
        return outside_steps(content, history)
    named = people_in(standing.update)
    acted = {row.by.pk: row.by.name for row in history if row.by and row.by.pk in named}
    where = belongings(acted, standing.update.assignment.party, standing.members)
    people = {pk: (name, where.get(pk, "")) for pk, name in acted.items()}
    return inside_steps(standing, people, to_be_mended)


def _replied_at(
    content: ProgressUpdate | UpdateRevision, history: list[UpdateRevision]
) -> datetime | None:
    """When the party gave the reply that is shown."""
    if not content.party_reply:
        return None
    return next(row.at for row in reversed(history) if row.verb == Verb.REPLY)


def _neighbours(
    request: HttpRequest, shown: ProgressUpdate, is_member: bool
) -> tuple[Neighbour | None, Neighbour | None]:
    """Members go through the party's answers of the period, reviewers through their queue."""
    user = access(request).user
    if is_member:
        rows: QuerySet[ProgressUpdate] = ProgressUpdate.objects.of_member(user).filter(
            assignment__party=shown.assignment.party, period=shown.period
        )
    elif shown.state == UpdateState.TRANSMITTED:
        rows = waiting(request)
    else:
        rows = ProgressUpdate.objects.under_mandate(user).filter(
            assignment__party=shown.assignment.party, period=shown.period
        )
    order = ("assignment__party__name", "assignment__item__position", "pk")
    named = {
        pk: Neighbour(pk, item, code)
        for pk, item, code in rows.order_by(*order).values_list(
            "pk", "assignment__item__code", "assignment__party__code"
        )
    }
    before, after = around(list(named), shown.pk)
    return named.get(before or 0), named.get(after or 0)
