from django.urls import include, path

from taskforces.views import consultations, dialogues, meetings, taskforce

app_name = "taskforces"

task_force_patterns = [
    path("", taskforce.task_force, name="taskforce"),
    path("edit/", taskforce.task_force_edit, name="taskforce-edit"),
    path("seats/add/", taskforce.seat_add, name="seat-add"),
    path("seats/<int:pk>/edit/", taskforce.seat_edit, name="seat-edit"),
    path("seats/<int:pk>/end/", taskforce.seat_end, name="seat-end"),
    path("meetings/", meetings.meeting_list, name="meetings"),
    path("meetings/add/", meetings.meeting_add, name="meeting-add"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/edit/", meetings.meeting_edit, name="meeting-edit"),
    path("meetings/<int:pk>/withdraw/", meetings.meeting_withdraw, name="meeting-withdraw"),
    path("meetings/<int:pk>/decisions/add/", meetings.decision_add, name="decision-add"),
    path("decisions/<int:pk>/edit/", meetings.decision_edit, name="decision-edit"),
    path("decisions/<int:pk>/withdraw/", meetings.decision_withdraw, name="decision-withdraw"),
]
consultation_patterns = [
    path("", consultations.consultation_list, name="consultations"),
    path("add/", consultations.consultation_add, name="consultation-add"),
    path("<int:pk>/", consultations.consultation, name="consultation"),
    path("<int:pk>/edit/", consultations.consultation_edit, name="consultation-edit"),
    path("<int:pk>/withdraw/", consultations.consultation_withdraw, name="consultation-withdraw"),
]
partner_patterns = [
    path("", consultations.partner_list, name="partners"),
    path("add/", consultations.partner_add, name="partner-add"),
    path("<int:pk>/edit/", consultations.partner_edit, name="partner-edit"),
    path("<int:pk>/withdraw/", consultations.partner_withdraw, name="partner-withdraw"),
]
dialogue_patterns = [
    path("", dialogues.dialogue_list, name="dialogues"),
    path("add/", dialogues.dialogue_add, name="dialogue-add"),
    path("<int:pk>/", dialogues.dialogue, name="dialogue"),
    path("<int:pk>/edit/", dialogues.dialogue_edit, name="dialogue-edit"),
    path("<int:pk>/withdraw/", dialogues.dialogue_withdraw, name="dialogue-withdraw"),
]
urlpatterns = [
    path("p/<str:code>/task-force/", include(task_force_patterns)),
    path("p/<str:code>/consultations/", include(consultation_patterns)),
    path("p/<str:code>/partners/", include(partner_patterns)),
    path("p/<str:code>/dialogues/", include(dialogue_patterns)),
]
