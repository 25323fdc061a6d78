"""What each step in an answer's way asks for."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionplans.enums import Part
from actionplans.forms.fields import InstantField, ProseField, rating_choices
from actionplans.models import ProgressUpdate
from actionplans.services.updates import REOPEN_AFTER_CLOSE
from common import clock, formats
from common.forms import WaypostForm


class StepForm(WaypostForm, forms.Form):
    """A step in an answer's way that needs no words, only the version it was decided on."""

    versioned = True

    def __init__(self, *args: Any, update: ProgressUpdate, **kwargs: Any) -> None:
        self.instance = update
        super().__init__(*args, **kwargs)


class UnchangedForm(StepForm):
    """That the answer of the period before still holds."""

    unchanged_reason = ProseField(
        label=_("How do you know that nothing changed?"),
        help_text=_("One or two sentences; they are shown with the answer."),
    )


class ReasonField(ProseField):
    """Why one part is returned; empty where it is not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, rows=2, **kwargs)


class ReturnForm(StepForm):
    """What has to be mended, and why: a field for each part, empty where it stays as it is."""

    one_of_several = ("narrative", "rating", "measures", "evidence", "whole")
    narrative = ReasonField(
        label=_("Why the narrative is returned"),
        help_text=_("Say what is missing and what would do. Leave empty what stays as it is."),
    )
    rating = ReasonField(label=_("Why the rating is returned"))
    measures = ReasonField(label=_("Why measures and next steps are returned"))
    evidence = ReasonField(label=_("Why the evidence is returned"))
    whole = ReasonField(
        label=_("Why the whole answer is returned"),
        help_text=_("Instead of single parts: everything opens again."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {**cleaned, "reasons": {part: cleaned.get(part, "") for part in Part}}


class ReviewForm(StepForm):
    """The reviewer's verdict on what was transmitted."""

    verdict = forms.ChoiceField(label=_("Verdict"), widget=forms.RadioSelect)
    verdict_reason = ProseField(
        label=_("Reason for the verdict"),
        help_text=_("Needed where the verdict differs from the claim. The party reads it."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = rating_choices(self.instance.assignment.item)
        self.fields["verdict"].choices = choices  # type: ignore[attr-defined]


class ReplyForm(StepForm):
    """The party's one reply to a verdict that differs from its claim."""

    party_reply = ProseField(
        label=_("The party's reply"),
        help_text=_("Say where you agree and where not. Reviewers read it, and the report has it."),
        rows=6,
    )


class ReopenForm(StepForm):
    """Why a reviewed answer may be amended, and until when."""

    reason = ProseField(label=_("Reason"), help_text=_("What the party should amend."))
    until = InstantField(label=_("Until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.instance.assignment.party.time_zone
        self.fields["until"].zone = zone  # type: ignore[attr-defined]
        self.fields["until"].help_text = str(
            _("In the party's own time, no later than %(latest)s.")
            % {"latest": formats.instant(self._latest(), zone)}
        )

    def _latest(self) -> datetime:
        closes = self.instance.period.closes_at
        return closes if clock.now() < closes else clock.now() + REOPEN_AFTER_CLOSE
