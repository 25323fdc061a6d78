"""Components of the pages as template tags; /gallery/ shows each in every state."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common import formats, glyphs, ratings
from common.difference import Piece, shortened
from common.listing import Columns

register = template.Library()
Values = dict[str, Any]
NOTHING = "–"
register.filter("apart", formats.apart)
register.filter("file_size", formats.size)
register.filter("listed", formats.listed)
EMPTY = (None, "")  # a variable that a page does not have comes as ""


# --- Words and numbers --------------------------------------------------------------------------
@register.simple_tag
def mark() -> SafeString:
    """{% mark %}: Waypost's own mark."""
    return glyphs.MARK


@register.simple_tag
def icon(name: str) -> SafeString:
    """{% icon "pencil-square" %} before a word: row actions, downloads, notices."""
    return glyphs.icon(name)


@register.simple_tag
def number(value: int | Decimal | float | None, digits: int = 0) -> str:
    """{% number n %} or {% number n 1 %}: 4,836; nothing is a dash."""
    return NOTHING if value in EMPTY else formats.number(value, digits)


@register.simple_tag
def share(numerator: int | None, denominator: int | None) -> str:
    """{% share women total %}: 7.0 % (334 of 4,836); no denominator: "no figures"."""
    return formats.share(numerator, denominator)


@register.simple_tag
def day(value: date | None) -> str:
    """{% day d %}: 30 June 2026 in a <time>; nothing is a dash."""
    if value in EMPTY:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.day(value))


@register.simple_tag
def month(value: date | None) -> str:
    """{% month d %}: June 2026."""
    return NOTHING if value in EMPTY else formats.month(value)


@register.simple_tag
def instant(value: datetime | None, tz: Any = None) -> str:
    """{% instant dt party.timezone %}: 30 June 2026, 18:00 Lagos time; without a zone, UTC."""
    if value in EMPTY:
        return NOTHING
    words = formats.instant(value, tz)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


@register.simple_tag
def between(sign: str = ",") -> str:
    """{% between %} or {% between ";" %} between two things of a line: the reader's own sign."""
    return formats.between(sign)


@register.simple_tag
def person(who: Any, institution: Any = "") -> str:
    """{% person user institution %}: Amina Bello, Ministry of Defence."""
    name = getattr(who, "name", "") or who or _("nobody")
    if not institution:
        return format_html('<bdi class="person">{}</bdi>', name)
    return format_html(
        '<bdi class="person">{}{}<bdi class="institution">{}</bdi></bdi>',
        name,
        formats.between(),
        institution,
    )


# --- Ratings and states -------------------------------------------------------------------------
@register.simple_tag
def rating(value: Any, old: Any = False, empty: str = "") -> str:
    """{% rating "3" %}, {% rating value old=True %}, {% rating "" empty="Not reviewed" %}; old may
    be the words themselves."""
    sign = ratings.rating_sign(value)
    word = empty if empty and value in ("", None) else sign.word
    css = "rating none" if value in ("", None) else "rating"
    return format_html(
        '<span class="{}">{}<span>{}</span></span>{}', css, sign.glyph, word, aged(old)
    )


def aged(old: Any) -> str:
    if not old:
        return ""
    words = _("out of date") if old is True else old
    return format_html(' <span class="old">{}{}</span>', glyphs.CLOCK, words)


@register.inclusion_tag("_components/rating_trio.html")
def rating_trio(
    claim: Any = "",
    record: Any = "",
    verdict: Any = "",
    old: bool = False,
    wide: bool = False,
    no_record: str = "",
) -> Values:
    """{% rating_trio claim record verdict %}; old=True: record out of date; wide=True: a row;
    no_record: what there is instead."""
    return {
        "claim": claim,
        "record": record,
        "verdict": verdict,
        "old": old,
        "wide": wide,
        "no_record": no_record or _("No record yet"),
        "differs": differs(claim, verdict),
    }


@register.inclusion_tag("_components/rating_pair.html")
def rating_pair(claim: Any = "", verdict: Any = "") -> Values:
    """{% rating_pair claim verdict %}: two lines for a cell of a comparison grid."""
    return {"claim": claim, "verdict": verdict, "differs": differs(claim, verdict)}


def differs(claim: Any, verdict: Any) -> bool:
    return bool(claim and verdict and str(claim) != str(verdict))


@register.simple_tag
def gap_mark(words: str = "") -> str:
    """{% gap_mark %}: claim and verdict differ; in a tight cell {% gap_mark _("differs") %}."""
    shown = words or _("differs from the claim")
    return format_html('<span class="gap-mark">{}{}</span>', glyphs.GAP, shown)


@register.simple_tag
def state_pill(state: Any) -> str:
    """{% state_pill update.state %}: a small track and the word; "" is "Nothing entered"."""
    sign = ratings.state_sign(state)
    return format_html('<span class="pill {}">{}{}</span>', state or "none", sign.glyph, sign.word)


@register.inclusion_tag("_components/stepper.html")
def stepper(steps: list[Values], tz: Any = None) -> Values:
    """{% stepper steps tz %}: steps are dicts of state, status (done, current, next, todo,
    skipped, returned), and optionally who, institution, when, note."""
    words = {
        "done": _("done"),
        "current": _("now here"),
        "next": _("comes next"),
        "todo": _("still to come"),
        "skipped": _("skipped"),
        "returned": _("returned"),
    }
    rows = [
        {
            **step,
            "word": ratings.state_sign(step["state"]).word,
            "status_word": words[step["status"]],
        }
        for step in steps
    ]
    return {"steps": rows, "tz": tz}


@register.inclusion_tag("_components/difference.html")
def difference(pieces: Sequence[Piece]) -> Values:
    """{% difference pieces %}: two texts compared word by word; long unchanged stretches cut."""
    return {"pieces": list(shortened(pieces))}


# --- Notices, tables, figures ---------------------------------------------------------------------
@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> str:
    """{% notice "attention" title="…" %}<p>…</p>{% endnotice %}; kinds info, attention, error."""
    icons = {"attention": "exclamation-triangle", "error": "x-circle"}
    return render_to_string(
        "_components/notice.html",
        {
            "content": content,
            "kind": kind,
            "title": title,
            "icon_name": icons.get(kind, "information-circle"),
        },
    )


@register.inclusion_tag("_components/loading.html")
def loading(words: str) -> Values:
    """{% loading _("The report is being made.") %}: a moving line and what is awaited."""
    return {"words": words}


@register.simple_block_tag
def emptystate(content: str, title: str) -> str:
    """{% emptystate "No sessions yet" %}<p>Why, and what to do.</p>{% endemptystate %}."""
    return format_html(
        '<div class="empty"><p class="empty-title">{}</p>{}</div>',
        title,
        mark_safe(content),  # noqa: S308
    )


@register.simple_block_tag
def guidance(content: str, title: str = "") -> str:
    """In block aside: {% guidance %}<h2>What is asked</h2>…{% endguidance %}; folds when narrow."""
    return render_to_string("_components/guidance.html", {"content": content, "title": title})


@register.simple_block_tag
def table(content: str, title: str, cards: bool = False, source: str = "", css: str = "") -> str:
    """{% table _("…") cards=True source="…" %}<thead>…<tbody>…{% endtable %}; the title is the
    caption. cards: each row folds to a card at 360 px, so each td needs data-label."""
    return render_to_string(
        "_components/table.html",
        {"content": content, "title": title, "cards": cards, "source": source, "css": css},
    )


@register.simple_tag(takes_context=True)
def sort_head(context: template.Context, label: str, key: str, css: str = "") -> str:
    """{% sort_head _("Mission") "mission" %}: a <th> whose button gives ?sort=mission or -mission.
    The page needs {% filters %} above the table, whose form the button sends."""
    current = context["request"].GET.get("sort", "")
    up, down = current == key, current == f"-{key}"
    order = "ascending" if up else "descending" if down else "none"
    glyph = glyphs.UP if up else glyphs.DOWN if down else ""
    return format_html(
        '<th scope="col" class="{}" aria-sort="{}"><button class="sort" type="submit"'
        ' form="filters" name="sort" value="{}">{}{}</button></th>',
        css, order, f"-{key}" if up else key, label, glyph,
    )  # fmt: skip


@register.simple_block_tag(takes_context=True)
def filters(context: template.Context, content: str, clear: bool = False, keep: str = "") -> str:
    """{% filters %}<div><label>…</label><select …></div>{% endfilters %}: the row above a table,
    kept in the address. clear=True shows "Show all" once something is chosen; keep="period mine":
    what else of the address goes along. Empty: only carries the sorting."""
    query = context["request"].GET
    beside = {"sort", "page", *keep.split()}
    return render_to_string(
        "_components/filters.html",
        {
            "content": content,
            "filled": bool(content.strip()),
            "kept": [(name, query[name]) for name in ("sort", *keep.split()) if query.get(name)],
            "clear": clear and any(query[name] for name in query if name not in beside),
            "path": context["request"].path,
        },
    )


@register.inclusion_tag("_components/column_choice.html")
def column_choice(columns: Columns) -> Values:
    """{% column_choice columns %} in {% filters %}: which columns the table and its files have."""
    return {"columns": columns}


@register.inclusion_tag("_components/pager.html", takes_context=True)
def pager(context: template.Context, page: Page[Any], what: str = "") -> Values:
    """{% pager page_obj %}: "1 to 25 of 312" and the pages, keeping the filters in the address."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"request": context["request"], "page": page, "numbers": list(numbers), "what": what}


@register.inclusion_tag("_components/downloads.html", takes_context=True)
def downloads(context: template.Context) -> Values:
    """{% downloads %}: the list as CSV and XLSX, as it is filtered, sorted and cut to columns."""
    return {"request": context["request"]}


@register.inclusion_tag("_components/breadcrumbs.html")
def breadcrumbs(*parts: Any) -> Values:
    """{% breadcrumbs "Nigeria" party_url "Progress" progress_url "2.1" %}: label, address, …, and
    last the label of this page."""
    pairs = list(zip(parts[:-1:2], parts[1:-1:2], strict=True))
    return {"pairs": pairs, "here": parts[-1]}


@register.inclusion_tag("_components/progress.html")
def progress(done: int, total: int, label: str) -> Values:
    """{% progress 12 30 _("answered") %}: a line and "12 of 30 answered"."""
    return {"done": done, "total": total, "label": label}


@register.simple_block_tag
def figure(content: str, title: str, source: str = "") -> str:
    """{% figure _("finding") source="…" %}{{ chart }}{% endfigure %}; put its table after it."""
    return render_to_string(
        "_components/figure.html", {"content": content, "title": title, "source": source}
    )
