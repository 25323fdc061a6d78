"""Forms of the dated records that a party keeps, with the document that shows a record."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.records import Kept
from actionplans.forms.fields import ProseField
from actionplans.models import Evidence
from actionplans.services.contents import NewEvidence
from common import uploads
from common.forms import WaypostForm
from common.models import StoredFile

NOT_CONTENT = ("version", "new_file", "new_link", "new_title")


class DayField(forms.DateField):
    """A day, typed or picked."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _name_the_empty_choice(field: forms.Field) -> None:
    """A word in place of Django's dashes."""
    word = _("Choose") if field.required else _("None")
    if isinstance(field, forms.ModelChoiceField) and field.empty_label:
        field.empty_label = str(word)
    elif isinstance(field, forms.ChoiceField) and isinstance(field.widget, forms.Select):
        known: Any = field.choices
        field.choices = [("", word), *(one for one in known if one[0])]


class RecordForm(WaypostForm, forms.ModelForm):  # type: ignore[type-arg]
    """A record by its model's fields; `content()` is what the services take.

    With `document_field`, evidence of the party can be chosen, sent as a file or linked.
    """

    document_field = ""

    def __init__(self, *args: Any, instance: Kept, user: User, **kwargs: Any) -> None:
        self.versioned = instance.pk is not None
        self.user = user
        self.party = instance.record_party
        self.stored: StoredFile | None = None
        super().__init__(*args, instance=instance, **kwargs)
        for field in self.fields.values():
            _name_the_empty_choice(field)
        if self.document_field:
            self._offer_documents()

    def offer(self, name: str, rows: models.QuerySet[Any]) -> None:
        """Let a field choose among these rows only."""
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def _offer_documents(self) -> None:
        label = self.fields[self.document_field].label
        readable = Evidence.objects.visible_to(self.user)
        held = getattr(self.instance, f"{self.document_field}_id")
        self.fields[self.document_field] = forms.ModelChoiceField(
            Evidence.objects.filter(Q(pk__in=readable.values("pk")) | Q(pk=held), party=self.party),
            label=label,
            required=False,
            empty_label=str(_("None")),
            help_text=_("A document that is in the portal already. A new one goes below."),
        )
        self.fields["new_file"] = forms.FileField(
            label=_("New document: file"),
            required=False,
            help_text=uploads.wanted(),
            widget=forms.ClearableFileInput(attrs={"accept": uploads.accept_attribute()}),
        )
        self.fields["new_link"] = forms.URLField(
            label=_("New document: link"),
            required=False,
            max_length=500,
            assume_scheme="https",
            validators=[URLValidator(schemes=["http", "https"])],
        )
        self.fields["new_title"] = forms.CharField(
            label=_("New document: title"),
            required=False,
            max_length=200,
            help_text=_("Without a title, the file's name."),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new_link") and cleaned.get("new_file"):
            self.add_error("new_link", _("Send a file or a link, one of the two."))
        if cleaned.get("new_link") and not cleaned.get("new_title"):
            self.add_error("new_title", _("Give the link a title that says what it is."))
        sent = {"new_file", "new_link"} & {name for name in cleaned if cleaned[name]}
        if cleaned.get("new_title") and not sent and not self.errors:
            self.add_error("new_file", _("Choose the file or give the link of this title."))
        return cleaned

    def content(self) -> dict[str, Any]:
        """Every field by name; stores a sent file, which `discard` takes away again."""
        values = {n: v for n, v in self.cleaned_data.items() if n not in NOT_CONTENT}
        if self.document_field:
            new = self._new_document()
            values[self.document_field] = new or values[self.document_field]
        return values

    def _new_document(self) -> NewEvidence | None:
        sent = self.cleaned_data
        if sent["new_file"]:
            self.stored = uploads.store_file(sent["new_file"])
            title = sent["new_title"] or self.stored.name
            return NewEvidence(title=title, stored_file=self.stored)
        if sent["new_link"]:
            return NewEvidence(title=sent["new_title"], url=sent["new_link"])
        return None

    def discard(self) -> None:
        """Take away the file of a record that was refused."""
        if self.stored and self.stored.file.name:
            self.stored.file.storage.delete(self.stored.file.name)


class WithdrawForm(WaypostForm, forms.Form):
    """Why a record is taken back."""

    versioned = True

    reason = ProseField(
        label=_("Why it is withdrawn"),
        help_text=_("For example: it was entered twice, or it never took place."),
        rows=3,
    )

    def __init__(self, *args: Any, instance: Kept, **kwargs: Any) -> None:
        self.instance = instance
        super().__init__(*args, **kwargs)

    def content(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}

    def discard(self) -> None:
        """It brings no file."""
