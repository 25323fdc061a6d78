"""A document of the party's library: what it is, how long it holds, who reads it."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from actionplans.enums import Visibility
from actionplans.models import Evidence
from actionplans.services.contents import NewEvidence
from common import uploads
from common.forms import WaypostForm
from common.models import StoredFile


class EvidenceForm(WaypostForm, forms.Form):
    """What is said of a document."""

    versioned = True

    title = forms.CharField(label=_("Title"), max_length=200)
    publisher = forms.CharField(label=_("Publisher"), required=False, max_length=160)
    date = forms.DateField(
        label=_("Date of the document"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    expires_on = forms.DateField(
        label=_("Holds until"),
        help_text=_("For a plan or a budget that ends. After that day it no longer counts as new."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    visibility = forms.ChoiceField(
        label=_("Who reads it"),
        help_text=_("Reviewers read it once an answer that uses it is sent."),
        choices=Visibility.choices,
        initial=Visibility.REVIEWERS,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, instance: Evidence | None = None, **kwargs: Any) -> None:
        self.instance = instance
        if instance:
            names = ("title", "publisher", "date", "expires_on", "visibility")
            kwargs["initial"] = {name: getattr(instance, name) for name in names}
        super().__init__(*args, **kwargs)


class NewEvidenceForm(EvidenceForm):
    """A file or a link for the library."""

    versioned = False
    file = forms.FileField(label=_("File"), required=False)
    link = forms.URLField(
        label=_("Link, if there is no file"),
        help_text=_("The address of a public page or document."),
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
    )
    field_order = ["file", "link"]
    one_of_several = ("file", "link")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Without a title, the file's name.")
        self.fields["file"].help_text = uploads.wanted()
        self.fields["file"].widget.attrs["accept"] = uploads.accept_attribute()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        has_file = bool(cleaned.get("file")) or "file" in self.errors
        has_link = bool(cleaned.get("link")) or "link" in self.errors
        if has_file == has_link:
            self.add_error("file", _("Choose a file or give a link, one of the two."))
        if cleaned.get("link") and not cleaned.get("title"):
            self.add_error("title", _("Give the link a title that says what it is."))
        return cleaned

    def new(self, stored: StoredFile | None) -> NewEvidence:
        """What the service takes; `stored` is the form's file as kept."""
        values = self.cleaned_data
        return NewEvidence(
            title=values["title"] or (stored.name if stored else ""),
            stored_file=stored,
            url=values["link"],
            publisher=values["publisher"],
            date=values["date"],
        )
