"""A workbook as a spreadsheet program would hand it back: cells, sheets and members changed."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree as ET

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from actionplans.models import ProgressUpdate, UpdateRevision, WorkbookImport
from actionplans.services.workbook_layout import FIELDS, FIRST_ANSWER, FIRST_FIELD, digest
from actionplans.services.workbooks import send_workbook
from common.models import StoredFile
from common.sheets import place

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ET.register_namespace("", MAIN)
ET.register_namespace("r", RELATION)
ANSWERS, MACHINE, BOOK = (
    "xl/worksheets/sheet2.xml",
    "xl/worksheets/sheet3.xml",
    "xl/workbook.xml",
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(found: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in found.items():
            archive.writestr(name, data)
    return out.getvalue()


class Editor:
    """The members of a workbook as trees that are written back."""

    def __init__(self, content: bytes) -> None:
        self.members = members(content)
        self.trees: dict[str, ET.Element] = {}

    def tree(self, name: str = ANSWERS) -> ET.Element:
        if name not in self.trees:
            self.trees[name] = ET.fromstring(self.members[name])  # noqa: S314 - our own
        return self.trees[name]

    def cell(self, ref: str, name: str = ANSWERS) -> ET.Element:
        """The cell, made where the sheet has none yet."""
        number = "".join(c for c in ref if c.isdigit())
        data = self.tree(name).find(f"{{{MAIN}}}sheetData")
        assert data is not None
        row = next((r for r in data if r.get("r") == number), None)
        if row is None:
            row = ET.SubElement(data, f"{{{MAIN}}}row", r=number)
        found = next((c for c in row if c.get("r") == ref), None)
        return found if found is not None else ET.SubElement(row, f"{{{MAIN}}}c", r=ref)

    def write(self, ref: str, text: str, name: str = ANSWERS) -> None:
        """Text as LibreOffice and others write it: inside the cell."""
        cell = self.bare(ref, name)
        cell.set("t", "inlineStr")
        inside = ET.SubElement(cell, f"{{{MAIN}}}is")
        ET.SubElement(inside, f"{{{MAIN}}}t").text = text

    def bare(self, ref: str, name: str = ANSWERS) -> ET.Element:
        cell = self.cell(ref, name)
        for child in list(cell):
            cell.remove(child)
        cell.attrib.pop("t", None)
        return cell

    def number(self, ref: str, value: str, name: str = ANSWERS) -> None:
        ET.SubElement(self.bare(ref, name), f"{{{MAIN}}}v").text = value

    def formula(self, ref: str, words: str, name: str = ANSWERS) -> None:
        cell = self.bare(ref, name)
        ET.SubElement(cell, f"{{{MAIN}}}f").text = words
        ET.SubElement(cell, f"{{{MAIN}}}v").text = "1"

    def merge(self, ref: str, name: str = ANSWERS) -> None:
        merged = ET.SubElement(self.tree(name), f"{{{MAIN}}}mergeCells")
        ET.SubElement(merged, f"{{{MAIN}}}mergeCell", ref=ref)

    def content(self) -> bytes:
        for name, tree in self.trees.items():
            self.members[name] = ET.tostring(tree, encoding="utf-8", xml_declaration=True)
        return packed(self.members)


def ref(field: str, number: int = 0) -> str:
    """The cell of a field in the answer with this number."""
    return place(FIRST_ANSWER + number, FIRST_FIELD + FIELDS.index(field))


def sent_workbook(update: ProgressUpdate, by: User, **typed: str) -> WorkbookImport:
    """One that was read: the answer as it stands now, with these texts typed into it."""
    name, content = "filled.xlsx", b"PK not read again"
    stored = StoredFile(name=name, sha256="0" * 64, size=len(content), content_type=XLSX)
    stored.file.save("sent", ContentFile(content), save=False)
    stored.save()
    before = {name: getattr(update, name) for name in FIELDS}
    row = {
        "update": update.pk,
        "code": update.assignment.item.code,
        "version": update.version,
        "typed": {**before, **typed},
        "changed": list(typed),
        "digests": {name: digest(text) for name, text in before.items()},
    }
    return send_workbook(
        institution=update.assignment.lead,
        period=update.period,
        stored=stored,
        result={"rows": [row], "ignored": []},
        by=by,
    )


def page_of(code: str = "NGA") -> str:
    return f"/p/{code}/workbook/"


def download(client: Client, lead: Any, period: str = "", **headers: Any) -> bytes:
    address = f"{page_of(lead.party.code)}{lead.pk}/file/"
    response = client.get(address, {"period": period} if period else {}, **headers)
    assert response.status_code == 200
    return response.content


def fill(content: bytes, number: int = 0, **texts: str) -> bytes:
    """The workbook with these texts in the answer with this number."""
    editor = Editor(content)
    for name, text in texts.items():
        editor.write(ref(name, number), text)
    return editor.content()


def post(
    client: Client, content: bytes, code: str = "NGA", name: str = "filled.xlsx", **query: str
) -> Any:
    file = SimpleUploadedFile(name, content, XLSX)
    address = page_of(code)
    if query:
        address += "?" + "&".join(f"{key}={value}" for key, value in query.items())
    return client.post(address, {"file": file})


def send(client: Client, content: bytes, code: str = "NGA") -> WorkbookImport:
    response = post(client, content, code)
    assert response.status_code == 302, response.content.decode()
    return WorkbookImport.objects.latest("pk")


def decision(client: Client, sent: WorkbookImport) -> dict[str, str]:
    """The hidden fields of the preview's form, as a browser would send them."""
    response = client.get(sent.get_absolute_url())
    assert response.status_code == 200
    page = response.content.decode()
    form = page.partition('/accept/"')[2].partition("</form>")[0]
    fields = {}
    for tag in form.split("<input")[1:]:
        found = dict(_attributes(tag.partition(">")[0]))
        if found.get("type") == "hidden" or "checked" in tag.partition(">")[0]:
            fields[found["name"]] = found["value"]
    return fields


def _attributes(tag: str) -> Iterator[tuple[str, str]]:
    for part in tag.replace(" checked", "").split('" '):
        name, _equals, value = part.strip().partition('="')
        yield name, value.rstrip('"')


def accept(client: Client, sent: WorkbookImport, **changes: str) -> Any:
    return client.post(f"{sent.get_absolute_url()}accept/", {**decision(client, sent), **changes})


def answers_and_revisions() -> Any:
    """Every row that a workbook could change."""
    return [
        list(model.objects.order_by("pk").values()) for model in (ProgressUpdate, UpdateRevision)
    ]


@contextmanager
def nothing_written() -> Iterator[None]:
    """Whatever happens inside, no answer is changed by it."""
    before = answers_and_revisions()
    yield
    assert answers_and_revisions() == before
