"""Choosing documents of the party's library, the same in every form that does it."""

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from actionplans.models import Evidence
from common import formats
from common.forms import WaypostForm, sent_number


class EvidenceField(forms.TypedMultipleChoiceField):
    """Evidence ids; of one that is gone meanwhile the service says so, where it matters."""

    def valid_value(self, value: Any) -> bool:
        return True


class LibraryForm(WaypostForm, forms.Form):
    """What carries documents: `evidence` is what it carries now, to which more can be added.

    The button "find" sends the form to look into the library; nothing is saved by it.
    """

    remove = EvidenceField(
        label=_("Evidence to remove"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=_("Find in the party's library"),
        help_text=_("Words of the title, the publisher or the file's name."),
        required=False,
        max_length=200,
    )
    library = EvidenceField(
        label=_("Documents to use"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    needed_to_submit: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, evidence: list[Evidence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evidence = evidence
        self._offer("remove", [(str(e.pk), e.title) for e in evidence])
        if not evidence:
            del self.fields["remove"]

    def full_clean(self) -> None:
        """A draft may lack what submitting needs; its page does not call that optional."""
        is_draft = self.is_bound and self.data.get("action") != "submit"
        waived = [self.fields[n] for n in self.needed_to_submit if is_draft and n in self.fields]
        for field in waived:
            field.required = False
        super().full_clean()
        for field in waived:
            field.required = True

    def offer_library(self, found: Iterable[Evidence], chosen: Iterable[Evidence]) -> None:
        """Show what was found, after what is ticked already."""
        rows = {one.pk: one.title for one in (*chosen, *found)}
        self._offer("library", [(str(pk), title) for pk, title in rows.items()])

    def typed_words(self) -> str:
        return str(self.data.get("words", ""))[:200] if self.is_bound else ""

    def ticked(self) -> list[int]:
        """Ids of the library's documents that are ticked in what was sent."""
        return [pk for pk in map(sent_number, self._sent("library")) if pk is not None]

    def ticked_titles(self) -> list[tuple[str, str]]:
        """What is ticked, in words, for a page that can no longer take it."""
        found = []
        for name in ("library", "remove"):
            if field := self.fields.get(name):
                sent = self._sent(name)
                titles = [title for pk, title in cast(Any, field).choices if pk in sent]
                found += [(str(field.label), formats.listed(titles))] if titles else []
        return found

    def _sent(self, name: str) -> list[str]:
        return cast(QueryDict, self.data).getlist(name) if self.is_bound else []

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]
