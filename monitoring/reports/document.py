"""A report's content in the words of one language: what the page and the PDF both set.

Everything is text by now; ratings keep their code beside the word, for the drawing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from unicodedata import bidirectional

from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

from accounts.models import Country
from actionplans.enums import ItemType
from actionplans.models import CatalogueItem, Theme
from actionplans.models.periods import in_words
from common import formats, ratings
from monitoring.canonical import Content
from monitoring.enums import ReportKind
from monitoring.reports import figures, wording
from monitoring.reports.content import claim_of, verdict_of
from monitoring.rules import unrated

Section = dict[str, Any]
# In which order ratings are counted: the scale from its top, then acts, then decisions.
COUNTED = ("4", "3", "2", "1", "0", "done", "under_way", "not_done", "yes", "no", "open", "na")


@dataclass
class Catalogue:
    """The words of one version of the catalogue in the active language: three queries."""

    items: dict[str, CatalogueItem]
    themes: list[Theme]

    @classmethod
    def of(cls, version: int) -> "Catalogue":
        found = CatalogueItem.objects.filter(version=version).prefetch_related("texts")
        return cls({item.code: item for item in found}, list(Theme.objects.all()))

    def title(self, code: str) -> str:
        return self.items[code].title if code in self.items else ""


def document(content: Content, sha256: str) -> Section:
    """The whole report in the active language."""
    catalogue = Catalogue.of(content["catalogue"])
    evidence = Evidence()
    points = [_item(entry, catalogue, content, evidence) for entry in content["action_points"]]
    return {
        **_head(content, sha256),
        "summary": _summary(content),
        "changes": _changes(content, catalogue),
        "points": points,
        "themes": _themes(content, catalogue, evidence),
        "deployment": figures.deployment_section(content),
        "evidence": evidence.rows,
        "words": wording.labels(),
        "notes": wording.notes(content, sha256),
    }


# --- Head -------------------------------------------------------------------------------------
def _head(content: Content, sha256: str) -> Section:
    report, period = content["report"], content["period"]
    name = party_name(content["party"])
    kind = ReportKind(report["kind"]).numbered(report["number"])
    return {
        "language": (get_language() or "en").split("-")[0],
        "direction": "rtl" if get_language_bidi() else "ltr",
        "title": _("%(party)s: report on resolution 1325, %(period)s")
        % {"party": name, "period": in_words(period["name"])},
        "party": name,
        "period": in_words(period["name"]),
        "kind": kind,
        "date": report["made_at"][:10],
        "illustrative": wording.illustrative() if content["party"]["illustrative"] else "",
        "meta": _meta(content),
        "sha256": sha256,
    }


def party_name(party: Content) -> str:
    """The country's UN name in the active language; other parties' own."""
    if party["kind"] != "contributor":
        return str(party["name"])
    country = Country.objects.filter(iso3=party["code"]).first()
    return country.name if country else str(party["name"])


def _meta(content: Content) -> list[Section]:
    """What stands under the title: a label and one or more lines each."""
    period, zone = content["period"], content["party"]["time_zone"]
    months = {"from": _day(period["data_from"]), "to": _day(period["data_to"])}
    rows = [
        (_("Months reported on"), [_("%(from)s to %(to)s") % months]),
        (_("Due"), [_instant(period["deadline"], zone)]),
        (_("Period closes"), [_instant(period["closes_at"], zone)]),
        (_("National answer"), _sendings(content["submission"], zone)),
        (_("Report made"), [_instant(content["report"]["made_at"], zone)]),
    ]
    if pilot := content["pilot"]:
        words = {**pilot, "day": _day(pilot["date"])}
        line = _("Endorsed on %(day)s by %(endorsed_by)s: %(document)s") % words
        rows.append((_("Pilot"), [line]))
    return [{"label": label, "lines": lines} for label, lines in rows]


def _sendings(submission: Content | None, zone: str) -> list[str]:
    if submission is None:
        return [_("Not submitted")]
    lines = [_sending(submission, zone)]
    for amendment in submission["amendments"]:
        words = _("Amendment %(number)s: %(sending)s")
        lines.append(words % {"number": amendment["number"], "sending": _sending(amendment, zone)})
    return lines


def _sending(sending: Content, zone: str) -> str:
    answers = sending["answers"]
    return ngettext(
        "%(n)s answer, sent %(instant)s, %(punctual)s",
        "%(n)s answers, sent %(instant)s, %(punctual)s",
        answers,
    ) % {
        "n": formats.number(answers),
        "instant": _instant(sending["sent_at"], zone),
        "punctual": wording.punctual(sending["on_time"]),
    }


# --- Summary ----------------------------------------------------------------------------------
def _summary(content: Content) -> Section:
    recommendations, points = (
        content["summary"]["recommendations"],
        content["summary"]["action_points"],
    )
    rows = [(_("Recommendations"), recommendations)]
    if points["applying"]:
        rows.append((_("Action points"), points))
    return {
        "finding": _("%(answered)s of %(applying)s recommendations sent, %(reviewed)s reviewed")
        % {name: formats.number(recommendations[name]) for name in recommendations if name in
           ("answered", "applying", "reviewed")},
        "columns": wording.count_columns(),
        "rows": [[label, *_count_cells(row)] for label, row in rows],
        "ratings": _rating_rows(content),
    }  # fmt: skip


def _count_cells(row: Content) -> list[str]:
    names = ("applying", "answered", "not_submitted", "reviewed", "not_reviewed", "differing")
    return [formats.number(row[name]) for name in names]


def _rating_rows(content: Content) -> list[Section]:
    """How often each rating stands as claim, record, verdict; those nobody gave are left out."""
    both = [content["summary"][name] for name in ("recommendations", "action_points")]
    rows = []
    for code in COUNTED:
        counts = [sum(part[column].get(code, 0) for part in both) for column in wording.COLUMNS]
        if any(counts):
            cells = [formats.number(count) if count else "–" for count in counts]
            rows.append({"rating": _rating(code), "counts": cells})
    return rows


# --- Changes ----------------------------------------------------------------------------------
def _changes(content: Content, catalogue: Catalogue) -> Section:
    changes = content["changes"]
    if changes is None:
        return {"intro": _("No earlier final report to compare with."), "rows": []}
    zone = content["party"]["time_zone"]
    words = {
        "period": changes["period"],
        "number": changes["number"],
        "instant": _instant(changes["made_at"], zone),
    }
    rows = [
        {
            "code": _numbered(entry["code"]),
            "title": catalogue.title(entry["code"]),
            "moves": [
                {
                    "what": wording.column(column),
                    "before": _rating(entry[column][0], column),
                    "after": _rating(entry[column][1], column),
                }
                for column in wording.COLUMNS
                if column in entry
            ],
        }
        for entry in changes["items"]
    ]
    intro = (
        _("Compared with final report %(number)s on %(period)s, made %(instant)s.")
        if rows
        else _("Nothing differs from final report %(number)s on %(period)s, made %(instant)s.")
    )
    return {"intro": intro % words, "rows": rows}


# --- Items ------------------------------------------------------------------------------------
class Evidence:
    """The numbered list at the end, to which the items refer. One document is listed once."""

    def __init__(self) -> None:
        self.rows: list[Section] = []
        self.numbers: dict[tuple[str, ...], int] = {}

    def number(self, entry: Content, code: str) -> str:
        key = tuple(str(entry[name]) for name in sorted(entry))
        if key not in self.numbers:
            self.numbers[key] = len(self.rows) + 1
            self.rows.append(self._row(entry))
        number = self.numbers[key]
        items = self.rows[number - 1]["items"]
        if code not in items:
            items.append(code)
        return formats.number(number)

    def _row(self, entry: Content) -> Section:
        return {
            "number": formats.number(len(self.rows) + 1),
            "title": entry["title"],
            "publisher": entry["publisher"] or "–",
            "date": _day(entry["date"]) if entry["date"] else "–",
            "url": entry["url"] or "",
            "sha256": entry["sha256"] or "",
            "items": [],
        }


def _themes(content: Content, catalogue: Catalogue, evidence: Evidence) -> list[Section]:
    groups = []
    for theme in catalogue.themes:
        entries = [e for e in content["recommendations"] if e["theme"] == theme.number]
        if entries:
            items = [_item(entry, catalogue, content, evidence) for entry in entries]
            missing = [item for item in items if not item["answered"]]
            groups.append({"title": str(theme), "items": items, "missing": missing})
    return groups


def _item(entry: Content, catalogue: Catalogue, content: Content, evidence: Evidence) -> Section:
    answer, verdict = entry["answer"], entry["verdict"]
    is_point = entry["type"] == ItemType.ACTION_POINT
    return {
        "code": _numbered(entry["code"]),
        "anchor": entry["code"].replace(".", "-"),
        "title": catalogue.title(entry["code"]),
        "lead": entry["lead"] or _("no institution named"),
        "answered": answer is not None,
        "claim": _rating(claim_of(entry), "claim"),
        "record": _record(entry["record"]),
        "verdict": _rating(verdict_of(entry), "verdict"),
        "differs": bool(answer and verdict and answer["rating"] != verdict["rating"]),
        "status": _status(entry, content["party"]["time_zone"]),
        "texts": _texts(entry),
        "facts": _facts(entry, content) if is_point else [],
        "evidence": [evidence.number(e, entry["code"]) for e in answer["evidence"]]
        if answer
        else [],
    }


def _facts(entry: Content, content: Content) -> list[str]:
    """What the records behind an action point say beyond the sentence of its record."""
    said = wording.words_of(entry["record"]) if entry["record"] else ""
    return [words for words in wording.facts_of(entry["code"], content["facts"]) if words != said]


def _texts(entry: Content) -> list[Section]:
    """The texts of an answer with their labels; what is empty is left out."""
    answer, verdict = entry["answer"] or {}, entry["verdict"] or {}
    pairs = [
        (_("What was done"), answer.get("narrative", "")),
        (_("Reason for the rating"), answer.get("reason", "")),
        (_("Measures in this period"), answer.get("measures", "")),
        (_("Next steps"), answer.get("next_steps", "")),
        (_("What the records show"), wording.words_of(entry["record"]) if entry["record"] else ""),
        (_("Reviewer's reason"), verdict.get("reason", "")),
        (_("The party's reply"), (entry.get("reply") or {}).get("text", "")),
    ]
    return [{"label": label, "paragraphs": paragraphs(text)} for label, text in pairs if text]


def paragraphs(text: str) -> list[Section]:
    """The lines that somebody wrote, each with its own direction."""
    lines = (line.strip() for line in text.splitlines())
    return [{"text": line, "rtl": is_rtl(line)} for line in lines if line]


def is_rtl(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left."""
    strong = (bidirectional(c) for c in text)
    return next((kind != "L" for kind in strong if kind in ("L", "R", "AL")), get_language_bidi())


def _status(entry: Content, zone: str) -> str:
    """Where the answer stands, in one sentence."""
    answer, verdict = entry["answer"], entry["verdict"]
    if answer is None:
        return _("Not submitted.")
    parts = [_("Sent %(instant)s") % {"instant": _instant(answer["sent_at"], zone)}]
    if period := entry.get("stands_from"):  # reports of schema 1 know no interim periods
        parts.append(_("stands from %(period)s") % {"period": period})
    if answer["amendments"]:
        parts.append(
            ngettext("amended once", "amended %(n)s times", answer["amendments"])
            % {"n": formats.number(answer["amendments"])}
        )
    parts.append(
        _("reviewed %(instant)s") % {"instant": _instant(verdict["at"], zone)}
        if verdict
        else _("not reviewed")
    )
    if reply := entry.get("reply"):
        parts.append(_("replied to %(instant)s") % {"instant": _instant(reply["at"], zone)})
    if amended := entry.get("amended_at"):
        since = {"instant": _instant(amended, zone)}
        parts.append(_("amended after its review on %(instant)s") % since)
    if entry["amending_since"]:
        since = {"instant": _instant(entry["amending_since"], zone)}
        parts.append(_("being amended since %(instant)s") % since)
    return formats.clauses(parts) + "."


# --- Words ------------------------------------------------------------------------------------
def _record(record: Content | None) -> Section:
    """The record's rating, marked where it is out of date; without one, what there is instead."""
    if record and record["rating"]:
        return {**_rating(record["rating"], "record"), "old": wording.is_old(record)}
    has_evidence = bool(record and record["evidence"])
    words = unrated(has_rule=record is not None, has_evidence=has_evidence)
    return {"code": "", "word": words, "old": False}


def _numbered(code: str) -> str:
    """The letter of a point as a number of its own: before its title it reads as a word."""
    return f"{code}." if code.isalpha() else code


def _rating(code: str | None, column: str = "") -> Section:
    """A rating's code and word; where there is none, what its absence means in the column."""
    word = str(ratings.rating_sign(code).word) if code else wording.absence(column)
    return {"code": code or "", "word": word}


def _day(value: str) -> str:
    return formats.day(date.fromisoformat(value))


def _instant(value: str, zone: str) -> str:
    return formats.instant(datetime.fromisoformat(value), zone)
