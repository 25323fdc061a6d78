"""A page that says what will happen, and does it on POST."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from common.errors import Conflict, DomainError


@dataclass(frozen=True)
class Confirmation:
    """Words of the page: what is asked, what follows, the button, and what is said afterwards."""

    heading: str
    consequences: tuple[str, ...]
    submit: str
    done: str
    back_url: str
    back_label: str
    ends_something: bool = True


def confirm(request: HttpRequest, page: Confirmation, action: Callable[[], object]) -> HttpResponse:
    """Show the page; on POST do the action and go back, or say why it was refused."""
    context: dict[str, object] = {"page": page}
    status = 200
    if request.method == "POST":
        try:
            action()
        except DomainError as error:
            context["refusal"] = error.message
            status = 409 if isinstance(error, Conflict) else 200
        else:
            messages.success(request, page.done)
            return redirect(page.back_url)
    return render(request, "accounts/confirm.html", context, status=status)
