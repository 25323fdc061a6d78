from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = _("Training")

    def ready(self) -> None:
        from accounts.services.audit import add_subjects, add_words
        from training.models import TrainingSession

        add_words(
            {
                "trainingsession.entered": _("Training session entered"),
                "trainingsession.changed": _("Training session corrected"),
                "trainingsession.withdrawn": _("Training session withdrawn"),
            }
        )
        add_subjects(TrainingSession.objects.select_related("party"))
