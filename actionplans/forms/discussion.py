"""What is said beside an answer."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionplans.forms.fields import InstantField, ProseField
from actionplans.models import ProgressUpdate
from actionplans.models.discussion import REMARK_PARTS
from actionplans.rules_discussion import discussed_until
from common import clock, formats
from common.forms import WaypostForm

TIME_TO_ANSWER = timedelta(days=14)  # what the form proposes


class RemarkForm(WaypostForm, forms.Form):
    """A remark; `readers` is whom its writer was told of: inside the party, or reviewers too."""

    readers = forms.ChoiceField(
        choices=[("inside", ""), ("shared", "")], widget=forms.HiddenInput, required=False
    )
    part = forms.ChoiceField(
        label=_("About"), choices=[("", _("The whole answer")), *REMARK_PARTS], required=False
    )
    text = ProseField(label=_("Remark"))

    def __init__(self, *args: Any, update: ProgressUpdate, **kwargs: Any) -> None:
        is_shared = update.was_sent
        kwargs["initial"] = {"readers": "shared" if is_shared else "inside"}
        super().__init__(*args, auto_id="remark_%s", **kwargs)

    @property
    def is_shared(self) -> bool:
        """Whether the writer was told that reviewers will read it."""
        return bool(self.cleaned_data["readers"] == "shared")


class QuestionForm(WaypostForm, forms.Form):
    """A reviewer's question and until when it should be answered."""

    question = ProseField(
        label=_("Question"), help_text=_("One question each; the party reads it as you write it.")
    )
    due_at = InstantField(label=_("Answer by"))

    def __init__(self, *args: Any, update: ProgressUpdate, **kwargs: Any) -> None:
        latest, zone = discussed_until(update), update.assignment.party.time_zone
        proposed = min(clock.now() + TIME_TO_ANSWER, latest)
        kwargs["initial"] = {"due_at": proposed.replace(second=0, microsecond=0)}
        super().__init__(*args, **kwargs)
        self.fields["due_at"].zone = zone  # type: ignore[attr-defined]
        self.fields["due_at"].help_text = str(
            _("In the party's own time, no later than %(latest)s.")
            % {"latest": formats.instant(latest, zone)}
        )


class ReplyForm(WaypostForm, forms.Form):
    """The party's answer to a question."""

    answer = ProseField(
        label=_("Answer"), help_text=_("It is answered once. The reviewers read it."), rows=6
    )


class WithdrawalForm(WaypostForm, forms.Form):
    """That a question needs no answer any more."""
