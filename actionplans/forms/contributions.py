"""The form of a contribution and of the steps in its way."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from actionplans.forms.fields import ProseField, one_line_end
from actionplans.forms.library import LibraryForm
from actionplans.models import Contribution
from actionplans.models.contributions import CONTRIBUTION_TEXTS
from common.forms import WaypostForm


class ContributionStepForm(WaypostForm, forms.Form):
    """A step that needs no words, only the version it was decided on."""

    versioned = True

    def __init__(self, *args: Any, contribution: Contribution, **kwargs: Any) -> None:
        self.instance = contribution
        super().__init__(*args, **kwargs)


class ContributionReturnForm(ContributionStepForm):
    """What has to be mended, and why."""

    reason = ProseField(
        label=_("Reason"),
        help_text=_("Say what is missing and what would do. The institution reads this."),
    )


class ContributionForm(LibraryForm, ContributionStepForm):
    """What a supporting institution did and what shows it, for the lead institution's answer."""

    use_required_attribute = False  # a draft may be saved without it
    field_order = CONTRIBUTION_TEXTS
    needed_to_submit = ("text",)

    text = ProseField(
        label=_("What your institution did"),
        help_text=_("What, when and by whom. The lead can take it over word for word."),
        rows=10,
        error_messages={"required": _("Write the contribution before you submit it.")},
    )
    measures = ProseField(
        label=_("Measures in this period"),
        help_text=_("Only where your institution took measures of its own."),
        required=False,
    )

    def __init__(self, *args: Any, contribution: Contribution, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(contribution, name) for name in CONTRIBUTION_TEXTS}
        super().__init__(*args, contribution=contribution, **kwargs)

    def typed(self, name: str) -> str:
        """A text as it was sent."""
        return one_line_end(self.data.get(name)).strip()

    def content(self) -> dict[str, Any]:
        """What the services take."""
        values = self.cleaned_data
        kept = {name: values[name] for name in ("version", *CONTRIBUTION_TEXTS)}
        return {**kept, "use": values["library"], "detach": values.get("remove", [])}
