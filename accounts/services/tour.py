"""The tour of the first day on a person's start page: left, and taken up again."""

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from common import clock
from common.querysets import compare_and_set, lock


@transaction.atomic
def leave_tour(*, by: User) -> User:
    """Take the tour off the person's own start page; Conflict where it is off already."""
    person = lock(User.objects.filter(pk=by.pk)).get()
    compare_and_set(person, expected={"tour_left_at": None}, tour_left_at=clock.now())
    audit.record("tour.left", person, by=person)
    return person


@transaction.atomic
def show_tour(*, by: User) -> User:
    """Put it there again; Conflict where it is there already."""
    person = lock(User.objects.filter(pk=by.pk)).get()
    compare_and_set(person, expected={"tour_left_at__isnull": False}, tour_left_at=None)
    audit.record("tour.shown", person, by=person)
    return person
