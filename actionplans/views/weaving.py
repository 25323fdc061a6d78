"""Taking what supporting institutions gave into the answer that is being written.

Putting a text in saves nothing: the form comes back with it under what was typed, with its
documents ticked among those to use, and with a tick that it is taken in. Saving the answer notes
what is ticked. A tick carries the version that its lead read: of another text it says nothing.
"""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from accounts.access import access
from actionplans.forms.updates import UpdateForm
from actionplans.models import Contribution, Evidence
from actionplans.queries.contributions import lines_of
from actionplans.rules import Standing
from actionplans.rules_contributions import is_narrative_open, state_now
from common.errors import DomainError
from common.forms import sent_number


def weave(request: HttpRequest, standing: Standing, sent: UpdateForm) -> UpdateForm:
    """What was sent, with the contribution that the button names under it and its tick set.

    One that was returned or taken back meanwhile is refused above what was sent.
    """
    own = Contribution.objects.filter(update=standing.update)
    contribution = get_object_or_404(own, pk=sent_number(request.POST["weave"]))
    if not contribution.is_handed_over:
        sent.refuse(DomainError(state_now(contribution)))
        return sent
    data = request.POST.copy()
    if is_narrative_open(standing.update):
        _put_under(data, "narrative", sent, contribution.text)
        if "measures" in sent.fields:
            _put_under(data, "measures", sent, contribution.measures)
        if "library" in sent.fields:
            _tick_documents(data, sent, contribution)
        data.appendlist("woven", f"{contribution.pk}:{contribution.version}")
    return UpdateForm(data, update=standing.update, evidence=sent.evidence, returned=sent.returned)


def _put_under(data: QueryDict, name: str, sent: UpdateForm, text: str) -> None:
    """A text that stands there already, put in twice by a second click, stays once."""
    typed = sent.typed(name).rstrip()
    if text and text not in typed:
        data[name] = f"{typed}\n\n{text}".strip()


def _tick_documents(data: QueryDict, sent: UpdateForm, contribution: Contribution) -> None:
    """Those that the answer holds or that are ticked already are left alone."""
    there = {*(one.pk for one in sent.evidence), *sent.ticked()}
    for one in contribution.evidence.exclude(pk__in=there):
        data.appendlist("library", str(one.pk))


def weaving(request: HttpRequest, standing: Standing, form: UpdateForm) -> dict[str, Any]:
    """What the page of an answer being written shows of contributions."""
    lines = lines_of(standing.update, access(request).user)
    given = [line.contribution for line in lines if line.contribution]
    documents = Evidence.objects.select_related("party", "stored_file")
    prefetch_related_objects(given, Prefetch("evidence", documents))
    ticks = form.taken_in()
    kept = [one for one in given if ticks.get(one.pk) == one.version]
    asked = request.POST.get("weave")
    return {
        "lines": lines,
        "may_weave": is_narrative_open(standing.update),
        "is_put_in": any(one.is_handed_over and str(one.pk) == asked for one in kept),
        "ticked": kept,
        "changed": [one for one in given if one.pk in ticks and one not in kept],
        "lost_file": request.FILES.get("file"),
    }
