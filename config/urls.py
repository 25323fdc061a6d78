from django.urls import include, path

from accounts.urls import sign_in_patterns
from accounts.views.profile import set_language

urlpatterns = [
    path("", include("common.urls")),
    path("", include("accounts.urls")),
    path("language/", set_language, name="set_language"),
    path("accounts/", include(sign_in_patterns)),
    path("", include("actionplans.urls")),
    path("", include("taskforces.urls")),
    path("", include("training.urls")),
    path("", include("recruitment.urls")),
    path("", include("monitoring.urls")),
]

handler400 = "monitoring.views.errors.bad_request"
handler403 = "monitoring.views.errors.forbidden"
handler404 = "monitoring.views.errors.not_found"
handler429 = "monitoring.views.errors.too_many"
handler500 = "monitoring.views.errors.failed"
