"""Help inside the portal: a guide for each role, the words, and the tour of the first day."""

from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access
from accounts.services import tour as tours
from common import glossary
from common.errors import Conflict
from monitoring import guides, tour


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    who = access(request)
    own = guides.own_guides(who)
    context = {
        "own": own,
        "others": [guide for guide in guides.GUIDES.values() if guide not in own],
        "way": guides.way(),
        "limits": guides.limits(),
        "steps": tour.steps(request),
        "tour_is_left": who.user.tour_left_at is not None,
    }
    return render(request, "monitoring/help.html", context)


@require_safe
def guide(request: HttpRequest, role: str) -> HttpResponse:
    shown = guides.GUIDES.get(role)
    if shown is None:
        raise Http404
    who = access(request)
    party = guides.party_for(who, shown)
    context = {
        "guide": shown,
        "is_own": shown in guides.own_guides(who),
        "guide_party": party,
        "places": guides.places(request, who, party),
        "rights": guides.rights(shown),
        "given_by": guides.given_by(shown),
        "way": guides.way(shown.verbs),
        "limits": guides.limits(),
    }
    return render(request, "monitoring/help_guide.html", context)


@require_safe
def words(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")[:100]
    return render(
        request, "monitoring/help_words.html", {"entries": glossary.search(asked), "asked": asked}
    )


@require_POST
def tour_leave(request: HttpRequest) -> HttpResponse:
    with suppress(Conflict):  # left in another tab: it is off, as was asked
        tours.leave_tour(by=access(request).user)
    return redirect("monitoring:start")


@require_POST
def tour_show(request: HttpRequest) -> HttpResponse:
    with suppress(Conflict):
        tours.show_tour(by=access(request).user)
    return redirect("monitoring:start")
