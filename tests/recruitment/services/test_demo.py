from datetime import date

import pytest

from accounts.models import AuditEvent
from recruitment.models import Deployment, PublishedTotal, Release
from recruitment.services.demo import load_pilot_figures

pytestmark = pytest.mark.usefixtures("reference")


def test_load_pilot_figures_with_their_source() -> None:
    release = load_pilot_figures()
    assert release
    assert Deployment.objects.filter(release=release).count() == release.stored == 3117
    assert set(release.only_countries.values_list("pk", flat=True)) == {"ARG", "NGA", "PAK", "ZAF"}
    first = Deployment.objects.get(
        country="ARG",
        mission__code="MINURSO",
        personnel_type="experts_on_mission",
        month=date(2009, 11, 1),
    )
    assert (first.women, first.men, first.line) == (0, 3, 2)
    total = PublishedTotal.objects.get(country="ARG", month=date(2020, 12, 1))
    assert (total.women, total.men) == (26, 252)
    assert PublishedTotal.objects.count() == 244


def test_load_pilot_figures_again_changes_nothing() -> None:
    first = load_pilot_figures()
    events = AuditEvent.objects.count()
    assert load_pilot_figures() == first
    assert (Release.objects.count(), PublishedTotal.objects.count()) == (1, 244)
    assert AuditEvent.objects.count() == events
