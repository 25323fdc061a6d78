"""A word with its meaning beside it."""

from typing import Any

from django import template

from common.glossary import GLOSSARY

register = template.Library()


@register.inclusion_tag("_components/words_here.html")
def words_here(*keys: str) -> dict[str, Any]:
    """{% words_here "claim" "verdict" %}: the words that a page full of tables uses, in a row."""
    return {"keys": keys}


@register.inclusion_tag("_components/term.html")
def term(key: str, shown: str = "") -> dict[str, Any]:
    """{% term "verdict" %} or {% term "claim" _("Claims") %}: opens in place, also by keyboard and
    without JavaScript. Not inside <p>, headings, links or labels, which cannot hold it."""
    entry = GLOSSARY[key]
    return {"entry": entry, "shown": shown or entry.word}
