"""Remarks on an answer, and a reviewer's questions: what is posted, each at its own address."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import access
from accounts.models import User
from accounts.typed import form_data
from actionplans.forms.discussion import QuestionForm, RemarkForm, ReplyForm, WithdrawalForm
from actionplans.models import Clarification, ProgressUpdate
from actionplans.notifications import told_of_question, told_of_reply
from actionplans.rules_discussion import Speech, rule
from actionplans.services import discussion
from actionplans.services.updates import NotAllowed
from actionplans.views.lookups import (
    Person,
    standing_for,
    told_words,
    update_or_404,
    with_belongings,
)
from actionplans.views.wording import StepWords
from common import formats
from common.errors import Conflict, DomainError


def remark_form(request: HttpRequest, update: ProgressUpdate) -> RemarkForm:
    """The form under the discussion, with what was typed into it before the session ended."""
    url = reverse("actionplans:remark", args=[update.assignment.party.code, update.pk])
    return RemarkForm(form_data(request, url), update=update)


def add_remark(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Take a remark; the page says who will read it before it is sent."""
    update = update_or_404(request, code, pk)
    ruling = rule(standing_for(request, update), Speech.REMARK)
    if ruling.is_right_missing:
        raise PermissionDenied
    form = remark_form(request, update)
    if ruling.allowed and request.method == "POST" and form.is_valid():
        return _remark(request, update, form)
    return _remark_page(request, update, form, why=ruling.why)


def _remark(request: HttpRequest, update: ProgressUpdate, form: RemarkForm) -> HttpResponseBase:
    typed = {name: form.cleaned_data[name] for name in ("text", "part")}
    by = access(request).user
    try:
        made = discussion.add_remark(update=update, is_shared=form.is_shared, by=by, **typed)
    except Conflict as refusal:
        fresh = update_or_404(request, update.assignment.party.code, update.pk)
        data = request.POST.copy()
        data["readers"] = "shared"  # an answer that was sent stays sent
        again = RemarkForm(data, update=fresh)
        return _remark_page(request, fresh, again, why=refusal.message, status=409)
    except DomainError as refusal:
        form.refuse(refusal)
        return _remark_page(request, update, form, why="")
    messages.success(request, _("Your remark stands in the discussion. Nobody is told by mail."))
    return redirect(made.get_absolute_url())


def _remark_page(
    request: HttpRequest, update: ProgressUpdate, form: RemarkForm, *, why: Any, status: int = 200
) -> HttpResponse:
    closed = bool(why) and status == 200
    context = {
        "update": update,
        "party": update.assignment.party,
        "item": update.assignment.item,
        "why": why,
        "remark_form": None if closed else form,
        "is_shared": update.was_sent,
        "typed": getattr(request, "typed", None),
        "typed_texts": [(_("Remark"), form.data.get("text", ""))] if closed and form.data else [],
    }
    status = 409 if closed and request.method == "POST" else status
    return render(request, "actionplans/remark.html", context, status=status)


class _Page:
    """One request about a question: asking, answering or withdrawing it."""

    def __init__(
        self, request: HttpRequest, code: str, pk: int, speech: Speech, number: int | None = None
    ) -> None:
        self.request, self.user = request, access(request).user
        self.update = update_or_404(request, code, pk)
        self.speech, self.number = speech, number
        self.standing = standing_for(request, self.update)

    @property
    def asked(self) -> Clarification | None:
        """What is answered or withdrawn; None where a question is only being asked."""
        return self.question if self.number is not None else None

    @cached_property
    def question(self) -> Clarification:
        """The question as it stands; else exactly as if absent."""
        found = Clarification.objects.visible_to(self.user).select_related(
            "asked_by", "answered_by", "withdrawn_by"
        )
        asked = get_object_or_404(found, update=self.update, number=self.number)
        asked.update = self.update
        return asked

    @property
    def names(self) -> dict[str, str]:
        assignment = self.update.assignment
        return {
            "item": formats.apart(assignment.item.named),
            "party": assignment.party.display_name,
            "number": formats.number(self.asked.number) if self.asked else "",
        }

    def respond(
        self,
        form: QuestionForm | ReplyForm | WithdrawalForm,
        words: StepWords,
        told: list[User],
        take: Callable[..., Clarification],
    ) -> HttpResponseBase:
        """GET says what will happen and who will be told; POST does it."""
        ruling = rule(self.standing, self.speech, self.asked)
        if ruling.is_right_missing:
            raise PermissionDenied
        people = with_belongings(told, self.update.assignment.party)
        if not ruling.allowed:
            return self._render(form, words, people, why=ruling.why)
        if self.request.method == "POST" and form.is_valid():
            try:
                taken = take(by=self.user, **form.cleaned_data)
            except (Conflict, NotAllowed) as refusal:
                if self.asked:
                    del self.question  # it is shown as it stands now
                return self._render(form, words, people, why=refusal.message)
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                messages.success(self.request, f"{words.done} {told_words(people)}")
                return redirect(taken.get_absolute_url())
        return self._render(form, words, people)

    def _render(
        self,
        form: QuestionForm | ReplyForm | WithdrawalForm,
        words: StepWords,
        told: list[Person],
        why: Any = "",
    ) -> HttpResponse:
        """With the form; or with why it can no longer be taken, and what was typed."""
        typed = [(str(field.label), str(field.data)) for field in form if field.data]
        context = {
            "update": self.update,
            "party": self.update.assignment.party,
            "item": self.update.assignment.item,
            "asked": self.asked,
            "words": words,
            "told": told,
            "why": why,
            "form": None if why else form,
            "typed": getattr(self.request, "typed", None),
            "typed_texts": typed if why else [],
        }
        status = 409 if why and self.request.method == "POST" else 200
        return render(self.request, "actionplans/clarification.html", context, status=status)


def ask_clarification(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Ask the party about what it sent; the answer stays where it is."""
    page = _Page(request, code, pk, Speech.ASK)
    words = StepWords(
        _("Ask %(party)s about %(item)s") % page.names,
        _("The answer is not returned: it stays as it was sent and can be reviewed meanwhile."),
        _("Ask the question"),
        _("The question was asked."),
    )
    form = QuestionForm(form_data(request), update=page.update)
    take = partial(discussion.ask_clarification, update=page.update)
    return page.respond(form, words, told_of_question(page.standing), take)


def answer_clarification(request: HttpRequest, code: str, pk: int, number: int) -> HttpResponseBase:
    """Answer a question for the party, once."""
    page = _Page(request, code, pk, Speech.ANSWER, number)
    words = StepWords(
        _("Reply to question %(number)s on %(item)s") % page.names,
        _("Your words stand beside the answer that was sent; they do not change it."),
        _("Send the reply"),
        _("The question was answered."),
    )
    take = partial(discussion.answer_clarification, clarification=page.question)
    told = told_of_reply(page.question)
    return page.respond(ReplyForm(form_data(request)), words, told, take)


def withdraw_clarification(
    request: HttpRequest, code: str, pk: int, number: int
) -> HttpResponseBase:
    """Say that a question needs no answer any more."""
    page = _Page(request, code, pk, Speech.WITHDRAW, number)
    words = StepWords(
        _("Withdraw question %(number)s on %(item)s") % page.names,
        _("It needs no answer any more. It stays in the discussion, marked as withdrawn."),
        _("Withdraw the question"),
        _("The question was withdrawn."),
    )
    take = partial(discussion.withdraw_clarification, clarification=page.question)
    return page.respond(WithdrawalForm(form_data(request)), words, [], take)
