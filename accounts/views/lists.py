"""What the lists share: a page of rows, and the chosen order."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from common.forms import sent_number

M = TypeVar("M", bound=Model)
ROWS = 25


def page_of(request: HttpRequest, rows: QuerySet[M], per_page: int = ROWS) -> Page[M]:
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def in_order(
    request: HttpRequest, rows: QuerySet[M], sorts: Mapping[str, Any], default: str
) -> QuerySet[M]:
    """The rows by ?sort=; an unknown order is the default one."""
    chosen = request.GET.get("sort", "")
    return rows.order_by(sorts.get(chosen, sorts[default]), "pk")


def number_in(request: HttpRequest, name: str) -> int | None:
    """A number from the address; anything else is none."""
    return sent_number(request.GET.get(name, ""))
