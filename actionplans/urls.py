from django.urls import path

from actionplans.views import (
    absences,
    assignments,
    catalogue,
    contribution_steps,
    contributions,
    discussion,
    editing,
    evidence,
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
    path("p/<str:code>/submission/", submissions.show_submission, name="submission"),
    path("monitoring/periods/", periods.list_periods, name="periods"),
    path("monitoring/periods/new/", periods.add_period, name="period-create"),
    path(
        "monitoring/periods/<slug:period_code>/extensions/",
        periods.extend_period,
        name="extensions",
    ),
]
