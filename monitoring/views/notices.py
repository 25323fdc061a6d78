"""What the signed-in person was told, newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import access
from accounts.notifications import KINDS
from accounts.views.lists import page_of
from actionplans.notifications import subjects
from monitoring.models import Notice


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    user = access(request).user
    page = page_of(request, Notice.objects.filter(user=user).select_related("event"))
    found = subjects([notice.event for notice in page], user)
    rows = [
        {"notice": n, "kind": KINDS.get(n.kind), "subject": found.get(n.event_id)} for n in page
    ]
    return render(request, "monitoring/notices.html", {"page_obj": page, "rows": rows})
