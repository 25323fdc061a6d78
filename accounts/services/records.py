"""How a party's records are written: checked whole, compare-and-set, one AuditEvent."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.records import Kept, Record, party_of
from accounts.services import audit
from accounts.services.saving import check
from common import clock
from common.errors import DomainError
from common.querysets import compare_and_set

K = TypeVar("K", bound=Kept)
R = TypeVar("R", bound=Record)
Links = Mapping[str, Iterable[models.Model]]


def _link(record: Kept, links: Links) -> None:
    for name, others in links.items():
        others = list(others)
        if any(party_of(other) != record.record_party for other in others):
            raise DomainError(_("This belongs to another party."), field=name)
        getattr(record, name).set(others)


@transaction.atomic
def enter(record: K, *, by: User, links: Links | None = None) -> K:
    """Store a new record with its many-to-many `links`."""
    record.entered_by = by
    check(record)
    record.save(force_insert=True)
    _link(record, links or {})
    audit.record(f"{record._meta.model_name}.entered", record, by=by, party=record.record_party)
    return record


def _write(record: Kept, *, version: int, by: User, verb: str, values: dict[str, Any]) -> None:
    expected: dict[str, Any] = {"version": version}
    if isinstance(record, Record):
        expected["withdrawn_at"] = None
    stamp = {"version": version + 1, "changed_at": clock.now(), "changed_by": by}
    compare_and_set(record, expected=expected, **stamp, **values)
    audit.record(f"{record._meta.model_name}.{verb}", record, by=by, party=record.record_party)


@transaction.atomic
def change(
    record: K,
    *,
    version: int,
    by: User,
    links: Links | None = None,
    verb: str = "changed",
    **values: Any,
) -> K:
    """Write `values` if the row is still at `version` and stands; else raise Conflict."""
    for name, value in values.items():
        setattr(record, name, value)
    check(record)
    _write(record, version=version, by=by, verb=verb, values=values)
    _link(record, links or {})
    return record


@transaction.atomic
def withdraw(record: R, *, version: int, by: User, reason: str) -> R:
    """Take a record out of every list and count, with the reason; it stays readable."""
    if not reason.strip():
        raise DomainError(_("Say why the record is withdrawn."), field="reason")
    values = {
        "withdrawn_at": clock.now(),
        "withdrawn_by": by,
        "withdrawn_reason": reason.strip(),
    }
    _write(record, version=version, by=by, verb="withdrawn", values=values)
    return record
