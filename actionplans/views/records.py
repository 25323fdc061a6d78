"""What the pages of every kind of record share: whose they are, editing, conflict, withdrawal."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.access import access, own_party_or_404, require
from accounts.models import Party
from accounts.permissions import Permission
from accounts.records import Kept, Record
from accounts.services import records
from accounts.typed import form_data
from actionplans.forms.records import RecordForm, WithdrawForm
from actionplans.models import Evidence
from actionplans.views.steps import on_version
from common import formats
from common.errors import Conflict, DomainError

K = TypeVar("K", bound=Kept)
R = TypeVar("R", bound=Record)
Form = RecordForm | WithdrawForm


def reading_party(request: HttpRequest, code: str) -> Party:
    """The user's own party, whose records they may read; under a mandate nobody reads them."""
    party = own_party_or_404(request, code)
    require(request, Permission.READ, party)
    return party


def keeping_party(request: HttpRequest, code: str) -> Party:
    """The user's own party, whose records they may keep."""
    party = own_party_or_404(request, code)
    require(request, Permission.KEEP_RECORDS, party)
    return party


def may_keep(request: HttpRequest, party: Party) -> bool:
    return access(request).may(Permission.KEEP_RECORDS, party)


def standing(request: HttpRequest, rows: "models.QuerySet[R]") -> "models.QuerySet[R]":
    """Records that stand; those that were withdrawn where the address asks ?shown=withdrawn."""
    return rows.filter(withdrawn_at__isnull=request.GET.get("shown") != "withdrawn")


def readable(request: HttpRequest, document: Evidence | None) -> bool:
    """Whether the user may open the document; its title stands with the record anyway."""
    if document is None:
        return False
    return Evidence.objects.visible_to(access(request).reach).filter(pk=document.pk).exists()


def add_page(
    request: HttpRequest,
    form_class: type[RecordForm],
    instance: Kept,
    write: Callable[..., Kept],
    *,
    template: str,
    done: str | Promise,
    context: dict[str, Any],
) -> HttpResponseBase:
    """The form of a new record; `write` is the service that enters it."""
    by = access(request).user
    form = form_class(form_data(request), request.FILES or None, instance=instance, user=by)
    return edit_page(
        request,
        form,
        lambda **content: write(by=by, **content),
        template=template,
        done=done,
        context=context,
    )


def change_page(
    request: HttpRequest,
    form_class: type[RecordForm],
    record: K,
    write: Callable[..., K],
    *,
    template: str,
    done: str | Promise,
    context: dict[str, Any],
) -> HttpResponseBase:
    """The form of a record that stands; `write` is the service that changes it."""
    if record.is_closed and request.method != "POST":
        return redirect(record)
    by = access(request).user
    form = form_class(form_data(request), request.FILES or None, instance=record, user=by)
    return edit_page(
        request,
        form,
        lambda **content: write(record, version=form.cleaned_data["version"], by=by, **content),
        template=template,
        done=done,
        context=context,
    )


def edit_page(
    request: HttpRequest,
    form: Form,
    save: Callable[..., Kept],
    *,
    template: str,
    done: str | Promise,
    context: dict[str, Any],
) -> HttpResponseBase:
    """Show the form, or save it by one service call; nothing typed is lost on a refusal."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                saved = save(**form.content())
        except Conflict:
            form.discard()
            return _conflict(request, form, template, context)
        except DomainError as refusal:
            form.discard()
            form.refuse(refusal)
        else:
            messages.success(request, str(done))
            return redirect(saved)
    typed = getattr(request, "typed", None) if form.is_bound else None
    return render(request, template, {**context, "form": form, "typed": typed})


def _conflict(
    request: HttpRequest, form: Form, template: str, context: dict[str, Any]
) -> HttpResponse:
    """Both values side by side; what was typed can be sent again on what stands now."""
    fresh = type(form.instance)._base_manager.get(pk=form.instance.pk)
    form.data = on_version(request.POST, fresh.version)
    beside = {"fresh": fresh, "rows": _beside(form, fresh), "lost_file": _lost_file(request)}
    return render(request, template, {**context, "form": form, "conflict": beside}, status=409)


def _lost_file(request: HttpRequest) -> str:
    sent = request.FILES.get("new_file")
    return (sent.name or "") if sent else ""


def _beside(form: Form, fresh: models.Model) -> list[dict[str, str]]:
    """The fields that differ: what stands there now, and what was typed."""
    names = {field.name for field in (*fresh._meta.fields, *fresh._meta.many_to_many)}
    rows = []
    for name in (n for n in form.fields if n in names and n != "version"):
        field = fresh._meta.get_field(name)
        theirs, mine = _in_words(field, stored_value(fresh, field)), _typed(form, name, field)
        if theirs != mine:
            label = str(form.fields[name].label)
            rows.append({"label": label, "theirs": theirs, "mine": mine})
    return rows


def _typed(form: Form, name: str, field: Any) -> str:
    return _in_words(field, form.cleaned_data[name])


def stored_value(record: models.Model, field: Any) -> Any:
    value = getattr(record, field.name)
    return value.all() if field.many_to_many else value


def _in_words(field: Any, value: Any) -> str:
    """A field's value as its page says it."""
    if field.many_to_many:
        return formats.listed(sorted(str(one) for one in value))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value is None or value == "":
        return ""
    if isinstance(field, models.DateField):
        return formats.day(value)
    return str(value)


def withdraw_page(
    request: HttpRequest, record: R, party: Party, *, list_url: str, list_label: str | Promise
) -> HttpResponseBase:
    """Say what withdrawing does, take the reason, withdraw."""
    if record.is_closed and request.method != "POST":
        return redirect(record)
    form = WithdrawForm(form_data(request), instance=record)

    def save(*, reason: str) -> Record:
        return records.withdraw(
            record, version=form.cleaned_data["version"], by=access(request).user, reason=reason
        )

    return edit_page(
        request,
        form,
        save,
        template="actionplans/record_withdraw.html",
        done=_("Withdrawn. It counts no more; its page keeps it with the reason."),
        context={"party": party, "record": record, "list_url": list_url, "list_label": list_label},
    )
