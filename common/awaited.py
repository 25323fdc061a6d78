"""Work that a page waits for, in words: what is awaited, how far it is, what to do if it failed.

A job has no address: the page that shows it and the address its progress is read at belong to the
import or report that the job works for, with its rights.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common import formats
from common.enums import JobState
from common.models import Job


@dataclass(frozen=True)
class Awaited:
    """`url` is read again and again until `is_over`; `words` say all that the line shows."""

    title: str | Promise
    words: str
    url: str
    done: int = 0
    total: int = 0
    is_over: bool = False
    has_failed: bool = False

    def as_response(self) -> HttpResponse:
        state = {
            "words": self.words,
            "done": self.done,
            "total": self.total,
            "over": self.is_over,
            "failed": self.has_failed,
        }
        return JsonResponse(state, headers={"Cache-Control": "no-store"})


def awaited(
    jobs: Iterable[Job],
    *,
    title: str | Promise,
    unit: str | Promise,
    finished: str | Promise,
    failed: str | Promise,
    url: str,
    then: str | Promise = "",
) -> Awaited:
    """The jobs together. `unit` names what is counted: "1,200 of 29,115 rows read".

    `then` says what is still done once all is counted.
    """
    jobs = list(jobs)
    open_jobs = [job for job in jobs if job.state in (JobState.QUEUED, JobState.RUNNING)]
    if any(job.state == JobState.FAILED for job in jobs) and not open_jobs:
        return Awaited(title, str(failed), url, is_over=True, has_failed=True)
    if not open_jobs:
        return Awaited(title, str(finished), url, is_over=True)
    done = sum(job.progress_done for job in open_jobs)
    total = sum(job.progress_total for job in open_jobs)
    words = _how_far(done, total, unit)
    if then and 0 < total == done:
        words = f"{words} {then}"
    return Awaited(title, words, url, done, total)


def _how_far(done: int, total: int, unit: str | Promise) -> str:
    if not total:
        return _("Waits for its turn.")
    words = {"part": formats.number(done), "whole": formats.number(total), "unit": unit}
    return _("%(part)s of %(whole)s %(unit)s.") % words
