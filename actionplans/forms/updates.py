"""The form of an answer."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from actionplans.enums import Part
from actionplans.forms.fields import ProseField, one_line_end, rating_choices
from actionplans.forms.library import LibraryForm
from actionplans.models import Evidence, ProgressUpdate, ReturnedPart
from actionplans.models.updates import CONTENT_FIELDS
from actionplans.rules import open_fields
from actionplans.services.contents import Content, NewEvidence
from common import partial_uploads, uploads
from common.forms import sent_versions
from common.models import StoredFile

# What is typed of a document to add, in the form's order.
DOCUMENT_FIELDS = (
    "file_title",
    "file_publisher",
    "file_date",
    "link",
    "link_title",
    "link_publisher",
    "link_date",
)


class UpdateForm(LibraryForm):
    """A party's answer on one item, with the evidence to add and to remove.

    While parts of it are to be mended, it has the fields of those parts alone. `returned` is all
    that was ever sent back of the answer.
    """

    versioned = True
    use_required_attribute = False  # a draft may be saved without them
    field_order = ("unchanged_reason", *CONTENT_FIELDS)
    needed_to_submit = ("narrative", "rating")

    unchanged_reason = ProseField(
        label=_("Why nothing changed since the last period"),
        help_text=_("Empty this when something has changed."),
        required=False,
        rows=2,
    )
    narrative = ProseField(
        label=_("What was done"),
        help_text=_("What, when and by whom. Give figures with their month."),
        rows=8,
        error_messages={"required": _("Say what was done before you submit.")},
    )
    rating = forms.ChoiceField(
        label=_("Rating"),
        help_text=_("How far it is put into practice, in your own judgement."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a rating before you submit.")},
    )
    rating_reason = ProseField(
        label=_("Reason for the rating"),
        help_text=_("Needed for “not applicable” and for a decision either way."),
        required=False,
        rows=3,
    )
    measures = ProseField(label=_("Measures in this period"), required=False)
    next_steps = ProseField(label=_("Next steps"), required=False)
    file = forms.FileField(label=_("File"), required=False)
    file_title = forms.CharField(
        label=_("Title of the document"),
        help_text=_("Without a title, the file's name."),
        required=False,
        max_length=200,
    )
    file_publisher = forms.CharField(label=_("Publisher"), required=False, max_length=160)
    file_date = forms.DateField(
        label=_("Date of the document"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    link = forms.URLField(
        label=_("Link"),
        help_text=_("The address of a public page or document."),
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
    )
    link_title = forms.CharField(label=_("Title of the page"), required=False, max_length=200)
    link_publisher = forms.CharField(label=_("Publisher"), required=False, max_length=160)
    link_date = forms.DateField(
        label=_("Date of the page"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(
        self,
        *args: Any,
        update: ProgressUpdate,
        evidence: list[Evidence],
        returned: Iterable[ReturnedPart] = (),
        **kwargs: Any,
    ) -> None:
        self.instance = update
        self.returned = list(returned)
        kwargs["initial"] = {name: getattr(update, name) for name in CONTENT_FIELDS}
        super().__init__(*args, evidence=evidence, **kwargs)
        self._offer("rating", rating_choices(update.assignment.item))
        self.fields["file"].help_text = uploads.wanted()
        self.fields["file"].widget.attrs["accept"] = uploads.accept_attribute()
        if not update.unchanged_reason:
            del self.fields["unchanged_reason"]
        self._leave_out_all_but(open_fields(self.to_be_mended()))

    def _leave_out_all_but(self, wanted: frozenset[str]) -> None:
        for name in [name for name in self.fields if name != "version"]:
            if (name if name in CONTENT_FIELDS else "evidence") not in wanted:
                del self.fields[name]

    def to_be_mended(self) -> list[Part]:
        """The parts that alone are open; none: all are."""
        return [Part(row.part) for row in self.returned if row.settled_at is None]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("link") and not cleaned.get("link_title"):
            self.add_error("link_title", _("Give the link a title that says what it is."))
        if self._describes("link") and not cleaned.get("link") and "link" not in self.errors:
            self.add_error(
                "link", _("Give the address that this title, publisher or date belongs to.")
            )
        if self._describes("file") and "file" not in self.errors:
            files = len(self._tokens()) + bool(cleaned.get("file"))
            if not files:
                self.add_error(
                    "file", _("Choose the file that this title, publisher or date belongs to.")
                )
            elif files > 1 and cleaned.get("file_title"):
                self.add_error(
                    "file_title",
                    _("Several files are chosen: leave the title empty, or save one file first."),
                )
        return cleaned

    def _describes(self, what: str) -> bool:
        """Whether anything is typed that is said of a file or a link."""
        names = (f"{what}_title", f"{what}_publisher", f"{what}_date")
        return any(self.cleaned_data.get(name) for name in names)

    def typed(self, name: str) -> str:
        """A content field as it was sent, whether or not it is open now."""
        if name in self.data:
            return one_line_end(self.data.get(name))
        return str(getattr(self.instance, name))

    def typed_documents(self) -> list[tuple[str, str]]:
        """What was typed of documents to add, for a page that can no longer take it."""
        return [
            (str(self.base_fields[name].label), typed)
            for name in DOCUMENT_FIELDS
            if (typed := self.data.get(name))
        ]

    def taken_in(self) -> dict[int, int]:
        """Contribution id -> the version that was read, of those that are ticked as taken in."""
        return sent_versions(self._sent("woven"))

    def text(self) -> Content:
        """The text alone, as far as it is typed: what an autosave keeps."""
        return Content.of(self.instance, **{name: self.typed(name) for name in CONTENT_FIELDS})

    @property
    def purpose(self) -> str:
        """What files that come in chunks for this answer are for."""
        return f"update:{self.instance.pk}"

    def take_sent(self, owner: int) -> list[StoredFile]:
        """Files that came in chunks and are to be attached; DomainError where one is gone."""
        if "file" not in self.fields:
            return []
        return partial_uploads.take(tokens=self._tokens(), owner=owner, purpose=self.purpose)

    def _tokens(self) -> list[str]:
        return self._sent("uploaded")

    def content(self, stored: StoredFile | None, sent: Sequence[StoredFile] = ()) -> Content:
        """What the services take; `stored` is the form's file as kept, `sent` came in chunks."""
        values = self.cleaned_data
        texts = {name: values[name] for name in CONTENT_FIELDS if name in values}
        if "file" not in self.fields:
            return Content.of(self.instance, **texts)
        attach = [
            NewEvidence(
                title=values["file_title"] or file.name,
                stored_file=file,
                publisher=values["file_publisher"],
                date=values["file_date"],
            )
            for file in (*sent, *([stored] if stored else []))
        ]
        if values["link"]:
            attach.append(
                NewEvidence(
                    title=values["link_title"],
                    url=values["link"],
                    publisher=values["link_publisher"],
                    date=values["link_date"],
                )
            )
        return Content.of(
            self.instance,
            **texts,
            attach=attach,
            use=values.get("library", []),
            detach=values.get("remove", []),
        )
