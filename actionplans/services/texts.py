"""What a text may hold: one verdict for the form, the autosave and the workbook."""

import re

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError

LONGEST_TEXT = 20_000
# Control characters but tab and line ends, halves of a character, and the two overrides that make
# a text read otherwise than it is written. Marks, embeddings and isolates belong to Arabic text.
UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]"
)
SHOWN_BEFORE = 20  # characters that say where the bad one stands


def refuse_bad_text(text: str, *, field: str, most: int = LONGEST_TEXT) -> None:
    """DomainError at the field for a text that is too long or holds what cannot be read."""
    if len(text) > most:
        raise DomainError(
            _("This text has %(length)s characters; the most is %(most)s.")
            % {"length": len(text), "most": most},
            field=field,
        )
    if found := UNREADABLE.search(text):
        before = text[max(0, found.start() - SHOWN_BEFORE) : found.start()]
        raise DomainError(
            _("A character that nobody can see or read (%(code)s) stands after “%(before)s”.")
            % {"code": f"U+{ord(found[0]):04X}", "before": before},
            field=field,
        )
