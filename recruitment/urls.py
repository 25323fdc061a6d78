from datetime import date

from django.urls import path, register_converter

from recruitment.views import figures, imports


class MonthConverter:
    """A month in an address, as 2013-12, and its first day in code."""

    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"


register_converter(MonthConverter, "month")

app_name = "recruitment"
urlpatterns = [
    path("p/<code>/deployments/", figures.deployments, name="deployments"),
    path("p/<code>/deployments/<month:month>/", figures.month, name="month"),
    path("monitoring/releases/", figures.releases, name="releases"),
    path("monitoring/releases/<int:pk>/", figures.release, name="release"),
    path("monitoring/imports/", imports.list_imports, name="imports"),
    path("monitoring/imports/upload/", imports.begin_upload, name="import-upload"),
    path("monitoring/imports/<int:pk>/", imports.show_import, name="import"),
    path("monitoring/imports/<int:pk>/progress/", imports.show_progress, name="import-progress"),
    *(
        path(
            f"monitoring/imports/<int:pk>/{step}/",
            imports.take_step,
            {"step": step},
            name=f"import-{step}",
        )
        for step in imports.STEPS
    ),
]
