"""The addresses of the portal, and two admins in which everybody may see every answer."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import include, path

from actionplans.models import ProgressUpdate
from actionplans.services.standings import standing_of
from common import clock
from monitoring.grid import holder_words, reached_at


class OpenSite(admin.AdminSite):
    """For the person who measures; the portal itself has no admin."""

    def has_permission(self, request: HttpRequest) -> bool:
        return True


class StoredColumns(admin.ModelAdmin):  # type: ignore[type-arg]
    """What the table of answers stores, joined in one query: the least an admin can show."""

    list_display: Any = (
        "assignment", "lead", "state", "rating", "verdict",
        "submitted_at", "signed_at", "endorsed_at", "transmitted_at", "reviewed_at",
    )  # fmt: skip
    list_filter = ("state", "rating", "assignment__party", "assignment__lead", "period")
    list_select_related = (
        "assignment__item__theme", "assignment__lead", "assignment__party__country", "period",
        "transmitted_revision",
    )  # fmt: skip

    def lead(self, update: ProgressUpdate) -> str:
        return update.assignment.lead.name

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_module_permission
    has_delete_permission = has_change_permission


class SameColumns(StoredColumns):
    """What a coordinator reads in the portal's list, but for the record: who has it, since, late.

    An admin asks for these row by row; the rules are the portal's own.
    """

    def get_list_display(self, request: HttpRequest) -> Any:
        def holder(update: ProgressUpdate) -> str:
            return holder_words(standing_of(update, request.user))  # type: ignore[arg-type]

        def late(update: ProgressUpdate) -> bool:
            deadline = update.period.deadline_for(update.assignment.party)
            return clock.now() >= deadline and update.transmitted_revision_id is None

        return ("assignment", "lead", "state", holder, "rating", "verdict", reached_at, late)


stored, same = OpenSite("stored"), OpenSite("same")
stored.register(ProgressUpdate, StoredColumns)
same.register(ProgressUpdate, SameColumns)
urlpatterns = [
    path("admin/stored/", stored.urls),
    path("admin/same/", same.urls),
    path("", include("config.urls")),
]
