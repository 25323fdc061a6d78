from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TaskforcesConfig(AppConfig):
    name = "taskforces"
    verbose_name = _("Task forces")

    def ready(self) -> None:
        from accounts.services.audit import add_subjects, add_words
        from taskforces import models

        add_words(
            {
                "taskforce.entered": _("Task force entered"),
                "taskforce.changed": _("Task force corrected"),
                "seat.entered": _("Seat added"),
                "seat.changed": _("Seat corrected"),
                "seat.ended": _("Seat ended"),
                "meeting.entered": _("Meeting entered"),
                "meeting.changed": _("Meeting corrected"),
                "meeting.withdrawn": _("Meeting withdrawn"),
                "decision.entered": _("Decision entered"),
                "decision.changed": _("Decision corrected or done"),
                "decision.withdrawn": _("Decision withdrawn"),
                "partner.entered": _("Partner entered"),
                "partner.changed": _("Partner corrected"),
                "partner.withdrawn": _("Partner withdrawn"),
                "consultation.entered": _("Consultation entered"),
                "consultation.changed": _("Consultation corrected"),
                "consultation.withdrawn": _("Consultation withdrawn"),
                "dialogue.entered": _("Dialogue entered"),
                "dialogue.changed": _("Dialogue corrected"),
                "dialogue.withdrawn": _("Dialogue withdrawn"),
            }
        )
        add_subjects(
            models.Consultation.objects.select_related("party"),
            models.Decision.objects.select_related("meeting__task_force__party"),
            models.Dialogue.objects.select_related("party"),
            models.Meeting.objects.select_related("task_force__party"),
            models.Partner.objects.select_related("party"),
            models.Seat.objects.select_related("institution", "holder", "task_force__party"),
            models.TaskForce.objects.select_related("party"),
        )
