"""What monitoring's pages take in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import WaypostForm
from monitoring.queries.handover import Estate


class HandOverForm(WaypostForm, forms.Form):
    """Who gets what of a leaver's work: one person for everything, or one for each institution."""

    everything = forms.TypedChoiceField(
        label=_("Who takes everything over"), coerce=int, required=False
    )
    end_roles = forms.BooleanField(label=_("End the person's roles"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, estate: Estate, may_end: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.estate = estate
        people = {who.user.pk: who.user.name for who in estate.others.values()}
        self._offer("everything", [("", _("Nobody alone")), *people.items()])
        for group in estate.groups:
            fit = [(user.pk, user.name) for user in group.takers]
            empty = [("", _("Whoever takes everything")), (0, _("Leave it with them"))]
            self.fields[f"group_{group.key}"] = forms.TypedChoiceField(
                label=group.label, choices=[*empty, *fit], coerce=int, required=False
            )
        if not may_end:
            del self.fields["end_roles"]
        if not estate.things:
            del self.fields["everything"]

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def to(self) -> dict[str, int]:
        """Key of a group -> id of its receiver, 0 where it stays."""
        everything = self.cleaned_data.get("everything") or 0
        chosen = {g.key: self.cleaned_data[f"group_{g.key}"] for g in self.estate.groups}
        return {key: everything if who == "" else who for key, who in chosen.items()}
