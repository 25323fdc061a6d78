from django.urls import path

from common import views

app_name = "common"
urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("uploads/<str:token>/", views.upload, name="upload"),
    path("healthz", views.healthz, name="healthz"),
    path("livez", views.livez, name="livez"),
]
