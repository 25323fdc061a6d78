"""Filters of the catalogue."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actionplans.enums import Actor, ItemKind


class CatalogueFilterForm(forms.Form):
    """The filters of the catalogue, kept in the address."""

    theme = forms.TypedChoiceField(
        label=_("Theme"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("All themes")), *((str(n), str(n)) for n in range(1, 6))],
    )
    actor = forms.ChoiceField(
        label=_("Addressed to"), required=False, choices=[("", _("Everybody")), *Actor.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All kinds")), *ItemKind.choices]
    )
    q = forms.CharField(label=_("Words"), required=False, max_length=200)
