"""The catalogue's items: everybody who is signed in reads them."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import AuditEvent
from actionplans.models import CatalogueItem
from monitoring.enums import SearchKind
from monitoring.queries.search.sources import Draft, Rights, Shown, Source, joined, limited

EVERYBODY = Rights(lambda reader: None, lambda reader: Q())


def titles_of(item: CatalogueItem) -> str:
    """The item's code and its title in every language; prefetch `texts`."""
    return " ".join((item.code, *(text.title for text in item.texts.all())))


class Items(Source):
    """Current items, in all languages at once; an event of its own tells of none of them."""

    code, kind, rights = "item", SearchKind.ITEM, EVERYBODY
    model = CatalogueItem

    def drafts(self, ids: Collection[int]) -> Iterator[Draft]:
        for item in limited(CatalogueItem.objects.current().with_texts(), ids):
            texts = item.texts.all()
            words = [w for t in texts for w in (t.summary, t.asked, *t.evidence, *t.records)]
            theme = " ".join(item.theme.titles.values()) if item.theme else ""
            yield Draft(item.pk, None, titles_of(item), joined(*words), theme)

    def touched_by(self, event: AuditEvent) -> Collection[int]:
        return ()  # load_reference brings the index up to it

    def load(self, ids: Collection[int]) -> QuerySet[CatalogueItem]:
        return CatalogueItem.objects.filter(pk__in=ids).with_texts()

    def show(self, thing: Any) -> Shown:
        return Shown(f"{thing.named}: {thing.title}", thing.get_absolute_url())
