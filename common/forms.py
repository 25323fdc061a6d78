"""The one way a form is laid out; base classes for every form of the portal."""

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms


def sent_number(text: str) -> int | None:
    """What was sent as a number, if a row, a version or a size can have it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def sent_versions(values: Iterable[str]) -> dict[int, int]:
    """id -> version of the pairs `id:version` that were sent; what is no such pair is left out."""
    sent = (value.partition(":") for value in values)
    pairs = ((sent_number(pk), sent_number(version)) for pk, _colon, version in sent)
    return {pk: version for pk, version in pairs if pk is not None and version is not None}


def version_in(data: Mapping[str, Any]) -> int:
    """The version a form was opened at; one that nothing has where it was tampered with."""
    sent = sent_number(str(data.get("version", "")))
    return -1 if sent is None else sent


class WaypostForm:
    """Mixin before forms.Form or ModelForm: label, hint and error, then the control.

    The page writes the <form> and the buttons, or includes _components/form.html. With
    `versioned = True` the form carries the version it was opened at, for compare-and-set:
    `cleaned_data["version"]`. Fields of which at least one is given stand in `one_of_several`:
    none of them is called optional.
    """

    versioned = False
    one_of_several: tuple[str, ...] = ()
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # So that a long name in a script of the other direction shows its beginning.
            if getattr(field.widget, "input_type", "") == "text":
                field.widget.attrs.setdefault("dir", "auto")
        if self.versioned:
            self.fields["version"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=self._opened_at()
            )

    def _opened_at(self) -> int | None:
        return getattr(getattr(self, "instance", None), "version", None)

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper

    def refuse(self, refusal: Any) -> None:
        """Put a DomainError where it belongs: at its field, or above the form."""
        field = getattr(refusal, "field", None)
        self.add_error(field if field in self.fields else None, str(refusal.message))  # type: ignore[attr-defined]
