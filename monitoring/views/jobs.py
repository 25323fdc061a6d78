"""That background work runs: jobs, heartbeats and mails by state. No contents, no addresses."""

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import require
from accounts.permissions import Permission
from common import heartbeats
from common.enums import JobState
from common.exports import table_file, wanted_format
from common.listing import ordered
from common.models import Heartbeat, Job, OutgoingMail

LISTED = (JobState.FAILED, JobState.RUNNING, JobState.QUEUED)
SORTS = {"job": "unique_key", "state": "state", "attempts": "attempts", "asked": "created_at"}


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    require(request, Permission.SEE_JOBS)
    unfinished = Job.objects.filter(state__in=LISTED).defer("payload").order_by("state", "-pk")
    unfinished = ordered(request, unfinished, SORTS)
    if wanted_format(request):
        return _file(request, unfinished)
    by_state = dict(Job.objects.order_by().values_list("state").annotate(n=Count("pk")))
    waiting = OutgoingMail.objects.filter(sent_at__isnull=True)
    context = {
        "states": [(state.label, by_state.get(state, 0)) for state in JobState],
        "failed": by_state.get(JobState.FAILED, 0),
        "page": Paginator(unfinished, 50).get_page(request.GET.get("page")),
        "heartbeats": [
            (heartbeats.WORDS.get(beat.name, beat.name), beat.at)
            for beat in Heartbeat.objects.order_by("name")
        ],
        "silent": [str(heartbeats.WORDS[name]) for name in heartbeats.silent()],
        "mail_waiting": waiting.count(),
        "mail_refused": waiting.exclude(error="").count(),
        "mail_oldest": waiting.order_by("created_at").values_list("created_at", flat=True).first(),
        "mail_sent": OutgoingMail.objects.filter(sent_at__isnull=False).count(),
    }
    return render(request, "monitoring/jobs.html", context)


def _file(request: HttpRequest, unfinished: QuerySet[Job]) -> HttpResponse:
    header = [_("Job"), _("State"), _("Attempts"), _("Done"), _("Of"), _("Asked for (UTC)")]
    rows = (
        [
            job.unique_key,
            job.get_state_display(),
            job.attempts,
            job.progress_done,
            job.progress_total,
            job.created_at,
        ]
        for job in unfinished
    )
    return table_file(request, "waypost-jobs", header, rows)
