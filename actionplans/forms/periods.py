"""Reporting periods and more time for a party."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Party
from actionplans.enums import PeriodKind
from actionplans.forms.fields import InstantField, ProseField
from actionplans.models import ExtensionRequest, ReportingPeriod
from actionplans.services.bulk import Deadline
from common import formats
from common.forms import WaypostForm

# Far inside what dates can hold, so that a year before and every time zone can be counted.
YEARS = range(1945, 2200)


class PeriodForm(WaypostForm, forms.ModelForm):  # type: ignore[type-arg]
    """A reporting period with the days its data cover and its three instants."""

    kind = forms.ChoiceField(
        label=_("Asks for"),
        choices=PeriodKind.choices,
        required=False,
        help_text=_("In an interim period an answer that was sent before stands until changed."),
    )
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
        fields = ["code", "name", "kind", "data_from", "data_to", "opens_at", "due_at", "closes_at"]
        help_texts = {
            "code": _("Letters, figures and hyphens, as in 2026-H1."),
            "name": _(
                "As in: 2026, first half. Halves and quarters that are named like this are shown "
                "in each reader's language."
            ),
        }
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}) for name in ("data_from", "data_to")
        }

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or PeriodKind.YEARLY

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in set(cleaned) - {"code", "name", "kind"}:
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
            _("In UTC, after %(due)s or what the party has now, and no later than %(closes)s.")
            % {"due": formats.instant(period.due_at), "closes": formats.instant(period.closes_at)}
        )


class TimeRequestForm(WaypostForm, forms.Form):
    """A party's wish for more time, in its own clock."""

    until = InstantField(label=_("Until"))
    reason = ProseField(label=_("Reason"), help_text=_("DPKO's coordinator reads this."))

    def __init__(self, *args: Any, party: Party, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = party.time_zone
        bounds = {
            "after": formats.instant(deadline.at, zone),
            "closes": formats.instant(deadline.period.closes_at, zone),
        }
        self.fields["until"].zone = zone  # type: ignore[attr-defined]
        self.fields["until"].help_text = str(
            _("In your party's own time, after %(after)s and no later than %(closes)s.") % bounds
        )


class DecisionForm(WaypostForm, forms.Form):
    """What DPKO makes of a request; the date may be another than the party's."""

    until = InstantField(label=_("Until"), required=False)
    reason = ProseField(
        label=_("Reason of the decision"),
        help_text=_("The party reads it; where time is given it is shown with the deadline."),
    )

    def __init__(self, *args: Any, wish: ExtensionRequest, **kwargs: Any) -> None:
        kwargs["initial"] = {"until": wish.until}
        super().__init__(*args, **kwargs)
        self.fields["until"].help_text = str(
            _("In UTC, no later than %(closes)s. Needed only where time is given.")
            % {"closes": formats.instant(wish.period.closes_at)}
        )
