"""When somebody is away, and who is asked instead."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Party, User
from actionplans.forms.assignments import PersonChoiceField
from actionplans.models import Absence, Assignment
from common.forms import WaypostForm


class AbsenceForm(WaypostForm, forms.Form):
    """The first and last day of an absence."""

    versioned = True

    first_day = forms.DateField(
        label=_("Away from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("Until"),
        help_text=_("The last day of the absence."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, absence: Absence | None, **kwargs: Any) -> None:
        self.absence = absence
        if absence:
            days = {"first_day": absence.first_day, "last_day": absence.last_day}
            kwargs["initial"] = days
        super().__init__(*args, **kwargs)

    def _opened_at(self) -> int:
        return self.absence.version if self.absence else 0


class AlternateForm(WaypostForm, forms.Form):
    """One alternate for everything that a focal point looks after."""

    focal_point = PersonChoiceField(
        label=_("Focal point"), queryset=User.objects.none(), empty_label=_("Choose")
    )
    alternate = PersonChoiceField(
        label=_("Alternate for all their items"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody"),
    )

    def __init__(self, *args: Any, party: Party, people: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = Assignment.objects.filter(party=party, focal_point__isnull=False)
        offered = {
            "focal_point": User.objects.filter(pk__in=named.values("focal_point")),
            "alternate": User.objects.filter(pk__in=people),
        }
        for name, users in offered.items():
            self.fields[name].queryset = users  # type: ignore[attr-defined]
            self.fields[name].institutions = people  # type: ignore[attr-defined]
