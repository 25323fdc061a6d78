"""Many answers at once: what will happen and what will not, then all of it or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.access import Access, access, access_of, own_party_or_404
from accounts.models import Party
from accounts.permissions import Permission
from accounts.typed import form_data
from actionplans.enums import UpdateState, Verb
from actionplans.forms.bulk import ManyForm, ReturnManyForm, chosen
from actionplans.queries.contributions import outstanding
from actionplans.queries.people import places
from actionplans.queries.updates import with_people
from actionplans.rules import TRANSITIONS
from actionplans.services import bulk
from actionplans.services.bulk import MOST, Forecast, Refused
from actionplans.views.lookups import (
    BEING_AMENDED,
    Person,
    is_being_amended,
    told_words,
    typed_texts,
)
from actionplans.views.wording import submit_words
from common import formats
from common.errors import DomainError

P = Permission
Hindrance = tuple[str | Promise, str | Promise]  # what stands in the way, and why
ORDER = ("assignment__party__name", "assignment__item__position", "pk")


@dataclass(frozen=True)
class Many:
    """One verb for many answers: whose it is, its words for n answers, what it asks for."""

    verb: Verb
    rights: tuple[Permission, ...]
    tick: str | Promise  # the button under the list
    button: Callable[[int], str]
    effect: str | Promise
    done: Callable[[int], str]
    form: type[ManyForm] = ManyForm

    def may(self, who: Access, party: Party | None) -> bool:
        return any(who.may(right, party) for right in self.rights)

    @property
    def target(self) -> UpdateState | None:
        return TRANSITIONS[self.verb].target


SUBMIT = Many(
    Verb.SUBMIT,
    (P.ANSWER,),
    _("Submit the ticked answers"),
    lambda n: ngettext("Submit %(n)s answer", "Submit %(n)s answers", n) % _n(n),
    _("Each answer goes on as it is saved now."),
    lambda n: ngettext("%(n)s answer was submitted.", "%(n)s answers were submitted.", n) % _n(n),
)
SIGN = Many(
    Verb.SIGN,
    (P.SIGN,),
    _("Sign the ticked answers"),
    lambda n: ngettext("Sign %(n)s answer", "Sign %(n)s answers", n) % _n(n),
    _("You confirm each answer for its institution. They go on to be endorsed."),
    lambda n: ngettext("%(n)s answer was signed.", "%(n)s answers were signed.", n) % _n(n),
)
ENDORSE = Many(
    Verb.ENDORSE,
    (P.ENDORSE, P.ENDORSE_IN_NEED),
    _("Endorse the ticked answers"),
    lambda n: ngettext("Endorse %(n)s answer", "Endorse %(n)s answers", n) % _n(n),
    _("Each answer becomes part of the national answer and is sent with it."),
    lambda n: ngettext("%(n)s answer was endorsed.", "%(n)s answers were endorsed.", n) % _n(n),
)
RETURN = Many(
    Verb.RETURN,
    (P.SIGN, P.ENDORSE, P.ENDORSE_IN_NEED),
    _("Return the ticked answers"),
    lambda n: ngettext("Return %(n)s answer", "Return %(n)s answers", n) % _n(n),
    _(
        "Each institution mends what you name and submits again. Part and reason are the same "
        "for all; where they differ, return that answer singly."
    ),
    lambda n: ngettext("%(n)s answer was returned.", "%(n)s answers were returned.", n) % _n(n),
    ReturnManyForm,
)
REVIEW = Many(
    Verb.REVIEW,
    (P.REVIEW,),
    _("Confirm the claims of the ticked answers"),
    lambda n: ngettext("Confirm %(n)s claim", "Confirm %(n)s claims", n) % _n(n),
    _(
        "Your verdict on each answer will be the party's claim. Where yours differs, leave the "
        "answer out and review it singly, with your reason."
    ),
    lambda n: ngettext("%(n)s claim was confirmed.", "%(n)s claims were confirmed.", n) % _n(n),
)
OF_PARTY: dict[str, Many] = {
    "submit": SUBMIT,
    "sign": SIGN,
    "endorse": ENDORSE,
    "return": RETURN,
}
OF_QUEUE: dict[str, Many] = {
    "review": REVIEW,
    "return": Many(
        RETURN.verb, (P.REVIEW,), RETURN.tick, RETURN.button, RETURN.effect, RETURN.done,
        ReturnManyForm,
    ),
}  # fmt: skip


def _n(n: int) -> dict[str, str]:
    return {"n": formats.number(n)}


@dataclass(frozen=True)
class Button:
    """What can be done to the ticked rows of a list, and the page that shows it first."""

    words: str | Promise
    url: str


def party_buttons(who: Access, party: Party) -> list[Button]:
    """Under a party's list of answers."""
    return [
        Button(many.tick, reverse(f"actionplans:bulk-{name}", args=[party.code]))
        for name, many in OF_PARTY.items()
        if many.may(who, party)
    ]


def queue_buttons() -> list[Button]:
    """Under the reviewer's queue."""
    return [
        Button(many.tick, reverse(f"actionplans:queue-bulk-{name}"))
        for name, many in OF_QUEUE.items()
    ]


@dataclass
class Page:
    """One request for many answers of a party, or of the reviewer's queue."""

    request: HttpRequest
    many: Many
    party: Party | None
    keys: Mapping[int, int]

    def forecast(self, who: Access) -> list[Forecast]:
        """What would come of the ticked rows that the person may see."""
        rows = bulk.read_by(who.user, self.party).filter(pk__in=self.keys)
        found = with_people(rows).order_by(*ORDER)
        return bulk.forecast(
            list(found.prefetch_related("assignment__item__texts")), self.many.verb, who
        )

    def why(self, row: Forecast, why: str | Promise) -> str | Promise:
        """Outside the party nothing is said of states before sending."""
        return BEING_AMENDED if is_being_amended(self.request, row.update) else why

    @property
    def back(self) -> str:
        if self.party is None:
            return reverse("monitoring:queue")
        return reverse("monitoring:updates", args=[self.party.code])

    def render(
        self, form: ManyForm, rows: Sequence[Forecast], refused: bulk.Reasons | None = None
    ) -> HttpResponse:
        moving = [row for row in rows if not row.why]
        context = {
            "party": self.party,
            "many": self.many,
            "form": form,
            "heading": self.many.button(len(moving)) if moving else self.many.tick,
            "moving": list(zip(moving, self._notes(moving), strict=True)),
            "staying": [(row, self.why(row, row.why)) for row in rows if row.why],
            "is_refused": refused is not None,
            "hindered": self._hindered(rows, refused or {}),
            "told": told_by(moving),
            "most": MOST,
            "is_too_many": len(self.keys) > MOST,
            "back": self.back,
            "typed": getattr(self.request, "typed", None),
            "typed_texts": [] if moving else typed_texts(form),
        }
        status = 200 if refused is None else 409
        return render(self.request, "actionplans/bulk.html", context, status=status)

    def _notes(self, rows: Sequence[Forecast]) -> list[list[str | Promise]]:
        """Of each submission who takes the answer on, and which contributions it goes without."""
        if self.many.verb != Verb.SUBMIT:
            return [[] for _row in rows]
        missing = outstanding(row.update.pk for row in rows)
        return [
            [submit_words(row.standing).effect, *_outstanding_words(missing[row.update.pk])]
            for row in rows
        ]

    def _hindered(self, rows: Sequence[Forecast], reasons: bulk.Reasons) -> list[Hindrance]:
        named = {row.update.pk: row for row in rows}
        return [
            (str(named[pk].update.assignment.item), self.why(named[pk], why))
            if pk in named
            else (_("An answer"), why)
            for pk, why in reasons.items()
        ]


def _outstanding_words(n: int) -> list[str]:
    words = ngettext(
        "%(n)s supporting institution has not handed over.",
        "%(n)s supporting institutions have not handed over.",
        n,
    )
    return [words % _n(n)] if n else []


def told_by(rows: Sequence[Forecast]) -> list[Person]:
    """Everybody who gets a mail, once, with where each belongs."""
    people = {user: row.update.assignment.party_id for row in rows for user in row.told}
    where = places((user.pk for user in people), set(people.values())) if people else {}
    return [(user, where.get((party, user.pk), "")) for user, party in people.items()]


def move_many(request: HttpRequest, verb: str, code: str = "") -> HttpResponseBase:
    """GET with the ticked rows shows what will happen; POST does it to those shown."""
    party = own_party_or_404(request, code) if code else None
    many = (OF_PARTY if party else OF_QUEUE)[verb]
    if not many.may(access(request), party):
        raise PermissionDenied
    sent = form_data(request)
    page = Page(request, many, party, chosen(request.GET if sent is None else sent))
    form = many.form(sent)
    rows = page.forecast(access(request)) if len(page.keys) <= MOST else []
    if request.method == "POST" and form.is_valid():
        return _take(page, form, rows)
    return page.render(form, rows)


def _take(page: Page, form: ManyForm, rows: Sequence[Forecast]) -> HttpResponseBase:
    user, many = access(page.request).user, page.many
    try:
        moved = bulk.move_answers(
            verb=many.verb, rows=page.keys, party=page.party, by=user, **form.cleaned_data
        )
    except Refused as refusal:
        return page.render(form, page.forecast(access_of(user)), refusal.reasons)
    except DomainError as refusal:
        form.refuse(refusal)
        return page.render(form, rows)
    told = told_words(told_by(rows))
    messages.success(page.request, f"{many.done(len(moved))} {told}")
    period = f"?period={moved[0].period.code}" if page.party else ""
    return redirect(page.back + period)
