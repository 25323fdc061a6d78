from django.urls import path

from training import views

app_name = "training"
urlpatterns = [
    path("p/<str:code>/training/", views.session_list, name="sessions"),
    path("p/<str:code>/training/add/", views.session_add, name="session-add"),
    path("p/<str:code>/training/<int:pk>/", views.session, name="session"),
    path("p/<str:code>/training/<int:pk>/edit/", views.session_edit, name="session-edit"),
    path(
        "p/<str:code>/training/<int:pk>/withdraw/", views.session_withdraw, name="session-withdraw"
    ),
]
