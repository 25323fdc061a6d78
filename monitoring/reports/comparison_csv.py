"""A comparison as rows for a spreadsheet: one row for each cell that the page shows."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Party
from common.ratings import rating_sign
from monitoring.queries import compare as queries
from monitoring.queries.compare import Cell, Comparison, Row, Sending
from monitoring.reports.wording import punctual
from recruitment.queries import Share

STATES: dict[str, str | Promise] = {
    queries.NOT_SUBMITTED: gettext_lazy("Not submitted"),
    queries.NOT_REVIEWED: gettext_lazy("Not reviewed"),
    queries.REVIEWED: pgettext_lazy("answer", "Reviewed"),
    queries.AMENDING: gettext_lazy("Being amended"),
    queries.AMENDED: gettext_lazy("Amended after its review"),
}
HEADER = (
    gettext_lazy("Table"),
    gettext_lazy("Country code"),
    gettext_lazy("Country"),
    gettext_lazy("Item or personnel type"),
    gettext_lazy("Title"),
    gettext_lazy("Claim"),
    gettext_lazy("Verdict"),
    gettext_lazy("The party's reply"),
    gettext_lazy("State"),
    gettext_lazy("Date or month"),
    gettext_lazy("Women"),
    gettext_lazy("All personnel"),
    gettext_lazy("Women in per cent"),
)
CsvRow = tuple[object, ...]
NO_ANSWER = ("", "", "", "", "")


def rows(comparison: Comparison) -> Iterator[CsvRow]:
    """Answers, then national answers, then women's shares; as many cells as HEADER names."""
    for row in (*comparison.rows, *comparison.dpko_rows):
        for cell in row.cells:
            yield _("Answers"), *_party(cell.party), *_answer(row, cell), "", "", ""
    for sending in comparison.sendings:
        yield _("National answer"), *_party(sending.party), *NO_ANSWER, *_sending(sending)
    for party in comparison.parties:
        shown = comparison.shares[party.code]
        month = f"{shown.month:%Y-%m}" if shown.month else ""
        for kind in comparison.types:
            numbers = _share(shown.by_type.get(kind, Share(0, 0)) if month else None)
            yield _("Women's share"), *_party(party), kind.label, *NO_ANSWER, month, *numbers


def _party(party: Party) -> CsvRow:
    return party.code, party.display_name


def _answer(row: Row, cell: Cell) -> CsvRow:
    words = [str(word) for state, word in STATES.items() if state in cell.states]
    if cell.stands_from:
        words.append(_("stands from %(period)s") % {"period": cell.stands_from})
    states = ", ".join(words)
    claim = rating_sign(cell.claim).word if cell.claim else ""
    verdict = rating_sign(cell.verdict).word if cell.verdict else ""
    amended = cell.amended_at or ""
    return row.item.code, row.title, claim, verdict, cell.reply, states, amended


def _sending(sending: Sending) -> CsvRow:
    if sending.submission is None:
        return _("Not submitted"), "", "", "", ""
    words = [punctual(sending.submission.on_time)]
    if sending.amendments:
        words.append(amendment_words(sending))
    return "; ".join(words), sending.submission.sent_at, "", "", ""


def amendment_words(sending: Sending) -> str:
    """How many amendments followed, and how many of them late."""
    return _("%(n)s amendments, %(late)s late") % {
        "n": sending.amendments,
        "late": sending.late_amendments,
    }


def _share(share: Share | None) -> CsvRow:
    if share is None:
        return "", "", ""
    return share.women, share.total, share.percent
