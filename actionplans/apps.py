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
            WorkbookImport,
        )
        from actionplans.notifications import NOTIFICATIONS

        add_kinds(NOTIFICATIONS.values())
        add_words(
            {
                "absence.set": _("Absence noted"),
                "absence.ended": _("Absence ended"),
                "assignment.alternate": _("One alternate named for all items of a focal point"),
                "assignment.set": _("Item assigned"),
                "extension.grant": _("More time granted"),
                "period.create": _("Period planned"),
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
                "workbook.sent": _("Filled workbook sent"),
                "workbook.accepted": _("Filled workbook taken over"),
                "workbook.discarded": _("Filled workbook discarded"),
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
            WorkbookImport.objects.select_related("party").defer("result"),
        )
