from django.urls import path

from actionplans.views import (
    absences,
    assignments,
    bulk,
    bulk_assign,
    bulk_extend,
    catalogue,
    editing,
    evidence,
    extension_requests,
    periods,
    steps,
    submissions,
)

app_name = "actionplans"
urlpatterns = [
    path("catalogue/", catalogue.list_catalogue, name="catalogue"),
    path("catalogue/<str:item_code>/", catalogue.show_item, name="item"),
    path("p/<str:code>/assignments/", assignments.list_assignments, name="assignments"),
    path(
        "p/<str:code>/assignments/<str:item_code>/edit/",
        assignments.edit_assignment,
        name="assignment-edit",
    ),
    path("p/<str:code>/assignments/alternate/", absences.name_alternate, name="alternate"),
    path("p/<str:code>/people/<int:pk>/away/", absences.edit_absence, name="absence"),
    path("p/<str:code>/updates/<int:pk>/edit/", editing.edit_update, name="update-edit"),
    path("p/<str:code>/updates/<int:pk>/upload/", evidence.begin_upload, name="update-upload"),
    *(
        path(
            f"p/<str:code>/updates/<int:pk>/{step}/",
            steps.take_step,
            {"step": step},
            name=f"update-{step}",
        )
        for step in steps.STEPS
    ),
    *(
        path(
            f"p/<str:code>/updates/bulk/{verb}/",
            bulk.move_many,
            {"verb": verb},
            name=f"bulk-{verb}",
        )
        for verb in bulk.OF_PARTY
    ),
    *(
        path(
            f"monitoring/queue/bulk/{verb}/",
            bulk.move_many,
            {"verb": verb},
            name=f"queue-bulk-{verb}",
        )
        for verb in bulk.OF_QUEUE
    ),
    path("p/<str:code>/assignments/bulk/", bulk_assign.assign_many, name="bulk-assign"),
    path(
        "monitoring/periods/<slug:period_code>/extensions/bulk/",
        bulk_extend.extend_many,
        name="bulk-extend",
    ),
    path("p/<str:code>/extension/", extension_requests.ask_for_time, name="extension-request"),
    path(
        "monitoring/extension-requests/<int:pk>/",
        extension_requests.decide_request,
        name="extension-decide",
    ),
    path("p/<str:code>/evidence/<int:pk>/", evidence.show_evidence, name="evidence"),
    path("p/<str:code>/submission/", submissions.show_submission, name="submission"),
    path("monitoring/periods/", periods.list_periods, name="periods"),
    path("monitoring/periods/new/", periods.add_period, name="period-create"),
    path(
        "monitoring/periods/<slug:period_code>/extensions/",
        periods.extend_period,
        name="extensions",
    ),
]
