"""Reporting periods and more time for a party."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Party
from actionplans.forms.fields import InstantField, ProseField
from actionplans.models import ReportingPeriod
from common import formats
from common.forms import WaypostForm

# Far inside what dates can hold, so that a year before and every time zone can be counted.
YEARS = range(1945, 2200)


class PeriodForm(WaypostForm, forms.ModelForm):  # type: ignore[type-arg]
    """A reporting period with the days its data cover and its three instants."""

    opens_at = InstantField(
        label=_("Opens"), help_text=_("In UTC. From then on answers are written.")
    )
    due_at = InstantField(
        label=_("Due"),
        help_text=_("In UTC. At that moment drafts lock; each party sees its own time."),
    )
    closes_at = InstantField(
        label=_("Closes"), help_text=_("In UTC. The final reports are made then.")
    )

    class Meta:
        model = ReportingPeriod
        fields = ["code", "name", "data_from", "data_to", "opens_at", "due_at", "closes_at"]
        help_texts = {"code": _("Letters, figures and hyphens, as in 2026-H1.")}
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}) for name in ("data_from", "data_to")
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in set(cleaned) - {"code", "name"}:
            if cleaned[name] and cleaned[name].year not in YEARS:
                self.add_error(name, _("Choose a year from 1945 to 2199."))
        return cleaned


class ExtensionForm(WaypostForm, forms.Form):
    """More time for one party."""

    party = forms.ModelChoiceField(
        label=_("Party"), queryset=Party.objects.none(), empty_label=_("Choose")
    )
    until = InstantField(label=_("Until"))
    reason = ProseField(label=_("Reason"), help_text=_("Shown with the deadline."))

    def __init__(self, *args: Any, period: ReportingPeriod, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answering = Party.objects.answering().select_related("country")
        self.fields["party"].queryset = answering  # type: ignore[attr-defined]
        self.fields["until"].help_text = str(
            _("In UTC, after %(due)s and at most %(closes)s.")
            % {"due": formats.instant(period.due_at), "closes": formats.instant(period.closes_at)}
        )
