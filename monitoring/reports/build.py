"""Making a report: read, freeze, write out. Each step is kept once, so that all may run twice."""

import json
from collections.abc import Callable, Iterator

from django.conf import settings
from django.utils import translation

from accounts.models import Party, User
from actionplans.models import ReportingPeriod
from actionplans.services.updates import lapse_reopened
from monitoring.canonical import Content
from monitoring.enums import RenditionFormat, ReportKind
from monitoring.facts import facts_for
from monitoring.models import PilotParticipation, Rendition, Snapshot
from monitoring.queries.reports import item_answers, last_final_before, submission_of
from monitoring.reports import html, pdf
from monitoring.reports.content import Material, Records, body
from monitoring.reports.document import Section, document
from monitoring.reports.figures import deployment_content
from monitoring.rules import findings_for
from monitoring.services.reports import File, freeze_report, keep_rendition, made_already

# What has words of its own in the content is frozen in this language; facts and records, whose
# sentences are made from numbers, in every other one too.
FROZEN_LANGUAGE = settings.LANGUAGE_CODE
Progress = Callable[[int, int], None]
Writer = Callable[[Section, Snapshot], File]


def build_report(
    *,
    party: Party,
    period: ReportingPeriod,
    kind: str,
    key: str,
    language: str,
    by: User | None,
    progress: Progress,
) -> Snapshot:
    """The report that `key` asks for, with its files in English and in `language`, if another.

    Safe to run twice, and after a worker died half-way: what is there already is kept.
    """
    languages = list(dict.fromkeys([FROZEN_LANGUAGE, language or FROZEN_LANGUAGE]))
    steps = 1 + len(languages) * len(RenditionFormat)
    progress(0, steps)
    if kind == ReportKind.FINAL:
        lapse_reopened()  # at the close itself, before a tick may have come
    snapshot = made_already(party=party, period=period, kind=kind, key=key) or freeze_report(
        party=party,
        period=period,
        kind=kind,
        key=key,
        body=lambda: read_body(party, period),
        by=by,
    )
    progress(1, steps)
    for done, _made in enumerate(_write_out(snapshot, languages), start=2):
        progress(done, steps)
    return snapshot


def read_body(party: Party, period: ReportingPeriod) -> Content:
    """What the party transmitted and its records show, at this moment."""
    with translation.override(FROZEN_LANGUAGE):
        previous = last_final_before(party, period)
        material = Material(
            party=party,
            period=period,
            answers=item_answers(party, period),
            submission=submission_of(party, period),
            records=_records_in(FROZEN_LANGUAGE, party, period),
            records_in={
                language: _records_in(language, party, period)
                for language, _name in settings.LANGUAGES
                if language != FROZEN_LANGUAGE
            },
            deployment=deployment_content(party, period),
            pilot=PilotParticipation.objects.endorsed().filter(party=party).first(),
            previous=previous,
            previous_content=json.loads(previous.content) if previous else None,
        )
        return body(material)


def _records_in(language: str, party: Party, period: ReportingPeriod) -> Records:
    with translation.override(language):
        facts = facts_for([party], period)[party.pk]
        return Records(facts, findings_for(party, facts))


def _write_out(snapshot: Snapshot, languages: list[str]) -> Iterator[Rendition]:
    """Each file that is not there yet, and those that are."""
    kept = {(r.format, r.language): r for r in snapshot.renditions.all()}
    for language in languages:
        for format, write in WRITERS.items():
            yield kept.get((format, language)) or keep_rendition(
                snapshot=snapshot,
                format=format,
                language=language,
                file=_written(write, snapshot, language),
            )


def _written(write: Writer, snapshot: Snapshot, language: str) -> File:
    with translation.override(language):
        return write(document_of(snapshot), snapshot)


def document_of(snapshot: Snapshot) -> Section:
    """The frozen content in the active language."""
    return document(json.loads(snapshot.content), snapshot.sha256)


WRITERS: dict[RenditionFormat, Writer] = {
    RenditionFormat.PDF: lambda section, snapshot: pdf.render(section, snapshot.made_at),
    RenditionFormat.HTML: lambda section, snapshot: html.render(section),
}
