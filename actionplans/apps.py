from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActionplansConfig(AppConfig):
    name = "actionplans"
    verbose_name = _("Actionplans")

    def ready(self) -> None:
        from accounts.notifications import add_kinds
        from accounts.services.audit import add_record_kinds, add_subjects, add_words
        from actionplans import log
        from actionplans.notifications import KINDS

        add_kinds(KINDS)
        add_words(log.WORDS)
        add_record_kinds(log.RECORD_KINDS)
        add_subjects(*log.SUBJECTS)
