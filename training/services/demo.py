"""Illustrative training for the demo's countries, entered through the services."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from accounts.models import Institution, Party, User
from common import clock
from training.enums import AttendanceState
from training.services.sessions import enter_session

DATA: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "demo.yaml").read_text(encoding="utf-8")
)
COPIED = ("title", "kind", "audience", "place", "gender_hours")


def load_demo(
    *, party: Party, institutions: Mapping[str, Institution], by: User, today: date
) -> None:
    """Enter what the data file has for the party; each session two days after it ended."""
    for row in DATA.get(party.code, []):
        last = today - timedelta(days=row["days"])
        counted = "women" in row
        state = AttendanceState.REPORTED if counted else AttendanceState.NOT_COLLECTED
        expertise = institutions.get(row.get("expertise", ""))
        with clock.at(datetime.combine(last + timedelta(days=2), time(10), tzinfo=UTC)):
            enter_session(
                party=party,
                by=by,
                **{name: row[name] for name in COPIED},
                starts_on=last - timedelta(days=row["length"] - 1),
                ends_on=last,
                attendance=state,
                women=row.get("women"),
                men=row.get("men"),
                national_expertise=expertise is not None,
                expertise_from=expertise,
            )
