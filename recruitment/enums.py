from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonnelType(models.TextChoices):
    """The United Nations' five types of uniformed personnel."""

    TROOPS = "troops", _("Troops")
    STAFF_OFFICER = "staff_officer", _("Staff Officer")
    EXPERTS_ON_MISSION = "experts_on_mission", _("Experts on Mission")
    INDIVIDUAL_POLICE = "individual_police", _("Individual Police")
    FORMED_POLICE_UNITS = "formed_police_units", _("Formed Police Units")


# The UN's own words, which files use and which no translation changes.
UN_WORDS: dict[str, PersonnelType] = {
    "Troops": PersonnelType.TROOPS,
    "Staff Officer": PersonnelType.STAFF_OFFICER,
    "Experts on Mission": PersonnelType.EXPERTS_ON_MISSION,
    "Individual Police": PersonnelType.INDIVIDUAL_POLICE,
    "Formed Police Units": PersonnelType.FORMED_POLICE_UNITS,
}
UN_WORD_OF: dict[str, str] = {kind: word for word, kind in UN_WORDS.items()}


class MissionKind(models.TextChoices):
    PEACEKEEPING = "peacekeeping", _("Peacekeeping mission")
    POLITICAL = "political", _("Political mission")


class SourceKind(models.TextChoices):
    """Whose count a figure is."""

    UN = "un", _("United Nations")
    NATIONAL = "national", _("National figures")


class Layout(models.TextChoices):
    """How the columns of a release were arranged."""

    UN_OPEN_DATA = "un_open_data", _("UN open data")
    UN_OPEN_DATA_OLDER = "un_open_data_older", _("UN open data, older form")
    UN_DATA_HUB = "un_data_hub", _("UN data hub")
    IPI_WIDE = "ipi_wide", _("International Peace Institute, one column a type")
    IPI_WIDE_LATER = "ipi_wide_later", _("International Peace Institute, later form")
    OWN_TABLE = "own_table", _("Table delivered with the portal")


class ImportState(models.TextChoices):
    """Where a file that was sent in the browser stands."""

    UPLOADED = "uploaded", _("Waits to be read")
    READING = "reading", _("Being read")
    READY = "ready", _("Waits for a decision")
    ACCEPTING = "accepting", _("Being stored")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    DISCARDED = "discarded", _("Discarded")


class RowKind(models.TextChoices):
    """What became of a row or figure of a file, as the preview lists it."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    ABSENT = "absent", _("Absent")
    TOTALS = "totals", _("Totals rows")
    DUPLICATE = "duplicate", _("Duplicates")
    REJECTED = "rejected", _("Rejected rows")
    CONFLICT = "conflict", _("Conflicts")
