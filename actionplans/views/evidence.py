"""A document behind an answer: a file to save, or a link to leave by."""

from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import access, party_or_404
from actionplans.enums import Verb
from actionplans.models import Evidence
from actionplans.rules import decide, open_fields
from actionplans.views.lookups import standing_for, update_or_404
from common import views as common_views
from common.uploads import EVIDENCE, serve_file


def show_evidence(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """The file itself; for a link, a page that says where it leads."""
    party = party_or_404(request, code)
    visible = Evidence.objects.visible_to(access(request).user).select_related("stored_file")
    evidence = get_object_or_404(visible, party=party, pk=pk)
    if evidence.stored_file:
        return serve_file(evidence.stored_file)
    context = {"party": party, "evidence": evidence, "host": urlsplit(evidence.url).hostname}
    return render(request, "actionplans/evidence_detail.html", context)


@require_POST
def begin_upload(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """Open a chunked upload of a file for an answer that the person may write."""
    update = update_or_404(request, code, pk)
    decision = decide(standing_for(request, update), Verb.SAVE)
    if decision.is_right_missing:
        raise PermissionDenied
    if not decision.allowed:
        return JsonResponse({"error": str(decision.why)}, status=400)
    returned = update.returned_parts.pending().values_list("part", flat=True)
    if "evidence" not in open_fields(returned):
        words = _("Evidence is locked: it was not returned.")
        return JsonResponse({"error": words}, status=400)
    return common_views.begin_upload(request, purpose=f"update:{pk}", allowed=EVIDENCE)
