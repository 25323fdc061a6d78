"""Sample data for the gallery page: every component in each of its states."""

import datetime as dt
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.charts import (
    Bar,
    Break,
    Gap,
    Series,
    Target,
    bar_chart,
    gap_chart,
    line_chart,
    sparkline,
)
from common.difference import difference
from common.forms import WaypostForm
from common.listing import Columns
from common.ratings import RATINGS, STATES

LONG = _(
    "The ministry reports that selection boards for formed units were opened to women in every "
    "service, that the height rule was replaced by a fitness test, and that the two remaining "
    "barracks without separate quarters will be rebuilt before the next rotation."
)


LONG_NOW = _(
    "The ministry reports that selection boards for formed units were opened to women in every "
    "service, that the height rule was replaced by a fitness test, and that one of the two "
    "barracks without separate quarters was rebuilt."
)


class SampleForm(WaypostForm, forms.Form):
    narrative = forms.CharField(
        label=_("What was done in this period"),
        help_text=_("Two or three sentences: what, when, by whom. Figures go with their month."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    rating = forms.ChoiceField(
        label=_("Rating"),
        help_text=_("Applied needs evidence of practice, not only a paper."),
        widget=forms.RadioSelect,
        choices=[
            ("0", _("Not started")),
            ("1", _("In preparation")),
            ("2", _("Adopted")),
            ("3", _("Applied")),
        ],
    )
    institution = forms.ChoiceField(
        label=_("Supporting institution"),
        required=False,
        choices=[("", _("None")), ("mod", _("Ministry of Defence"))],
    )
    held_on = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    file = forms.FileField(
        label=_("Evidence"),
        help_text=_("PDF, DOCX, XLSX, JPEG or PNG, up to 20 MB."),
        required=False,
    )
    public = forms.BooleanField(label=_("The public may read this answer"), required=False)


def _at(month: int, day: int) -> dt.datetime:
    return dt.datetime(2026, month, day, 17, 0, tzinfo=dt.UTC)


STEPS = [
    {
        "state": "draft",
        "status": "done",
        "who": "Amina Bello",
        "institution": _("Ministry of Defence"),
        "when": _at(6, 2),
    },
    {"state": "submitted", "status": "current", "who": "Amina Bello", "when": _at(6, 9)},
    {
        "state": "signed",
        "status": "skipped",
        "note": _("Skipped: no validator is appointed who is not an author."),
    },
    {
        "state": "endorsed",
        "status": "next",
        "who": "Ngozi Okafor",
        "institution": _("Federal Ministry of Women Affairs"),
    },
    {"state": "transmitted", "status": "todo"},
    {"state": "reviewed", "status": "todo"},
]
RETURNED_STEPS = [
    STEPS[0],
    {
        "state": "returned",
        "status": "returned",
        "who": "Ngozi Okafor",
        "when": _at(6, 11),
        "note": _("The rating only: no evidence of practice."),
    },
    {"state": "submitted", "status": "todo"},
]
RATING_VALUES = list(RATINGS)
STATE_VALUES = ["", *STATES]
COUNTRIES = [
    _("Argentina"),
    _("Nigeria"),
    _("Pakistan"),
    _("South Africa"),
    _("Bangladesh"),
    _("Ghana"),
    _("India"),
    _("Uruguay"),
]
ROWS = [
    {"code": "2.1", "title": _("National action plan for resolution 1325"), "trio": ("3", "3", "3"),
     "old": False, "women": 334, "total": 4836, "state": "reviewed"},
    {"code": "2.1.e",
     "title": _("Adequate people and money, including gender-responsive security budgets"),
     "trio": ("3", "2", "1"), "old": True, "women": 52, "total": 877, "state": "reviewed"},
    {"code": "3.2", "title": _("Ten per cent women in all contingents"), "trio": ("2", "", ""),
     "old": False, "women": 28, "total": 8266, "state": "returned"},
    {"code": "4.1", "title": _("Training before deployment"), "trio": ("", "", ""),
     "old": False, "women": 0, "total": 0, "state": ""},
]  # fmt: skip
INSTITUTIONS = [
    _("Ministry of Defence"),
    _("Federal Ministry of Women Affairs and Social Development"),
    _("Nigeria Police Force"),
    _("Ministry of Foreign Affairs"),
    "Bundesministerium für Familienangelegenheitengleichstellungsbeauftragte",
]
NAV = [
    {
        "label": _("My work"),
        "items": [
            {"label": _("Waits for me"), "url": "#", "current": True, "count": 4},
            {"label": _("Answers"), "url": "#"},
            {"label": _("National answer"), "url": "#"},
        ],
    },
    {
        "label": _("Records"),
        "items": [
            {"label": _("Task force"), "url": "#"},
            {"label": _("Consultations and dialogues"), "url": "#"},
            {"label": _("Training"), "url": "#"},
            {"label": _("Deployed personnel"), "url": "#"},
        ],
    },
    {
        "label": _("Reference"),
        "items": [
            {"label": _("Catalogue"), "url": "#"},
            {"label": _("Reports"), "url": "#"},
        ],
    },
]


def _share(start: float, rise: float, swing: int) -> list[tuple[dt.date, float | None]]:
    """Five made-up years of monthly shares; half of 2012 has no figures."""
    days = [dt.date(2010 + n // 12, n % 12 + 1, 1) for n in range(60)]
    return [
        (day, None if 24 <= n < 31 else start + rise * n + (n * swing % 7) / 10)
        for n, day in enumerate(days)
    ]


def charts() -> dict[str, SafeString]:
    line = line_chart(
        [
            Series(_("Troops"), _share(2.2, 0.01, 3)),
            Series(_("Individual police"), _share(8.4, 0.1, 5)),
            Series(_("Formed police units"), _share(4.1, 0.04, 2)),
        ],
        title=_("Share of women by personnel type, 2010 to 2014"),
        description=_("Three lines over 60 months, without figures from January to July 2012."),
        targets=[
            Target(_("10 per cent (3.2)"), [(dt.date(2007, 2, 1), 10), (dt.date(2020, 1, 1), 10)])
        ],
        breaks=[Break(dt.date(2013, 7, 1), _("Staff officers counted apart"))],
    )
    bar = bar_chart(
        [
            Bar("South Africa", 13.7, "298 / 2,173"),
            Bar("Nigeria", 6.9, "334 / 4,836"),
            Bar("Argentina", 5.9, "52 / 877"),
            Bar("Pakistan", 0.3, "28 / 8,266"),
            Bar("DPKO", None),
        ],
        title=_("Share of women, December 2013"),
        description=_("Four bars; DPKO sends nobody."),
        target=(_("10 per cent (3.2)"), 10),
    )
    gap = gap_chart(
        [Gap("2.1", 3, 3), Gap("2.1.e", 3, 1), Gap("3.2", 2, 1), Gap("4.1", 2, None)],
        title=_("Claim and verdict"),
        description=_("Four recommendations; in two the verdict is lower than the claim."),
        scale=[str(RATINGS[value].word) for value in "01234"],
    )
    spark = sparkline(_share(2.2, 0.05, 3), title=_("Share of women, 2010 to 2014"))
    return {"line": line, "bar": bar, "gap": gap, "spark": spark}


def context() -> dict[str, Any]:
    """What the gallery page shows, with a form that was sent incomplete."""
    wrong = SampleForm({"narrative": "", "rating": ""}, prefix="wrong")
    return {
        "nav": NAV,
        "long": LONG,
        "ratings": RATING_VALUES,
        "states": STATE_VALUES,
        "steps": STEPS,
        "returned_steps": RETURNED_STEPS,
        "rows": ROWS,
        "form": SampleForm(),
        "locked_form": SampleForm({"narrative": LONG, "rating": "2"}, prefix="locked"),
        "institutions": INSTITUTIONS,
        "chosen_columns": Columns(
            HttpRequest(),
            {"state": _("State"), "ratings": _("Ratings"), "women": _("Women among the deployed")},
        ),
        "wrong_form": wrong,
        "page": Paginator(range(312), 25).page(4),
        "definitions": [
            (_("Lead institution"), _("Ministry of Defence")),
            (_("Focal point"), "Amina Bello"),
            (_("Evidence"), LONG),
        ],
        "countries": COUNTRIES,
        "columns": len(COUNTRIES) + 1,
        "charts": charts(),
        "difference": difference(str(LONG), str(LONG_NOW)),
        "due": _at(6, 30),
        "month": dt.date(2013, 12, 31),
    }
