"""Illustrative records for the demo's countries, entered through the services as people would."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from accounts.models import Institution, Party, User
from actionplans.services.contents import NewEvidence
from common import clock
from taskforces.models import Meeting, Partner, Seat, TaskForce
from taskforces.services import contacts, meetings, taskforces

DATA: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "demo.yaml").read_text(encoding="utf-8")
)
Institutions = Mapping[str, Institution]


def load_demo(*, party: Party, institutions: Institutions, by: User, today: date) -> None:
    """Enter what the data file has for the party; each record two days after it happened."""
    entry = DATA.get(party.code, {})
    if "task_force" in entry:
        _load_task_force(party, institutions, by, today, entry["task_force"])
    partners = [
        contacts.enter_partner(party=party, by=by, name=name, kind=kind)
        for name, kind in entry.get("partners", [])
    ]
    for row in entry.get("consultations", []):
        _load_consultation(party, partners, by, today, row)
    for row in entry.get("dialogues", []):
        _load_dialogue(party, institutions, by, today, row)


def entered_after(day: date) -> datetime:
    """The instant at which a record of that day is entered."""
    return datetime.combine(day + timedelta(days=2), time(10), tzinfo=UTC)


def _document(party: Party, title: str, address: str, day: date) -> NewEvidence:
    return NewEvidence(
        title=title,
        url=f"https://example.org/{party.code.lower()}/{address}-{day.isoformat()}",
        publisher=party.name,
        date=day,
    )


def _load_task_force(
    party: Party, institutions: Institutions, by: User, today: date, entry: dict[str, Any]
) -> None:
    set_up = today - timedelta(days=entry["days"])
    act = None
    if "act" in entry:
        title, url = entry["act"]
        act = NewEvidence(title=title, url=url, publisher=party.name, date=set_up)
    with clock.at(entered_after(set_up)):
        task_force = taskforces.set_up_task_force(
            party=party,
            by=by,
            name=entry["name"],
            established_on=set_up,
            mandate=entry["mandate"],
            act=act,
        )
        seats = [_give_seat(task_force, institutions, by, set_up, row) for row in entry["seats"]]
    for row in entry["meetings"]:
        _load_meeting(task_force, seats, by, today, row)


def _give_seat(
    task_force: TaskForce, institutions: Institutions, by: User, day: date, row: dict[str, Any]
) -> Seat:
    return taskforces.give_seat(
        task_force=task_force,
        by=by,
        institution=institutions[row["institution"]],
        holder_name=row["holder"],
        is_chair=row.get("chair", False),
        held_from=day,
        equivalent_sector=row.get("stands_for", ""),
        equivalent_reason=row.get("reason", ""),
    )


def _load_meeting(
    task_force: TaskForce, seats: list[Seat], by: User, today: date, row: dict[str, Any]
) -> Meeting:
    day = today - timedelta(days=row["days"])
    with clock.at(entered_after(day)):
        meeting = meetings.enter_meeting(
            task_force=task_force,
            by=by,
            date=day,
            subject=row["subject"],
            seats_present=seats,
            minutes=_document(
                task_force.party, f"Minutes: {row['subject']} (illustrative)", "minutes", day
            ),
        )
    if "decision" in row:
        done = day + timedelta(days=40)
        with clock.at(entered_after(done)):
            meetings.enter_decision(
                meeting=meeting, by=by, text=row["decision"], due=done, done_on=done
            )
    if "open_decision" in row:
        due = today + timedelta(days=45)
        meetings.enter_decision(meeting=meeting, by=by, text=row["open_decision"], due=due)
    return meeting


def _load_consultation(
    party: Party, partners: list[Partner], by: User, today: date, row: dict[str, Any]
) -> None:
    day = today - timedelta(days=row["days"])
    with clock.at(entered_after(day)):
        contacts.enter_consultation(
            party=party,
            by=by,
            date=day,
            subject=row["subject"],
            partners=[partners[n] for n in row["partners"]],
            womens_groups=row["groups"],
            outcome=row["outcome"],
            notes=_document(party, f"Notes: {row['subject']} (illustrative)", "notes", day),
        )


def _load_dialogue(
    party: Party, institutions: Institutions, by: User, today: date, row: dict[str, Any]
) -> None:
    day = today - timedelta(days=row["days"])
    with clock.at(entered_after(day)):
        contacts.enter_dialogue(
            party=party,
            by=by,
            date=day,
            subject=row["subject"],
            institutions=[institutions[key] for key in row["institutions"]],
            outcome=row["outcome"],
            notes=_document(party, f"Notes: {row['subject']} (illustrative)", "dialogue", day),
        )
