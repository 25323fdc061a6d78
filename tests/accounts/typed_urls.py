"""The portal's addresses, and a page with two forms: one sent to itself, one elsewhere."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from accounts.typed import form_data
from config.urls import urlpatterns as portal


class NoteForm(forms.Form):
    text = forms.CharField(widget=forms.Textarea)
    picks = forms.MultipleChoiceField(choices=[(c, c) for c in "abc"], required=False)


def note(request: HttpRequest) -> HttpResponse:
    """Two forms on one page; the second is sent to its own address."""
    own, reason = NoteForm(form_data(request)), NoteForm(form_data(request, "/note/return/"))
    bound = [form.data for form in (own, reason) if form.is_bound]
    values = [data.getlist("text") + data.getlist("picks") for data in bound]
    return HttpResponse(f"{own.is_bound} {reason.is_bound} {values}")


@login_not_required
def open_note(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST["text"])


@require_POST
def note_return(request: HttpRequest) -> HttpResponse:
    return HttpResponse("returned")


urlpatterns = [
    path("note/", note),
    path("note/return/", note_return),
    path("open/", open_note),
    *portal,
]
