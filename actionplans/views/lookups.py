"""What the pages of this app find first, and whom they name."""

from collections.abc import Iterable, Mapping

from django.forms import Form
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import access, party_or_404
from accounts.models import Party, User
from actionplans.enums import UpdateState, Verb
from actionplans.forms.library import LibraryForm
from actionplans.models import (
    Contribution,
    Evidence,
    ProgressUpdate,
    ReportingPeriod,
    UpdateRevision,
)
from actionplans.notifications import recipients
from actionplans.queries.absences import stand_ins
from actionplans.queries.evidence import library
from actionplans.queries.people import belongings
from actionplans.queries.updates import Member, with_people
from actionplans.rules import Standing
from actionplans.services.standings import standings
from common import formats

MOST_FOUND = 20  # documents of the library shown for the words typed
Person = tuple[User, str]  # and where the person belongs
BEING_AMENDED = gettext_lazy(
    "The party is amending this answer. You read what it last transmitted."
)


def update_or_404(request: HttpRequest, code: str, pk: int) -> ProgressUpdate:
    """An answer of the party that the user may read; else exactly as if absent."""
    party = party_or_404(request, code)
    visible = with_people(ProgressUpdate.objects.visible_to(access(request).reach))
    visible = visible.prefetch_related("assignment__item__texts")
    return get_object_or_404(visible, assignment__party=party, pk=pk)


def standing_for(
    request: HttpRequest, update: ProgressUpdate, revisions: Iterable[UpdateRevision] | None = None
) -> Standing:
    return standings([update], access(request), revisions=revisions)[update.pk]


def period_or_404(request: HttpRequest) -> ReportingPeriod | None:
    """The period that the address names; without one the running, else the last opened."""
    opened = ReportingPeriod.objects.opened()
    if code := request.GET.get("period"):
        return get_object_or_404(opened, code=code)
    return ReportingPeriod.objects.running().first() or opened.first()


def content_for(request: HttpRequest, update: ProgressUpdate) -> ProgressUpdate | UpdateRevision:
    """The live answer for the party's own people, the transmitted revision for all others."""
    if access(request).is_member(update.assignment.party):
        return update
    if update.transmitted_revision is None:
        raise Http404
    return update.transmitted_revision


def is_being_amended(request: HttpRequest, update: ProgressUpdate) -> bool:
    """Whether somebody outside the party reads an answer that the party is changing."""
    outside = not access(request).is_member(update.assignment.party)
    return outside and update.state not in (UpdateState.TRANSMITTED, UpdateState.REVIEWED)


def evidence_of(content: ProgressUpdate | UpdateRevision | Contribution) -> list[Evidence]:
    """What supports it; outside the party, where a revision is read, without the party's own."""
    is_outside = isinstance(content, UpdateRevision)
    return [one for one in all_evidence_of(content) if one.is_read_outside or not is_outside]


def all_evidence_of(content: ProgressUpdate | UpdateRevision | Contribution) -> list[Evidence]:
    """What supports it, for the party's own people."""
    return list(content.evidence.select_related("party", "stored_file"))


def offer_library(request: HttpRequest, party: Party, form: LibraryForm) -> None:
    """What the party's library has for the words typed, without what is carried already."""
    reach, words, ticked = access(request).reach, form.typed_words(), form.ticked()
    held = [one.pk for one in form.evidence]
    found = library(reach, party, words=words).exclude(pk__in=held)[:MOST_FOUND]
    chosen = library(reach, party).filter(pk__in=ticked)
    form.offer_library(found if words else [], chosen if ticked else [])


def typed_texts(form: Form) -> list[tuple[str, str]]:
    """What was typed, for a page that can no longer take it."""
    return [
        (str(field.label), str(field.data))
        for field in form
        if form.is_bound and field.data and not field.is_hidden
    ]


def will_be_told(standing: Standing, verb: Verb) -> list[Person]:
    """The people who get a mail if the verb happens now, with where they belong."""
    people = recipients(standing.as_author if verb == Verb.SUBMIT else standing, verb)
    assignment = standing.update.assignment
    named = with_belongings(people, assignment.party, standing.members)
    absence = stand_ins([assignment], assignment.party).get(assignment.pk)
    if absence is None:
        return named
    return [
        (user, f"{where}, {absence.instead}" if user.pk == assignment.alternate_id else where)
        for user, where in named
    ]


def with_belongings(
    people: Iterable[User], party: Party, members: Mapping[int, Member] | None = None
) -> list[Person]:
    people = list(people)
    where = belongings([user.pk for user in people], party, members)
    return [(user, where.get(user.pk, "")) for user in people]


def told_words(told: list[Person]) -> str:
    """ "Told by mail: ..." for the message after a step."""
    if not told:
        return _("Nobody is told by mail.")
    names = formats.listed(f"{user.name} ({where})" if where else user.name for user, where in told)
    return _("Told by mail: %(names)s.") % {"names": names}
