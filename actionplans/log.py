"""What the log calls the actions and records of answering; registered by apps.py."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionplans.models import (
    Assignment,
    Clarification,
    Contribution,
    Evidence,
    Extension,
    ExtensionRequest,
    ProgressUpdate,
    Remark,
    ReportingPeriod,
    Submission,
    WorkbookImport,
)

WORDS: dict[str, str | Promise] = {
    "absence.set": _("Absence noted"),
    "absence.ended": _("Absence ended"),
    "assignment.alternate": _("One alternate named for all items of a focal point"),
    "assignment.set": _("Item assigned"),
    "evidence.add": _("Document added to the library"),
    "evidence.describe": _("What is said of a document changed"),
    "clarification.ask": _("Clarification asked"),
    "clarification.answer": _("Clarification answered"),
    "clarification.withdraw": _("Question withdrawn"),
    "contribution.save": _("Contribution saved"),
    "contribution.submit": _("Contribution submitted"),
    "contribution.sign": _("Contribution signed"),
    "contribution.return": _("Contribution returned"),
    "contribution.withdraw": _("Contribution withdrawn to draft"),
    "extension.grant": _("More time granted"),
    "extension.refuse": _("More time refused"),
    "extension.request": _("More time asked for"),
    "extension.withdraw": _("Request for more time taken back"),
    "period.create": _("Period planned"),
    "period.opened": _("Told that the period is open"),
    "reminder.asked": _("Reminded by a coordinator"),
    "remark.add": _("Remark made"),
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
    "update.reply": _("Reply to a verdict"),
    "update.lapse": _("Reopened answer lapsed"),
    "workbook.sent": _("Filled workbook sent"),
    "workbook.accepted": _("Filled workbook taken over"),
    "workbook.discarded": _("Filled workbook discarded"),
}
RECORD_KINDS: dict[str, str | Promise] = {
    "actionplans.absence": _("absence"),
    "actionplans.assignment": _("assignment"),
    "actionplans.evidence": _("evidence"),
    "actionplans.extension": _("extension"),
    "actionplans.progressupdate": _("answer"),
    "actionplans.reportingperiod": _("period"),
    "actionplans.submission": _("national answer"),
}
OF_ANSWERS = ("update__assignment__party", "update__assignment__item", "update__period")
# With what `str` and `get_absolute_url` of each read.
SUBJECTS = (
    Clarification.objects.select_related(*OF_ANSWERS),
    Contribution.objects.select_related("institution", *OF_ANSWERS),
    Remark.objects.select_related(*OF_ANSWERS),
    Assignment.objects.select_related("item"),
    Evidence.objects.select_related("party"),
    Extension.objects.select_related("party__country", "period"),
    ExtensionRequest.objects.select_related("party__country", "period"),
    ProgressUpdate.objects.select_related("assignment__party", "assignment__item", "period"),
    ReportingPeriod.objects.all(),
    Submission.objects.select_related("party__country", "period"),
    WorkbookImport.objects.select_related("party").defer("result"),
)
