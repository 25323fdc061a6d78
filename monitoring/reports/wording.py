"""The fixed words of a report, in the active language."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from monitoring.canonical import Content

COLUMNS = ("claim", "record", "verdict")


def illustrative() -> str:
    return _("Illustrative: people and answers are made up; deployment figures are real.")


def punctual(on_time: bool) -> str:
    return _("on time") if on_time else _("late")


def column(name: str) -> str:
    return {"claim": _("Claim"), "record": _("Record"), "verdict": _("Verdict")}[name]


def absence(name: str) -> str:
    """What an empty cell of the column means: never a 0."""
    words = {
        "claim": _("Not submitted"),
        "record": _("No record yet"),
        "verdict": _("Not reviewed"),
    }
    return words.get(name, "–")


def count_columns() -> list[str]:
    return [
        _("Addressed to the party"),
        _("Sent"),
        _("Not submitted"),
        _("Reviewed"),
        _("Not reviewed"),
        _("Verdict differs from claim"),
    ]


def labels() -> dict[str, str]:
    """Headings and labels by name."""
    return {
        "kicker": _("Women, peace and security in peacekeeping"),
        "illustrative": _("Illustrative"),
        "summary": _("Summary"),
        "ratings": _("Ratings"),
        "ratings_caption": _("How often each rating stands, all items together"),
        "counts_caption": _("Answers and reviews"),
        "rating": _("Rating"),
        "claim": _("Claim"),
        "record": _("Record"),
        "verdict": _("Verdict"),
        "differs": _("differs from the claim"),
        "old": _("out of date"),
        "changes": _("What changed since the last final report"),
        "changes_caption": _("Ratings that moved"),
        "item": _("Item"),
        "what": _("What"),
        "before": _("Before"),
        "after": _("Now"),
        "points": _("The four action points"),
        "recommendations": _("Recommendations"),
        "overview": _("All recommendations at a glance"),
        "overview_caption": _("Claim, record and verdict by recommendation"),
        "answers": _("Answers"),
        "recommendation": _("Recommendation"),
        "lead": _("Lead"),
        "facts": _("Facts from the records"),
        "deployment": _("Women among deployed personnel"),
        "evidence": _("Evidence"),
        "evidence_caption": _("Documents that the answers name"),
        "no_evidence": _("No evidence is attached."),
        "number": _("No."),
        "title": _("Title"),
        "publisher": _("Publisher"),
        "date": _("Date"),
        "place": _("Link, or SHA-256 of the file"),
        "items": _("Items"),
        "about": _("About this report"),
        "without": _("Not submitted"),
        "page": _("Page"),
        "of": _("of"),
        "digest": _("SHA-256 of the content"),
        "month": _("Month"),
        "source": _("Source"),
    }


def notes(content: Content, sha256: str) -> list[list[str]]:
    """How to read the report and how to check that it is genuine."""
    return [
        [
            _("Claim, record, verdict"),
            _(
                "The claim is the party's own rating, the record is what its records in the portal"
                " show, the verdict is the reviewer's rating. They stand side by side; where claim"
                " and verdict differ, the reviewer's reason is given."
            ),
        ],
        [
            _("The scale"),
            _(
                "0 not started; 1 in preparation; 2 adopted, on paper; 3 applied, in practice, with"
                " evidence; 4 sustained: applied for twelve months or more, with evidence of the"
                " last twelve. One-off acts are not done, under way or done; proposals to consider"
                " are open or decided."
            ),
        ],
        [
            _("What is missing"),
            _(
                "An item without an answer stands as not submitted, an answer without a verdict as"
                " not reviewed; neither counts as 0. Items rated not applicable count in no share."
            ),
        ],
        [
            _("Which text"),
            _(
                "Each answer is the one that was last transmitted when the report was made; the"
                " catalogue of recommendations is version %(version)s."
            )
            % {"version": content["catalogue"]},
        ],
        [
            _("Genuineness"),
            _(
                "The content of this report has the SHA-256 %(sha256)s. The portal's page"
                " “Is this report one of ours” checks it, or the file itself."
            )
            % {"sha256": sha256},
        ],
    ]


def is_old(record: Content | None) -> bool:
    """Whether the record dropped because its evidence has grown old."""
    return bool(record and record["out_of_date"])


NOTHING = (None, [0, 0])  # no record yet; attendance that nobody counted
# Which facts stand under each action point; 2.1.d is answered by the same records as d.
FACTS_OF_POINT = {
    "a": ("task_force.",),
    "b": ("consultations.",),
    "c": ("dialogues.", "task_force.meetings"),
    "d": ("submissions.",),
}


def words_of(fact: Content) -> str:
    """The sentence of a fact or record in the reader's language, where it was frozen in it."""
    return str(fact.get("words_in", {}).get(get_language()) or fact["words"])


def facts_of(code: str, facts: Content) -> list[str]:
    """The sentences about the records behind an action point, each once; nothing of nothing."""
    starts = FACTS_OF_POINT.get(code, ())
    found = [
        words_of(fact)
        for name, fact in sorted(facts.items())
        if name.startswith(starts) and "@" not in name and fact["value"] not in NOTHING
    ]
    return list(dict.fromkeys(found)) if starts else []
