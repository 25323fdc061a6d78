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
            Clarification,
            Contribution,
            Extension,
            ProgressUpdate,
            Remark,
            ReportingPeriod,
            Submission,
        )
        from actionplans.notifications import NOTIFICATIONS
        from actionplans.notifications_beside import NOTIFICATIONS as BESIDE

        add_kinds([*NOTIFICATIONS.values(), *BESIDE.values()])
        add_words(
            {
                "absence.set": _("Absence noted"),
                "absence.ended": _("Absence ended"),
                "assignment.alternate": _("One alternate named for all items of a focal point"),
                "assignment.set": _("Item assigned"),
                "clarification.ask": _("Clarification asked"),
                "clarification.answer": _("Clarification answered"),
                "clarification.withdraw": _("Question withdrawn"),
                "contribution.save": _("Contribution saved"),
                "contribution.submit": _("Contribution submitted"),
                "contribution.sign": _("Contribution signed"),
                "contribution.return": _("Contribution returned"),
                "contribution.withdraw": _("Contribution withdrawn to draft"),
                "extension.grant": _("More time granted"),
                "period.create": _("Period planned"),
                "remark.add": _("Remark made"),
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
        of_answers = ("update__assignment__party", "update__assignment__item", "update__period")
        add_subjects(
            Clarification.objects.select_related(*of_answers),
            Contribution.objects.select_related("institution", *of_answers),
            Remark.objects.select_related(*of_answers),
            Assignment.objects.select_related("item"),
            Extension.objects.select_related("party__country", "period"),
            ProgressUpdate.objects.select_related(
                "assignment__party", "assignment__item", "period"
            ),
            ReportingPeriod.objects.all(),
            Submission.objects.select_related("party__country", "period"),
        )
