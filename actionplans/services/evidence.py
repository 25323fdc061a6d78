"""Evidence of a party by itself: added without an answer, described, shared."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Party, User
from accounts.services import audit
from accounts.services.saving import check
from actionplans.enums import Visibility
from actionplans.models import Evidence
from actionplans.queries.evidence import was_sent
from actionplans.services.contents import NewEvidence
from common.errors import Conflict, DomainError
from common.querysets import compare_and_set, lock

SENT_FOR_GOOD = ("title", "publisher", "date")


@transaction.atomic
def add_evidence(
    *,
    party: Party,
    new: NewEvidence,
    by: User,
    expires_on: dt.date | None = None,
    visibility: str = Visibility.REVIEWERS,
) -> Evidence:
    """Keep a document in the party's library before any answer uses it."""
    evidence = new.row(party=party, by=by, expires_on=expires_on, visibility=visibility)
    check(evidence)
    evidence.save(force_insert=True)
    audit.record("evidence.add", evidence, by=by, party=party)
    return evidence


@transaction.atomic
def describe_evidence(*, evidence: Evidence, version: int, by: User, **values: Any) -> Evidence:
    """Change what is said of a document: title, publisher, date, expires_on, visibility.

    What went out with a national answer keeps its title, publisher and date, and stays readable
    for the reviewers who read it.
    """
    row = lock(Evidence.objects.filter(pk=evidence.pk)).select_related("party").get()
    if row.version != version:
        raise Conflict(_("Somebody changed this while you were typing. Compare, then save."))
    if was_sent(row):
        _refuse_other_history(row, values)
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    check(row)
    for name, value in before.items():
        setattr(row, name, value)
    compare_and_set(row, expected={"version": version}, **values, version=version + 1)
    audit.record("evidence.describe", row, by=by, party=row.party)
    return row


def _refuse_other_history(row: Evidence, values: dict[str, Any]) -> None:
    for name in SENT_FOR_GOOD:
        if name in values and values[name] != getattr(row, name):
            raise DomainError(
                _("It was sent with a national answer: this can no longer be changed."), field=name
            )
    if values.get("visibility", row.visibility) == Visibility.PARTY != row.visibility:
        raise DomainError(
            _("It was sent with a national answer: reviewers go on reading it."), field="visibility"
        )
