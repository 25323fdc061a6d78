"""A supporting institution writes its contribution; the form, and what may go wrong with it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import access, party_or_404
from accounts.models import Institution
from accounts.permissions import Permission
from accounts.typed import form_data
from actionplans.enums import Verb
from actionplans.forms.contributions import ContributionForm
from actionplans.models import Assignment, Contribution, ContributionRevision, ProgressUpdate
from actionplans.models.contributions import CONTRIBUTION_TEXTS
from actionplans.notifications import told_of_contribution
from actionplans.queries.updates import with_people
from actionplans.rules_contributions import ContributionStanding, decide
from actionplans.services import contributions
from actionplans.services.contribution_standings import contribution_standings
from actionplans.services.updates import NotAllowed
from actionplans.views.contribution_words import submit_words
from actionplans.views.lookups import (
    Person,
    evidence_of,
    offer_library,
    standing_for,
    told_words,
    with_belongings,
)
from actionplans.views.steps import on_version
from actionplans.views.wording import open_until
from common import clock, formats
from common.errors import Conflict, DomainError


def supported_or_404(request: HttpRequest, code: str, pk: int) -> ProgressUpdate:
    """An answer that the user may read, or that an institution of theirs supports."""
    party, who = party_or_404(request, code), access(request)
    own = {m.institution_id for m in who.memberships if m.institution_id}
    supports = Assignment.supporting.through.objects.filter(
        assignment=OuterRef("assignment"), institution__in=own
    )
    readable = ProgressUpdate.objects.visible_to(who.reach).values("pk")
    found = with_people(ProgressUpdate.objects.filter(Q(pk__in=readable) | Exists(supports)))
    found = found.prefetch_related("assignment__item__texts")
    return get_object_or_404(found, assignment__party=party, pk=pk)


def standing_with(request: HttpRequest, contribution: Contribution) -> ContributionStanding:
    answer = standing_for(request, contribution.update)
    return contribution_standings([contribution], {contribution.update_id: answer})[0]


def told_if(s: ContributionStanding, verb: Verb) -> list[Person]:
    """Who gets a mail if the step is taken now, with where they belong."""
    people = told_of_contribution(s, f"contribution.{verb}") if verb != Verb.WITHDRAW else []
    return with_belongings(people, s.answer.update.assignment.party)


def edit_contribution(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Write the own institution's contribution, save it as a draft or submit it."""
    update = supported_or_404(request, code, pk)
    institutions = _own_institutions(request, update)
    if not institutions:
        raise PermissionDenied
    chosen = _named(request) or institutions[0]
    page = _Page(request, update, chosen, [one for one in institutions if one != chosen])
    decision = decide(page.standing, Verb.SAVE)
    form = page.form(form_data(request))
    if not decision.allowed:
        return page.locked(form, decision.why)
    finds = request.POST.get("action") == "find"
    if request.method == "POST" and not finds and form.is_valid():
        return _write(page, form)
    return page.render("actionplans/contribution_edit.html", form=form)


def _own_institutions(request: HttpRequest, update: ProgressUpdate) -> list[Institution]:
    """Those supporting institutions for which the person writes, by name."""
    own = access(request).institutions(Permission.ANSWER)
    return list(update.assignment.supporting.filter(pk__in=own).order_by("name"))


def _named(request: HttpRequest) -> Institution | None:
    """The institution for which the form was opened, else the one that the address names.

    It may support the item no more: what was typed for it is never another institution's.
    """
    sent = form_data(request)
    named = (sent and sent.get("institution")) or request.GET.get("institution")
    if not named:
        return None
    own = Institution.objects.filter(pk__in=access(request).institutions(Permission.ANSWER))
    found = next((one for one in own if str(one.pk) == named), None)
    if found is None:
        raise PermissionDenied
    return found


class _Page:
    """One request for one institution's contribution."""

    def __init__(
        self,
        request: HttpRequest,
        update: ProgressUpdate,
        institution: Institution,
        others: list[Institution],
    ) -> None:
        self.request, self.update = request, update
        self.institution, self.others = institution, others
        found = Contribution.objects.filter(update=update, institution=institution)
        present = found.select_related("returned_by").first()
        self.contribution = present or Contribution()
        self.contribution.update, self.contribution.institution = update, institution
        self.evidence = evidence_of(present) if present else []
        self.standing = standing_with(request, self.contribution)

    def form(self, data: QueryDict | None) -> ContributionForm:
        form = ContributionForm(data, contribution=self.contribution, evidence=self.evidence)
        offer_library(self.request, self.update.assignment.party, form)
        return form

    def render(self, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
        item = self.update.assignment.item
        context = {
            "update": self.update,
            "party": self.update.assignment.party,
            "item": item,
            "text": item.text,
            "contribution": self.contribution,
            "evidence": self.evidence,
            "others": self.others,
            "deadline": open_until(self.standing.answer),
            "submit": submit_words(self.standing),
            "told": told_if(self.standing, Verb.SUBMIT),
            "typed": getattr(self.request, "typed", None),
            **more,
        }
        return render(self.request, template, context, status=status)

    def locked(self, form: ContributionForm, why: Any) -> HttpResponse:
        """Why nothing can be written now, and what was typed, to be copied."""
        status = 409 if self.request.method == "POST" else 200
        typed = [(row["label"], row["mine"]) for row in self.rows(form) if row["differs"]]
        template = "actionplans/contribution_locked.html"
        texts = typed + form.ticked_titles()
        return self.render(template, why=why, typed_texts=texts, status=status)

    def rows(self, form: ContributionForm) -> list[dict[str, Any]]:
        """Text by text: what stands there now, and what was typed."""
        return [
            {
                "label": form.fields[name].label,
                "theirs": getattr(self.contribution, name),
                "mine": form.typed(name),
                "differs": form.is_bound and form.typed(name) != getattr(self.contribution, name),
                "field": form[name],
            }
            for name in CONTRIBUTION_TEXTS
        ]


def _write(page: _Page, form: ContributionForm) -> HttpResponseBase:
    submits = page.request.POST.get("action") == "submit"
    write = contributions.submit_contribution if submits else contributions.save_contribution
    told = told_if(page.standing, Verb.SUBMIT) if submits else []
    try:
        saved = write(
            update=page.update,
            institution=page.institution,
            by=access(page.request).user,
            **form.content(),
        )
    except Conflict:
        return _conflict(page, form)
    except NotAllowed as refusal:
        return page.locked(form, refusal.message)
    except DomainError as refusal:
        form.refuse(refusal)
        return page.render("actionplans/contribution_edit.html", form=form)
    if submits:
        words = submit_words(page.standing)
        messages.success(page.request, f"{words.done} {told_words(told)}")
        return redirect(saved.get_absolute_url())
    when = formats.instant(clock.now(), page.update.assignment.party.time_zone)
    messages.success(page.request, _("Draft saved, %(when)s. Nobody is told.") % {"when": when})
    return redirect(page.request.get_full_path())


def _conflict(page: _Page, sent: ContributionForm) -> HttpResponse:
    """Both texts side by side; mine can be sent again on the version that stands now."""
    fresh = _Page(page.request, page.update, page.institution, page.others)
    decision = decide(fresh.standing, Verb.SAVE)
    if not decision.allowed:
        return fresh.locked(sent, decision.why)
    data = on_version(page.request.POST, fresh.contribution.version)
    form = fresh.form(data)
    revisions = ContributionRevision.objects.filter(contribution=fresh.contribution.pk)
    return fresh.render(
        "actionplans/contribution_conflict.html",
        form=form,
        rows=fresh.rows(form),
        last_change=revisions.select_related("by").last(),
        status=409,
    )
