"""A form with one file in it: chosen in the form, or sent in chunks before."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common import partial_uploads, uploads
from common.errors import DomainError
from common.forms import WaypostForm
from common.models import StoredFile


class SentFileForm(WaypostForm, forms.Form):
    """One file of the kinds in `allowed`; `purpose` is what its upload was opened for."""

    allowed: frozenset[str]

    file = forms.FileField(label=_("File"), error_messages={"required": _("Choose a file.")})
    uploaded = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, owner: int, purpose: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.purpose = owner, purpose
        self.fields["file"].required = not self.data.get("uploaded")
        self.fields["file"].help_text = uploads.wanted(self.allowed)
        self.fields["file"].widget.attrs["accept"] = uploads.accept_attribute(self.allowed)

    def take(self) -> StoredFile:
        """The file that came in chunks; DomainError where it is gone or was used."""
        tokens = [self.cleaned_data["uploaded"]]
        found = partial_uploads.take(tokens=tokens, owner=self.owner, purpose=self.purpose)
        if not found:
            raise DomainError(_("This file was sent already. It stands in the list below."))
        return found[0]
