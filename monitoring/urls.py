from django.urls import path

from monitoring.views import (
    about_you,
    compare,
    handover,
    help,
    jobs,
    notices,
    offline,
    party,
    points,
    queue,
    reports,
    search,
    start,
    update,
    updates,
    verify,
)

app_name = "monitoring"
urlpatterns = [
    path("", start.start, name="start"),
    path("sw.js", offline.worker, name="service-worker"),
    path("offline/<str:language>/", offline.offline, name="offline"),
    path("help/", help.overview, name="help"),
    path("help/words/", help.words, name="words"),
    path("help/tour/leave/", help.tour_leave, name="tour-leave"),
    path("help/tour/show/", help.tour_show, name="tour-show"),
    path("help/<slug:role>/", help.guide, name="guide"),
    path("monitoring/", queue.home, name="home"),
    path("monitoring/queue/", queue.queue, name="queue"),
    path("monitoring/jobs/", jobs.jobs, name="jobs"),
    path("monitoring/compare/", compare.compare, name="compare"),
    path("monitoring/search/", search.search, name="search"),
    path("monitoring/notices/", notices.notices, name="notices"),
    path("accounts/profile/about-you/", about_you.about_you, name="about-you"),
    path("monitoring/verify/", verify.verify, name="verify"),
    path("p/<str:code>/", party.party, name="party"),
    path("p/<str:code>/updates/", updates.updates, name="updates"),
    path("p/<str:code>/updates/<int:pk>/", update.update, name="update"),
    path("p/<str:code>/points/", points.points, name="points"),
    path("p/<str:code>/people/<int:pk>/hand-over/", handover.hand_over, name="hand-over"),
    path("p/<str:code>/briefings/<int:pk>/", handover.briefing, name="briefing"),
    path(
        "p/<str:code>/briefings/<int:pk>/briefing.pdf", handover.briefing_pdf, name="briefing-pdf"
    ),
    path(
        "p/<str:code>/briefings/<int:pk>/progress/",
        handover.briefing_progress,
        name="briefing-progress",
    ),
    path("p/<str:code>/reports/", reports.reports, name="reports"),
    path("p/<str:code>/reports/<int:pk>/", reports.report, name="report"),
    path(
        "p/<str:code>/reports/<slug:period_code>/progress/",
        reports.report_progress,
        name="report-progress",
    ),
    path(
        "p/<str:code>/reports/<int:pk>/report.pdf",
        reports.report_file,
        {"format": "pdf"},
        name="report-pdf",
    ),
    path(
        "p/<str:code>/reports/<int:pk>/report.html",
        reports.report_file,
        {"format": "html"},
        name="report-html",
    ),
    path(
        "p/<str:code>/reports/<int:pk>/report.json",
        reports.report_content,
        name="report-content",
    ),
]
