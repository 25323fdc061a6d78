"""Documents that support a record rather than an answer: minutes, notes, lists."""

from accounts.models import Party, User
from actionplans.models import Evidence
from actionplans.services.contents import NewEvidence


def keep_document(
    document: Evidence | NewEvidence | None, *, party: Party, by: User
) -> Evidence | None:
    """The party's evidence to link: one it has already, or the new one. Call it in a write."""
    if not isinstance(document, NewEvidence):
        return document
    evidence = document.row(party=party, by=by)
    evidence.save(force_insert=True)
    return evidence
