"""Reference data, small published files and figures for tests of recruitment."""

import hashlib
from datetime import date
from itertools import count
from pathlib import Path

from django.core.files.base import ContentFile

from accounts.models import User
from accounts.services import reference as accounts_reference
from common.models import StoredFile
from recruitment.enums import Layout, PersonnelType
from recruitment.models import Import, Mission, Release
from recruitment.services import reference
from recruitment.services.imports import send_file
from recruitment.services.releases import Figure, Key, ReleaseFile, record_release

UN_HEADER = (
    "Contribution_ID,ISOCode3,M49_Code,Contributing_Country,Mission_Acronym,"
    "Personnel_Type,Female_Personnel,Male_Personnel,Last_Reporting_Date"
)
WIDE_TYPES = ("Individual Police", "Formed Police Units", "Experts on Mission", "Troops", "Total")
WIDE_HEADER = '"",Date,Contributor,Contributor ISO-3,Mission,' + ",".join(
    f"{kind} {part}" for kind in WIDE_TYPES for part in ("Male", "Female", "Total")
)
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "deployments"
UN_FILE = DATA / "un_contributions_by_gender_shape_2009-11_2014-08.csv"
IPI_FILE = DATA / "ipi_gender_2009-11_2014-02.csv"
_number = count(1)


def load_reference() -> None:
    """Countries, missions, targets and the UN as a source, as an installation has them."""
    accounts_reference.load()
    reference.load()


def write(
    folder: Path, *lines: str, name: str = "", encoding: str = "utf-8", end: str = "\n"
) -> Path:
    """A file of these lines."""
    path = folder / (name or f"release-{next(_number)}.csv")
    path.write_bytes("".join(line + end for line in lines).encode(encoding))
    return path


def un_file(folder: Path, *rows: str) -> Path:
    """A file in the UN's open-data layout."""
    return write(folder, UN_HEADER, *rows)


def un_row(
    women: object = 3,
    men: object = 40,
    *,
    iso3: str = "NGA",
    m49: str = "566",
    name: str = "Nigeria",
    mission: str = "UNMIL",
    kind: str = "Troops",
    day: str = "31-Dec-13",
) -> str:
    """One row of the UN's layout, with a running number of its own."""
    return f"{next(_number)},{iso3},{m49},{name},{mission},{kind},{women},{men},{day}"


def wide_row(
    *numbers: object, iso3: str = "NGA", mission: str = "UNMIL", day: str = "2013-12-31"
) -> str:
    """One row of IPI's layout: male, female, total of the four types and of all."""
    return ",".join(map(str, (next(_number), day, "Nigeria", iso3, mission, *numbers)))


def release(
    figures: dict[tuple[str, str, str, date], tuple[int, int]],
    *,
    months: set[date] | None = None,
    only: tuple[str, ...] = (),
    label: str = "",
) -> Release:
    """Record figures by (ISO3, mission, personnel type, month) as one UN release."""
    n = next(_number)
    missions = dict(Mission.objects.values_list("code", "pk"))
    rows: dict[Key, Figure] = {
        (iso3, missions[mission], kind, month): Figure(*numbers, line, "Female_Personnel")
        for line, ((iso3, mission, kind, month), numbers) in enumerate(figures.items(), start=2)
    }
    file = ReleaseFile(
        sha256=hashlib.sha256(str(n).encode()).hexdigest(),
        label=label or f"release-{n}.csv",
        publisher="United Nations",
        layout=Layout.UN_OPEN_DATA,
        figures=rows,
        months=months if months is not None else {key[3] for key in rows},
        only_countries=only,
        rows_read=len(rows),
    )
    outcome = record_release(file=file, by=None)
    assert outcome.release
    return outcome.release


def troops(month: date, women: int, men: int, iso3: str = "NGA", mission: str = "UNMIL") -> dict:
    """One figure of troops, for `release`."""
    return {(iso3, mission, PersonnelType.TROOPS.value, month): (women, men)}


def sent_import(by: User) -> Import:
    """A file of one row that was sent in the browser and waits to be read."""
    content = f"{UN_HEADER}\n{un_row()}\n".encode()
    digest = hashlib.sha256(content).hexdigest()
    stored = StoredFile(name="sent.csv", sha256=digest, size=len(content), content_type="text/csv")
    stored.file.save("sent", ContentFile(content), save=False)
    stored.save()
    return send_file(stored=stored, published=None, by=by)
