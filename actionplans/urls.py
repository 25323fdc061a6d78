from django.urls import path

from actionplans.views import (
    absences,
    assignments,
    bulk,
    bulk_assign,
    bulk_extend,
    catalogue,
    contribution_steps,
    contributions,
    discussion,
    editing,
    evidence,
    extension_requests,
    periods,
    steps,
    submissions,
    workbooks,
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
    path("p/<str:code>/evidence/", evidence.list_library, name="library"),
    path("p/<str:code>/evidence/new/", evidence.add_evidence, name="evidence-add"),
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
    path(
        "p/<str:code>/updates/<int:pk>/contribution/",
        contributions.edit_contribution,
        name="contribution-edit",
    ),
    path(
        "p/<str:code>/updates/<int:pk>/contributions/<int:contribution>/",
        contribution_steps.show_contribution,
        name="contribution",
    ),
    *(
        path(
            f"p/<str:code>/updates/<int:pk>/contributions/<int:contribution>/{step}/",
            contribution_steps.take_contribution_step,
            {"step": step},
            name=f"contribution-{step}",
        )
        for step in contribution_steps.STEPS
    ),
    path("p/<str:code>/updates/<int:pk>/remark/", discussion.add_remark, name="remark"),
    path(
        "p/<str:code>/updates/<int:pk>/clarification/",
        discussion.ask_clarification,
        name="clarification",
    ),
    path(
        "p/<str:code>/updates/<int:pk>/clarifications/<int:number>/answer/",
        discussion.answer_clarification,
        name="clarification-answer",
    ),
    path(
        "p/<str:code>/updates/<int:pk>/clarifications/<int:number>/withdraw/",
        discussion.withdraw_clarification,
        name="clarification-withdraw",
    ),
    path("p/<str:code>/evidence/<int:pk>/", evidence.show_evidence, name="evidence"),
    path("p/<str:code>/evidence/<int:pk>/about/", evidence.about_evidence, name="evidence-about"),
    path("p/<str:code>/evidence/<int:pk>/edit/", evidence.edit_evidence, name="evidence-edit"),
    path(
        "p/<str:code>/evidence/<int:pk>/preview/",
        evidence.preview_evidence,
        name="evidence-preview",
    ),
    path("p/<str:code>/submission/", submissions.show_submission, name="submission"),
    path("p/<str:code>/workbook/", workbooks.show_workbooks, name="workbook"),
    path("p/<str:code>/workbook/upload/", workbooks.begin_upload, name="workbook-upload"),
    path(
        "p/<str:code>/workbook/<int:institution>/file/",
        workbooks.download_workbook,
        name="workbook-file",
    ),
    path("p/<str:code>/workbooks/<int:pk>/", workbooks.show_import, name="workbook-import"),
    path(
        "p/<str:code>/workbooks/<int:pk>/accept/",
        workbooks.accept_import,
        name="workbook-accept",
    ),
    path(
        "p/<str:code>/workbooks/<int:pk>/discard/",
        workbooks.discard_import,
        name="workbook-discard",
    ),
    path("monitoring/periods/", periods.list_periods, name="periods"),
    path("monitoring/periods/new/", periods.add_period, name="period-create"),
    path(
        "monitoring/periods/<slug:period_code>/extensions/",
        periods.extend_period,
        name="extensions",
    ),
]
