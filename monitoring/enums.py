from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PilotState(models.TextChoices):
    INVITED = "invited", _("Invited")
    ENDORSED = "endorsed", _("Endorsed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ReportKind(models.TextChoices):
    PROVISIONAL = "provisional", _("Provisional")
    FINAL = "final", _("Final")

    def numbered(self, number: int) -> str:
        """What the party's report of this number in its period is called."""
        words = {
            self.PROVISIONAL: _("Provisional report %(number)s"),
            self.FINAL: _("Final report %(number)s"),
        }
        return words[self] % {"number": number}


class RenditionFormat(models.TextChoices):
    HTML = "html", pgettext_lazy("file format", "HTML")
    PDF = "pdf", pgettext_lazy("file format", "PDF")


class SearchKind(models.TextChoices):
    """What a search finds, in the order in which its page names them."""

    ITEM = "item", _("Catalogue")
    ANSWER = "answer", _("Answer")
    EVIDENCE = "evidence", _("Evidence")
    MEETING = "meeting", _("Meeting")
    DECISION = "decision", _("Decision")
    CONSULTATION = "consultation", _("Consultation")
    DIALOGUE = "dialogue", _("Dialogue")
    PERSON = "person", _("Person")
