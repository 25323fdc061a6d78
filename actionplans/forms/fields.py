"""Fields that several forms share."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionplans.enums import RATINGS_BY_KIND, Rating
from actionplans.models import CatalogueItem

RATING_MEANINGS: dict[str, str | Promise] = {
    Rating.NOT_STARTED: _("0 Not started: nothing has been done yet."),
    Rating.IN_PREPARATION: _("1 In preparation: work has begun, nothing is adopted yet."),
    Rating.ADOPTED: _("2 Adopted: on paper, in a policy, an order, a plan or a budget."),
    Rating.APPLIED: _("3 Applied: done in practice, with evidence of it."),
    Rating.SUSTAINED: _(
        "4 Sustained: applied for twelve months or more, with evidence of the last twelve."
    ),
    Rating.NOT_DONE: _("Not done: the act has not been carried out."),
    Rating.UNDER_WAY: _("Under way: the act has begun and is not finished."),
    Rating.DONE: _("Done: the act was carried out."),
    Rating.OPEN: _("Open: not decided yet."),
    Rating.YES: _("Decided, yes: considered and taken up. Say why."),
    Rating.NO: _("Decided, no: considered and not taken up. Say why."),
    Rating.NOT_APPLICABLE: _("Not applicable: say why. It then counts in no total."),
}


def rating_choices(item: CatalogueItem) -> list[tuple[str, Any]]:
    """The ratings of the item's kind, each with its meaning."""
    return [(rating, RATING_MEANINGS[rating]) for rating in RATINGS_BY_KIND[item.kind]]


class ProseField(forms.CharField):
    """Text over several lines; line ends are the same whatever browser sent them."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> Any:
        return one_line_end(super().to_python(value))


def one_line_end(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\r", "\n")


class InstantField(forms.DateTimeField):
    """A moment typed in the clock time of one zone; a time that the clock skips is refused."""

    def __init__(self, *, zone: str = "UTC", **kwargs: Any) -> None:
        self.zone = zone
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.zone):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)
