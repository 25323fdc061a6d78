"""The addresses of the portal, and an admin in which everybody may see every answer."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import include, path

from actionplans.models import ProgressUpdate


class OpenSite(admin.AdminSite):
    """For the person who measures; the portal itself has no admin."""

    def has_permission(self, request: HttpRequest) -> bool:
        return True


class UpdateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The columns that the portal's own list has and an admin can show, without its N+1."""

    list_display = (
        "assignment", "lead", "state", "rating", "verdict", "holder",
        "submitted_at", "signed_at", "endorsed_at", "transmitted_at", "reviewed_at",
    )  # fmt: skip
    list_filter = ("state", "rating", "assignment__party", "assignment__lead", "period")
    list_select_related = (
        "assignment__item", "assignment__lead", "assignment__party", "period",
        "submitted_by", "signed_by", "endorsed_by",
    )  # fmt: skip

    def lead(self, update: ProgressUpdate) -> str:
        return update.assignment.lead.name

    def holder(self, update: ProgressUpdate) -> str:
        return str(update.endorsed_by or update.signed_by or update.submitted_by or "")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_module_permission
    has_delete_permission = has_change_permission


site = OpenSite()
site.register(ProgressUpdate, UpdateAdmin)
urlpatterns = [path("admin/", site.urls), path("", include("config.urls"))]
