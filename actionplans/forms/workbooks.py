"""A filled workbook that is sent, and the decision on it."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common.forms import sent_number
from common.sent_files import SentFileForm

WORKBOOKS = frozenset({"xlsx"})
LONGEST_SEEN = 40


class WorkbookForm(SentFileForm):
    """One filled workbook."""

    allowed = WORKBOOKS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("Filled workbook")
        self.fields["file"].error_messages["required"] = _(
            "Choose the workbook that you filled in."
        )


def seen_in(data: QueryDict) -> dict[int, str]:
    """update id -> what the preview said of it: fields `seen-<id>`."""
    return {pk: data.get(f"seen-{pk}", "")[:LONGEST_SEEN] for pk in _numbers(data, "seen-")}


def chosen_in(data: QueryDict) -> set[int]:
    """Ids of the answers whose text is to be the workbook's: fields `take-<id>`."""
    return {pk for pk in _numbers(data, "take-") if data.get(f"take-{pk}") == "workbook"}


def _numbers(data: QueryDict, prefix: str) -> list[int]:
    found = (sent_number(name.removeprefix(prefix)) for name in data if name.startswith(prefix))
    return [number for number in found if number is not None]
