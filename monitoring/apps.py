from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self) -> None:
        from accounts.models import AuditEvent
        from accounts.services.audit import (
            add_record_kinds,
            add_subjects,
            add_words,
            recorded,
            recorded_together,
        )
        from monitoring.models import Briefing, HandOver, PilotParticipation, Rendition, Snapshot
        from monitoring.receivers import deliver, deliver_together

        add_words(
            {
                "report.request": _("Report asked for"),
                "report.freeze": pgettext_lazy("what was done", "Report made"),
                "report.render": _("Report written as a file"),
                "handover.made": _("Work handed over"),
                "handover.briefed": _("Briefing written as a file"),
                "pilot.invited": _("Invited to the pilot"),
                "pilot.endorsed": _("Pilot endorsed"),
                "pilot.declined": _("Pilot declined"),
                "pilot.withdrawn": _("Withdrawn from the pilot"),
            }
        )
        add_record_kinds(
            {
                "monitoring.briefing": _("briefing"),
                "monitoring.handover": _("hand-over"),
                "monitoring.pilotparticipation": _("part in the pilot"),
                "monitoring.rendition": _("file of a report"),
                "monitoring.snapshot": _("report"),
            }
        )
        handed = ("hand_over__leaver", "hand_over__party__country", "receiver")
        reported = Rendition.objects.select_related("snapshot__party", "snapshot__period")
        add_subjects(
            Briefing.objects.select_related(*handed).defer("content"),
            HandOver.objects.select_related("leaver", "party__country"),
            PilotParticipation.objects.select_related("party__country"),
            reported.defer("snapshot__content"),
            Snapshot.objects.without_content().select_related("party", "period"),
        )
        recorded.connect(deliver, sender=AuditEvent, dispatch_uid="deliver_notifications")
        recorded_together.connect(
            deliver_together, sender=AuditEvent, dispatch_uid="deliver_notifications_together"
        )
