"""The jobs that monitoring does in the background."""

import json

from django.utils import translation

from accounts.models import Party, User
from actionplans.models import ReportingPeriod
from common.jobs import Lease, handler
from monitoring.models import Briefing
from monitoring.queries.reports import JOB_KIND
from monitoring.reports import briefing
from monitoring.reports.build import build_report
from monitoring.services import handover


@handler(JOB_KIND)
def build_report_job(lease: Lease) -> None:
    """Make one report; the payload holds ids, kind, key and language."""
    payload = lease.payload
    build_report(
        party=Party.objects.select_related("country").get(pk=payload["party"]),
        period=ReportingPeriod.objects.get(pk=payload["period"]),
        kind=payload["kind"],
        key=payload["key"],
        language=payload["language"],
        by=User.objects.filter(pk=payload["by"]).first(),
        progress=lease.progress,
    )


@handler(handover.JOB_KIND)
def write_briefing_job(lease: Lease) -> None:
    """Write the PDF of one briefing, in the language of who got it."""
    found = Briefing.objects.get(pk=lease.payload["briefing"])
    lease.progress(0, 1)
    with translation.override(found.language):
        file = briefing.render(json.loads(found.content), found.sha256)
    handover.keep_pdf(briefing=found, file=file)
