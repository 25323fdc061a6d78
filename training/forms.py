"""The form of a training session."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution
from actionplans.forms.records import DayField, RecordForm
from training.enums import AttendanceState
from training.models import TrainingSession


class SessionForm(RecordForm):
    """What was given to whom, and how many women and men attended."""

    document_field = "materials"
    national_expertise = forms.TypedChoiceField(
        label=_("Given with national gender expertise"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = TrainingSession
        fields = (
            "title",
            "kind",
            "audience",
            "starts_on",
            "ends_on",
            "place",
            "gender_hours",
            "attendance",
            "women",
            "men",
            "national_expertise",
            "expertise_from",
            "materials",
        )
        field_classes = {"starts_on": DayField, "ends_on": DayField}
        help_texts = {
            "gender_hours": _("0 where the programme has none."),
            "women": _("Empty where nobody counted; 0 only where none attended."),
            "expertise_from": _("Needed if you answered yes."),
        }
        widgets = {"attendance": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("expertise_from", Institution.objects.filter(party=self.party))
        self.fields["attendance"].choices = AttendanceState.choices  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["national_expertise"] = "yes" if self.instance.national_expertise else "no"
