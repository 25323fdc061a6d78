from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActionplansConfig(AppConfig):
    name = "actionplans"
    verbose_name = _("Actionplans")

    def ready(self) -> None:
        from accounts.notifications import add_kinds
        from accounts.services.audit import add_subjects, add_words
        from actionplans.models import (
            Assignment,
            Extension,
            ProgressUpdate,
            ReportingPeriod,
            Submission,
        )
        from actionplans.notifications import NOTIFICATIONS, PERIOD_NOTIFICATIONS

        add_kinds([*NOTIFICATIONS.values(), *PERIOD_NOTIFICATIONS.values()])
        add_words(
            {
                "absence.set": _("Absence noted"),
                "absence.ended": _("Absence ended"),
                "assignment.alternate": _("One alternate named for all items of a focal point"),
                "assignment.set": _("Item assigned"),
                "extension.grant": _("More time granted"),
                "period.create": _("Period planned"),
                "period.opened": _("Told that the period is open"),
                "reminder.asked": _("Reminded by a coordinator"),
                "reminder.due": _("Reminded of the deadline"),
                "reminder.summary": _("Told who has not submitted"),
                "submission.send": _("National answer sent"),
                "update.save": _("Answer saved"),
                "update.submit": _("Answer submitted"),
                "update.sign": _("Answer signed"),
                "update.endorse": _("Answer endorsed"),
                "update.send": _("Answer transmitted"),
                "update.review": _("Answer reviewed"),
                "update.withdraw": _("Answer withdrawn to draft"),
                "update.return": _("Answer returned"),
                "update.reopen": _("Answer reopened"),
                "update.lapse": _("Reopened answer lapsed"),
            }
        )
        add_subjects(
            Assignment.objects.select_related("item"),
            Extension.objects.select_related("party__country", "period"),
            ProgressUpdate.objects.select_related(
                "assignment__party", "assignment__item", "period"
            ),
            ReportingPeriod.objects.all(),
            Submission.objects.select_related("party__country", "period"),
        )
