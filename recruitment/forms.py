"""What a page of deployed personnel shows, as its address says."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.sent_files import SentFileForm
from recruitment.enums import PersonnelType, RowKind
from recruitment.queries import ALL

PURPOSE = "figures"
FIGURES = frozenset({"csv"})


class DeploymentFilter(forms.Form):
    """Personnel type and years; what the address says wrongly is passed over."""

    type = forms.ChoiceField(label=_("Personnel type"), required=False)
    start = forms.TypedChoiceField(label=_("From"), required=False, coerce=int, empty_value=None)
    end = forms.TypedChoiceField(label=_("To"), required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, *, kinds: Iterable[str], years: Iterable[int]) -> None:
        super().__init__(data)
        labels = {**dict(PersonnelType.choices), ALL: _("All types together")}
        self.fields["type"].choices = [  # type: ignore[attr-defined]
            ("", _("Each type")),
            *((kind, labels[kind]) for kind in kinds),
        ]
        span = [(year, str(year)) for year in years]
        self.fields["start"].choices = [("", _("earliest year")), *span]  # type: ignore[attr-defined]
        self.fields["end"].choices = [("", _("latest year")), *span]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
        self.is_valid()

    @property
    def kind(self) -> str:
        """The type chosen; empty: each."""
        return self.cleaned_data.get("type") or ""

    def holds(self, month: date) -> bool:
        """Whether the month lies in the years chosen."""
        first, last = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        return (first is None or month.year >= first) and (last is None or month.year <= last)


class ReleaseFilter(forms.Form):
    """Which of a release's effects to list."""

    CHANGED, ABSENT, LEFT_OUT = "changed", "absent", "left_out"

    show = forms.ChoiceField(
        label=_("Figures"),
        required=False,
        choices=[
            (CHANGED, _("Changed figures")),
            (ABSENT, _("Figures it lacks")),
            (LEFT_OUT, _("Rows left out")),
        ],
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["show"].widget.attrs["class"] = "form-select"
        self.is_valid()

    @property
    def shown(self) -> str:
        return self.cleaned_data.get("show") or self.CHANGED


class ImportForm(SentFileForm):
    """A file of published figures."""

    allowed = FIGURES

    published = forms.DateField(
        label=_("Day of publication"),
        help_text=_("As the publisher states it. It may stay empty."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, purpose=PURPOSE, **kwargs)
        self.fields["file"].error_messages["required"] = _("Choose the file to import.")


class PreviewFilter(forms.Form):
    """Which list of a preview to show; without a choice, the first that needs a look."""

    FIRST = (RowKind.CONFLICT, RowKind.REJECTED, RowKind.CHANGED, RowKind.NEW)

    show = forms.ChoiceField(label=_("Show"), required=False, choices=RowKind.choices)

    def __init__(self, data: Any, *, counts: dict[str, int]) -> None:
        super().__init__(data)
        self.counts = counts
        self.fields["show"].widget.attrs["class"] = "form-select"
        self.is_valid()

    @property
    def shown(self) -> str:
        asked: str = self.cleaned_data.get("show") or ""
        filled = (kind for kind in self.FIRST if self.counts.get(kind))
        return asked or next(filled, RowKind.NEW)

    @property
    def lists(self) -> list[tuple[str, Any, int]]:
        """Value, label and length of each list."""
        return [(kind.value, kind.label, self.counts.get(kind, 0)) for kind in RowKind]
