"""A contribution as it is read, and one page for each step in its way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import access, party_or_404
from accounts.permissions import Permission
from accounts.typed import form_data
from actionplans.enums import Verb
from actionplans.forms.contributions import ContributionReturnForm, ContributionStepForm
from actionplans.models import Contribution, ProgressUpdate
from actionplans.queries.contributions import (
    contribution_authors,
    uses_as_they_stand,
    with_answer,
)
from actionplans.rules_contributions import (
    TRANSITIONS,
    ContributionStanding,
    decide,
    decisions,
    state_now,
)
from actionplans.services import contributions
from actionplans.services.updates import NotAllowed
from actionplans.views import contribution_words as words
from actionplans.views.contributions import standing_with, told_if
from actionplans.views.lookups import evidence_of, told_words
from actionplans.views.steps import on_version
from actionplans.views.wording import StepWords
from common.errors import Conflict, DomainError
from common.forms import version_in


@dataclass(frozen=True)
class Step:
    """One step: its verb, its service, its words and its form."""

    verb: Verb
    take: Callable[..., Contribution]
    words: Callable[[ContributionStanding], StepWords]
    form: type[ContributionStepForm] = ContributionStepForm


STEPS: dict[str, Step] = {
    step.verb.value: step
    for step in (
        Step(Verb.SIGN, contributions.sign_contribution, words.sign_words),
        Step(
            Verb.RETURN,
            contributions.return_contribution,
            words.return_words,
            ContributionReturnForm,
        ),
        Step(Verb.WITHDRAW, contributions.withdraw_contribution, words.withdraw_words),
    )
}


def contribution_or_404(
    request: HttpRequest, code: str, pk: int, contribution: int
) -> Contribution:
    """A contribution that the user may read; else exactly as if absent.

    What is sent by the lead institution finds also what another of its people returned a moment
    ago, so that the reason typed is not lost; the page then shows no text of it.
    """
    party, who = party_or_404(request, code), access(request)
    wanted = Q(pk__in=Contribution.objects.visible_to(who.reach).values("pk"))
    if request.method == "POST":
        wanted |= Q(update__assignment__lead__in=who.institutions(Permission.ANSWER))
    found = with_answer(Contribution.objects.filter(wanted))
    return get_object_or_404(found, update__assignment__party=party, update=pk, pk=contribution)


def _is_readable(request: HttpRequest, contribution: Contribution) -> bool:
    visible = Contribution.objects.visible_to(access(request).reach)
    return visible.filter(pk=contribution.pk).exists()


@require_safe
def show_contribution(request: HttpRequest, code: str, pk: int, contribution: int) -> HttpResponse:
    """One contribution: who wrote and signed it, its text, what can be done with it."""
    shown = contribution_or_404(request, code, pk, contribution)
    standing = standing_with(request, shown)
    decided = decisions(standing)
    context = {
        **_frame(request, shown),
        "authors": contribution_authors([shown.pk]).get(shown.pk, []),
        "taken_in": uses_as_they_stand().filter(contribution=shown).select_related("by").first(),
        "actions": [_action(standing, d.verb) for d in decided if d.allowed and d.verb != "submit"],
        "locks": [
            (Verb(d.verb).label, d.why)
            for d in decided
            if not d.allowed and shown.state in TRANSITIONS[d.verb].sources
        ],
        "history": _history(request, shown),
    }
    return render(request, "actionplans/contribution_detail.html", context)


def _frame(request: HttpRequest, shown: Contribution) -> dict[str, Any]:
    """What every page about one contribution shows; the answer is linked for who may read it."""
    update = shown.update
    readable = ProgressUpdate.objects.visible_to(access(request).reach).filter(pk=update.pk)
    return {
        "contribution": shown,
        "evidence": evidence_of(shown),
        "update": update,
        "party": update.assignment.party,
        "item": update.assignment.item,
        "answer_url": update.get_absolute_url() if readable.exists() else "",
    }


def _action(s: ContributionStanding, verb: Verb) -> tuple[str, str, bool]:
    """Address and words of a step's page, and whether the step moves the contribution on."""
    arguments = [s.answer.update.assignment.party.code, s.contribution.update_id]
    if verb == Verb.SAVE:
        url = reverse("actionplans:contribution-edit", args=arguments)
        url += f"?institution={s.contribution.institution_id}"
        return url, _("Write the contribution"), True
    url = reverse(f"actionplans:contribution-{verb}", args=[*arguments, s.contribution.pk])
    return url, str(STEPS[verb].words(s).button), verb == Verb.SIGN


def _history(request: HttpRequest, shown: Contribution) -> list[Any]:
    """Every step, for the institution itself and whoever reads drafts."""
    who = access(request)
    is_own = any(m.institution_id == shown.institution_id for m in who.memberships)
    if not is_own and not who.may(Permission.READ_DRAFTS, shown.update.assignment.party):
        return []
    return list(shown.revisions.select_related("by").order_by("-number"))


@dataclass
class Page:
    """One request for one step."""

    request: HttpRequest
    step: Step
    contribution: Contribution
    standing: ContributionStanding

    def render(
        self, form: ContributionStepForm | None, *, refusal: Any = "", status: int = 200
    ) -> HttpResponse:
        typed = form_data(self.request)
        reason = typed.get("reason", "") if typed else ""
        context = {
            **_frame(self.request, self.contribution),
            "is_readable": _is_readable(self.request, self.contribution),
            "words": self.step.words(self.standing),
            "told": told_if(self.standing, self.step.verb),
            "form": form,
            "refusal": refusal,
            "typed": getattr(self.request, "typed", None),
            "typed_texts": [] if form or not reason else [(_("Reason"), reason)],
        }
        return render(self.request, "actionplans/contribution_step.html", context, status=status)


def take_contribution_step(
    request: HttpRequest, code: str, pk: int, contribution: int, step: str
) -> HttpResponseBase:
    """GET says what the step will do; POST does it."""
    shown = contribution_or_404(request, code, pk, contribution)
    page = Page(request, STEPS[step], shown, standing_with(request, shown))
    decision = decide(page.standing, page.step.verb)
    if decision.is_right_missing and request.method != "POST":
        raise PermissionDenied
    if not decision.allowed:
        return _refused(page, decision.why, decision.is_right_missing)
    form = page.step.form(form_data(request), contribution=shown)
    if request.method == "POST" and form.is_valid():
        return _take(page, form)
    return page.render(form)


def _refused(page: Page, why: Any, is_right_missing: bool) -> HttpResponse:
    """A reason typed before somebody else was faster is kept; without one, 403 or the refusal."""
    is_stale = 0 <= version_in(page.request.POST) < page.contribution.version
    if is_right_missing and not is_stale:
        raise PermissionDenied
    if is_stale:
        why = state_now(page.contribution)
    return page.render(None, refusal=why, status=409 if page.request.method == "POST" else 200)


def _take(page: Page, form: ContributionStepForm) -> HttpResponseBase:
    told = told_if(page.standing, page.step.verb)
    user = access(page.request).user
    try:
        page.step.take(contribution=page.contribution, by=user, **form.cleaned_data)
    except Conflict as refusal:
        return _changed(page, refusal)
    except NotAllowed as refusal:
        return _refused(page, refusal.message, refusal.is_right_missing)
    except DomainError as refusal:
        form.refuse(refusal)
        return page.render(form)
    done = page.step.words(page.standing).done
    messages.success(page.request, f"{done} {told_words(told)}")
    if _is_readable(page.request, page.contribution):
        return redirect(page.contribution.get_absolute_url())
    return redirect(page.contribution.update.get_absolute_url())


def _changed(page: Page, refusal: Conflict) -> HttpResponse:
    """Somebody was faster: the contribution as it stands now, with what was typed."""
    update = page.contribution.update
    code = update.assignment.party.code
    fresh = contribution_or_404(page.request, code, update.pk, page.contribution.pk)
    page.contribution, page.standing = fresh, standing_with(page.request, fresh)
    decision = decide(page.standing, page.step.verb)
    if not decision.allowed:
        return page.render(None, refusal=decision.why, status=409)
    data = on_version(page.request.POST, fresh.version)
    form = page.step.form(data, contribution=fresh)
    return page.render(form, refusal=refusal.message, status=409)
