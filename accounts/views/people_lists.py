"""Many people are invited from a pasted list: shown line by line first, then all or nobody."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import access
from accounts.forms import PeopleListForm
from accounts.imports import PeopleList, digest
from accounts.permissions import ROLES
from accounts.services.invitations import invite_people
from accounts.typed import form_data
from accounts.views.people import managed_party, page_with_form, signed_in
from common.errors import DomainError


@page_with_form
def invite_list(request: HttpRequest, code: str) -> HttpResponse:
    """The list; what each line would do; and, once that is confirmed unchanged, the invitations."""
    party, by = managed_party(request, code), signed_in(request)
    roles = access(request).may_give(party)
    form = PeopleListForm(form_data(request))
    context = {"party": party, "form": form, "roles": [r for c, r in ROLES.items() if c in roles]}
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/invitation_list_add.html", context)
    for_all = {name: form.cleaned_data[name] for name in ("valid_until", "language")}
    reader = PeopleList(party=party, roles=roles, by=by, **for_all)
    lines = reader.read(form.cleaned_data["people"])
    offers = [line.offer for line in lines if line.offer]
    seen, confirmed = digest(lines), request.POST.get("confirmed", "")
    if offers and confirmed == seen:
        try:
            invite_people(party=party, offers=offers, by=by)
        except DomainError as error:
            context["refusal"] = error.message
        else:
            text = ngettext("%(n)s person is invited.", "%(n)s people are invited.", len(offers))
            messages.success(request, text % {"n": len(offers)})
            return redirect("accounts:people", party.code)
    elif confirmed:
        context["refusal"] = _("Something changed since the list was shown. Look at it again.")
    left_out = len(lines) - len(offers)
    context |= {"lines": lines, "sent": len(offers), "left_out": left_out, "seen": seen}
    status = 409 if "refusal" in context else 200
    return render(request, "accounts/invitation_list_add.html", context, status=status)
