"""A place of the portal inside a guide's sentence."""

from django import template
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def place(context: template.Context, view: str, label: str) -> str:
    """{% place "monitoring:updates" _("Answers") as answers %}: a link for who may open it, with
    the navigation's own words; else the label alone."""
    found = context["places"].get(view)
    if not found:
        return format_html("<b>{}</b>", label)
    return format_html('<a href="{}">{}</a>', found["url"], found["label"])
