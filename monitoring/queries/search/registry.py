"""Every source, in the order in which the page names the kinds."""

from monitoring.queries.search.answers import Answers, SentAnswers
from monitoring.queries.search.catalogue import Items
from monitoring.queries.search.evidence import Documents
from monitoring.queries.search.people import People
from monitoring.queries.search.records import Consultations, Decisions, Dialogues, Meetings
from monitoring.queries.search.sources import Rights, Source

SOURCES: dict[str, Source] = {
    source.code: source
    for source in (
        Items(),
        Answers(),
        SentAnswers(),
        Documents(),
        Meetings(),
        Decisions(),
        Consultations(),
        Dialogues(),
        People(),
    )
}
# The sources that are found with the same rights.
RIGHTS: dict[Rights, list[str]] = {}
for _code, _source in SOURCES.items():
    RIGHTS.setdefault(_source.rights, []).append(_code)
