from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self) -> None:
        from accounts.models import AuditEvent
        from accounts.services.audit import add_words, recorded
        from monitoring.receivers import deliver

        add_words(
            {
                "report.request": _("Report asked for"),
                "report.freeze": _("Report made"),
                "report.render": _("Report written as a file"),
                "handover.made": _("Work handed over"),
                "handover.briefed": _("Briefing written as a file"),
                "pilot.invited": _("Invited to the pilot"),
                "pilot.endorsed": _("Pilot endorsed"),
                "pilot.declined": _("Pilot declined"),
                "pilot.withdrawn": _("Withdrawn from the pilot"),
            }
        )
        recorded.connect(deliver, sender=AuditEvent, dispatch_uid="deliver_notifications")
