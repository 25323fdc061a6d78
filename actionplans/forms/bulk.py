"""What an act on many rows asks for besides the rows, which travel as id and version."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Party, User
from actionplans.enums import Part
from actionplans.forms.assignments import PersonChoiceField
from actionplans.forms.fields import InstantField, ProseField
from actionplans.models import ReportingPeriod
from actionplans.services.bulk import Changes
from common import formats
from common.forms import WaypostForm, sent_number


def chosen(data: QueryDict) -> dict[int, int]:
    """id -> version of the rows ticked; version 0 where the page that ticked them has none.

    A box for all rows of a page holds their ids with hyphens between; what is no number is left
    out, as a row that does not exist.
    """
    found: dict[int, int] = {}
    for value in "-".join(data.getlist("rows")).split("-"):
        row, _colon, given = value.partition(":")
        pk, version = sent_number(row), sent_number(given or "0")
        if pk is not None and version is not None:
            found.setdefault(pk, version)
    return found


class ManyForm(WaypostForm, forms.Form):
    """Many rows at once, where nothing has to be said."""


class ReturnManyForm(ManyForm):
    """What has to be mended in each of the answers, and why."""

    part = forms.ChoiceField(
        label=_("What has to be mended in each"),
        choices=Part.choices,
        widget=forms.RadioSelect,
        initial=Part.WHOLE,
    )
    reason = ProseField(
        label=_("Reason"),
        help_text=_("One reason for all of them. The institutions read this."),
    )


class ExtendManyForm(ManyForm):
    """The same more time for each of the parties."""

    until = InstantField(label=_("Until"))
    reason = ProseField(label=_("Reason"), help_text=_("Shown with the deadline."))

    def __init__(self, *args: Any, period: ReportingPeriod, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].help_text = str(
            _("In UTC, after %(due)s and no later than %(closes)s. Each party sees its own time.")
            % {"due": formats.instant(period.due_at), "closes": formats.instant(period.closes_at)}
        )


class AssignManyForm(ManyForm):
    """What becomes of many assignments; what is left empty stays as it is in each."""

    LEAVE, ADD, REPLACE = "", "add", "replace"

    lead = forms.ModelChoiceField(
        label=_("Lead institution"),
        queryset=Institution.objects.none(),
        required=False,
        empty_label=_("Leave as it is"),
    )
    how = forms.ChoiceField(
        label=_("Supporting institutions"),
        choices=[
            (LEAVE, _("Leave as they are")),
            (ADD, _("Add the ticked ones")),
            (REPLACE, _("The ticked ones take their place")),
        ],
        required=False,
    )
    supporting = forms.ModelMultipleChoiceField(
        label=_("Institutions to add or to put there"),
        queryset=Institution.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    focal_point = PersonChoiceField(
        label=_("Focal point"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Leave as it is"),
    )
    nobody = forms.BooleanField(label=_("Nobody is focal point"), required=False)

    def __init__(self, *args: Any, party: Party, people: dict[int, str], **kwargs: Any) -> None:
        """`people`: user id -> the institutions they belong to in the party, in words."""
        super().__init__(*args, **kwargs)
        own = Institution.objects.filter(party=party)
        self.fields["lead"].queryset = own  # type: ignore[attr-defined]
        self.fields["supporting"].queryset = own  # type: ignore[attr-defined]
        focal_point = self.fields["focal_point"]
        focal_point.queryset = User.objects.filter(pk__in=people)  # type: ignore[attr-defined]
        focal_point.institutions = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("nobody") and cleaned.get("focal_point"):
            self.add_error("nobody", _("Choose a person or nobody, not both."))
        if cleaned.get("supporting") and not cleaned.get("how"):
            self.add_error("how", _("Say whether the ticked ones are added or take their place."))
        if not self.errors and self.changes.is_nothing:
            self.add_error(None, _("Choose what is to change."))
        return cleaned

    @property
    def changes(self) -> Changes:
        cleaned = self.cleaned_data
        return Changes(
            lead=cleaned["lead"],
            supporting=list(cleaned["supporting"]) if cleaned["how"] else None,
            adds_supporting=cleaned["how"] == self.ADD,
            focal_point=cleaned["focal_point"],
            clears_focal_point=cleaned["nobody"],
        )
