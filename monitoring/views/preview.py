"""The national answer as its reviewers will read it, before it is sent."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import Access, access, own_party_or_404, require
from accounts.permissions import Permission
from actionplans.enums import Verb
from actionplans.models import Evidence, ProgressUpdate, UpdateRevision
from actionplans.queries.updates import ItemRow, item_rows
from actionplans.rules import lock_of
from actionplans.services.standings import standings
from monitoring.queries.periods import period_or_404
from monitoring.rules import Finding
from monitoring.views.updates import findings_of


@dataclass(frozen=True)
class Entry:
    """One item: what its reviewer will read, or None where it stands as not submitted."""

    row: ItemRow
    content: ProgressUpdate | UpdateRevision | None
    finding: Finding | None

    @property
    def is_new(self) -> bool:
        """Goes out with the next sending; what was sent before stands as it was sent."""
        return isinstance(self.content, ProgressUpdate)

    @property
    def replied_at(self) -> datetime | None:
        sent = self.row.carried or self.row.update
        return sent.replied_at if sent else None

    @property
    def evidence(self) -> list[Evidence]:
        rows = self.content.evidence.all() if self.content else ()
        return [one for one in rows if one.is_read_outside]


def going(rows: Iterable[ItemRow], who: Access) -> set[int]:
    """Ids of the answers that go out with the next sending."""
    updates = [row.update for row in rows if row.update]
    stand = standings(updates, who, revisions=())  # sending does not ask who wrote
    return {pk for pk, standing in stand.items() if not lock_of(standing, Verb.SEND)}


def content_of(row: ItemRow, going: Container[int]) -> ProgressUpdate | UpdateRevision | None:
    """The live text of what goes out, else what was sent last, in this period or before."""
    if row.update and row.update.pk in going:
        return row.update
    sent = row.carried or row.update
    return sent.transmitted_revision if sent else None


@require_safe
def preview(request: HttpRequest, code: str) -> HttpResponse:
    party = own_party_or_404(request, code)
    require(request, Permission.READ_DRAFTS, party)
    period = period_or_404(request)
    if period is None:
        return render(request, "monitoring/preview.html", {"page_party": party})
    rows = item_rows(party, period)
    to_go = going(rows, access(request))
    contents = {row.item.pk: content_of(row, to_go) for row in rows}
    found = [content for content in contents.values() if content]
    for kind in (ProgressUpdate, UpdateRevision):
        of_kind = [content for content in found if isinstance(content, kind)]
        prefetch_related_objects(of_kind, "evidence__party", "evidence__stored_file")
    findings = findings_of(party, period)
    entries = [Entry(row, contents[row.item.pk], findings.get(row.item.code)) for row in rows]
    context = {
        "page_party": party,
        "page_period": period,
        "entries": entries,
        "new": sum(entry.is_new for entry in entries),
        "missing": sum(entry.content is None for entry in entries),
        "is_member": False,  # what is read here is what stands outside
    }
    return render(request, "monitoring/preview.html", context)
