"""One page for each step in an answer's way: what it will do, who will be told, the button."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render

from accounts.access import access
from accounts.models import User
from accounts.typed import form_data
from actionplans.enums import Verb
from actionplans.forms.steps import (
    ReopenForm,
    ReplyForm,
    ReturnForm,
    ReviewForm,
    StepForm,
    UnchangedForm,
)
from actionplans.models import ProgressUpdate
from actionplans.queries.updates import sent_earlier
from actionplans.rules import Standing, decide
from actionplans.services import updates
from actionplans.services.updates import NotAllowed
from actionplans.views import returns, wording
from actionplans.views.lookups import (
    BEING_AMENDED,
    all_evidence_of,
    content_for,
    evidence_of,
    is_being_amended,
    standing_for,
    told_words,
    update_or_404,
    will_be_told,
)
from common.errors import Conflict, DomainError
from common.forms import version_in


@dataclass(frozen=True)
class Step:
    """One step: its verb, its form, its service and its words."""

    verb: Verb
    take: Callable[..., ProgressUpdate]
    words: Callable[[Standing], wording.StepWords]
    form: type[StepForm] = StepForm
    fields: tuple[tuple[str, str], ...] = ()  # the service's argument and the form's field
    is_of_last_period: bool = False
    stays_in_draft: bool = False


STEPS: dict[str, Step] = {
    "submit": Step(Verb.SUBMIT, updates.submit_update, wording.submit_words),
    "unchanged": Step(
        Verb.SUBMIT,
        updates.submit_unchanged,
        wording.unchanged_words,
        UnchangedForm,
        (("reason", "unchanged_reason"),),
        is_of_last_period=True,
    ),
    "carry-over": Step(
        Verb.SAVE,
        updates.carry_over,
        wording.carry_over_words,
        is_of_last_period=True,
        stays_in_draft=True,
    ),
    "sign": Step(Verb.SIGN, updates.sign_update, wording.sign_words),
    "endorse": Step(Verb.ENDORSE, updates.endorse_update, wording.endorse_words),
    "withdraw": Step(Verb.WITHDRAW, updates.withdraw_update, wording.withdraw_words),
    "return": Step(
        Verb.RETURN,
        updates.return_update,
        wording.return_words,
        ReturnForm,
        (("reasons", "reasons"),),
    ),
    "review": Step(
        Verb.REVIEW,
        updates.review_update,
        wording.review_words,
        ReviewForm,
        (("verdict", "verdict"), ("reason", "verdict_reason")),
    ),
    "reopen": Step(
        Verb.REOPEN,
        updates.reopen_update,
        wording.reopen_words,
        ReopenForm,
        (("reason", "reason"), ("until", "until")),
    ),
    "reply": Step(
        Verb.REPLY,
        updates.reply_to_verdict,
        wording.reply_words,
        ReplyForm,
        (("reply", "party_reply"),),
    ),
}


@dataclass
class Page:
    """One request for one step."""

    request: HttpRequest
    name: str
    step: Step
    update: ProgressUpdate
    standing: Standing

    def render(
        self, form: StepForm | None, *, refusal: Any = "", changed: bool = False, status: int = 200
    ) -> HttpResponse:
        shown = sent_earlier(self.update) if self.step.is_of_last_period else None
        content = shown or content_for(self.request, self.update)
        evidence = all_evidence_of(shown) if shown else evidence_of(content)
        returned = [] if shown else returns.returned_parts(self.request, self.update)
        context = {
            "update": self.update,
            "party": self.update.assignment.party,
            "item": self.update.assignment.item,
            "words": self.step.words(self.standing),
            "told": will_be_told(self.standing, self.step.verb),
            "form": form,
            "refusal": refusal,
            "changed": changed,
            "last_change": self.update.revisions.select_related("by").last(),
            "content": content,
            "evidence": evidence,
            "threads": returns.threads(returned, content),
            "changes": returns.changes_since(
                self.request, self.update, returned, content, evidence
            ),
            "last_period": shown.update.period if shown else None,
            "typed": getattr(self.request, "typed", None),
            "typed_texts": [] if form else self._typed_texts(),
            "is_outside": not access(self.request).is_member(self.update.assignment.party),
        }
        return render(
            self.request, f"actionplans/update_{self._template}.html", context, status=status
        )

    @property
    def _template(self) -> str:
        return "review" if self.step.verb in (Verb.REVIEW, Verb.REPLY) else "step"

    def _typed_texts(self) -> list[tuple[str, str]]:
        """What was typed, for a page that can no longer take it."""
        form = self.step.form(form_data(self.request), update=self.update)
        return [
            (str(field.label), str(field.data))
            for field in form
            if form.is_bound and field.name != "version" and field.data
        ]


def take_step(request: HttpRequest, code: str, pk: int, step: str) -> HttpResponseBase:
    """GET says what the step will do; POST does it."""
    update = update_or_404(request, code, pk)
    page = Page(request, step, STEPS[step], update, standing_for(request, update))
    decision = decide(page.standing, page.step.verb)
    if decision.is_right_missing and not _has_just_passed_on(page):
        raise PermissionDenied
    if not decision.allowed:
        why = _why(page, decision.why)
        return page.render(None, refusal=why, status=409 if request.method == "POST" else 200)
    form = page.step.form(form_data(request), update=update)
    if request.method == "POST" and form.is_valid():
        return _take(page, form)
    return page.render(form)


def _take(page: Page, form: StepForm) -> HttpResponseBase:
    step, user = page.step, access(page.request).user
    told = will_be_told(page.standing, step.verb)
    words = step.words(page.standing)
    try:
        _call(step, page.update, form, by=user)
    except Conflict:
        return _changed(page)
    except NotAllowed as refusal:
        if refusal.is_right_missing:
            raise PermissionDenied from refusal
        return page.render(None, refusal=refusal.message, status=409)
    except DomainError as refusal:
        form.refuse(refusal)
        return page.render(form)
    messages.success(page.request, f"{words.done} {told_words(told)}")
    if step.stays_in_draft:
        return redirect(
            "actionplans:update-edit", page.update.assignment.party.code, page.update.pk
        )
    return redirect(page.update.get_absolute_url())


def _call(step: Step, update: ProgressUpdate, form: StepForm, *, by: User) -> ProgressUpdate:
    typed = {argument: form.cleaned_data[field] for argument, field in step.fields}
    return step.take(update=update, version=form.cleaned_data["version"], by=by, **typed)


def _changed(page: Page) -> HttpResponse:
    """Somebody was faster: show the answer as it stands now with what was typed."""
    fresh = update_or_404(page.request, page.update.assignment.party.code, page.update.pk)
    page.update, page.standing = fresh, standing_for(page.request, fresh)
    decision = decide(page.standing, page.step.verb)
    if not decision.allowed:
        return page.render(None, refusal=_why(page, decision.why), changed=True, status=409)
    form = page.step.form(on_version(page.request.POST, fresh.version), update=fresh)
    return page.render(form, changed=True, status=409)


def on_version(data: QueryDict, version: int) -> QueryDict:
    """The typed fields, to be sent again on the version that stands now."""
    data = data.copy()
    data["version"] = str(version)
    return data


def _has_just_passed_on(page: Page) -> bool:
    """Whether a return comes from somebody whose turn is over: the reason typed is kept."""
    s = page.standing
    was_theirs = s.mandated or s.me in s.validators | s.coordinators | s.administrators
    is_stale = 0 <= version_in(page.request.POST) < page.update.version
    return page.step.verb == Verb.RETURN and was_theirs and is_stale


def _why(page: Page, why: Any) -> Any:
    """The reason for a refusal; outside the party nothing is said of states before sending."""
    if is_being_amended(page.request, page.update):
        return BEING_AMENDED
    return why
