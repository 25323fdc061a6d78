"""A portal to click through: four pilot countries, DPKO and a partner, three periods.

People, institutions and answers are made up and marked illustrative; deployment figures are
real and name their source.
"""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.enums import RoleCode
from accounts.models import Membership, Party, User
from accounts.services import audit
from actionplans.models import ReportingPeriod
from common import clock
from common.errors import DomainError
from monitoring.demo import answers, cast
from monitoring.enums import ReportKind
from monitoring.queries.reports import FINAL, request_key
from monitoring.reports.build import read_body
from monitoring.services import reports, search
from recruitment.services.demo import load_pilot_figures
from taskforces.services import demo as taskforces
from training.services import demo as training


@transaction.atomic
@audit.unheard()
def load_demo() -> list[cast.Cast]:
    """Fill an empty portal. Raises DomainError where a party exists or ORIGIN is public."""
    if Party.objects.exists():
        raise DomainError(_("There are parties already: the demo needs an empty portal."))
    if settings.HTTPS:
        raise DomainError(_("The demo's password is public: it runs on loopback only."))
    load_pilot_figures()
    with clock.at(clock.now() - 3 * answers.HALF_YEAR):
        portal = cast.make_person("portal", cast.DATA["portal_administrator"])
        Membership.objects.create(user=portal, role=RoleCode.PORTAL_ADMINISTRATOR)
        pilots = [
            cast.make_contributor(code, entry) for code, entry in cast.DATA["contributors"].items()
        ]
        casts = [*pilots, cast.make_dpko()]
        cast.make_partner(casts)
        for one in casts:
            cast.assign_all(one)
    for one in pilots:
        for app in (taskforces, training):
            app.load_demo(
                party=one.party,
                institutions=one.institutions,
                by=one.coordinator,
                today=clock.today(),
            )
    for number, period in enumerate(answers.periods_until_now(portal)):
        for one in casts:
            answers.live_through(one, period, number)
            if period.closes_at <= clock.now():
                _close(one.party, period)
    for one in casts:
        reports.request_report(
            party=one.party, period=period, number=1, language="en", by=one.coordinator
        )
    # Whoever did something has signed in; observers did nothing.
    acted = User.objects.exclude(memberships__role=RoleCode.OBSERVER)
    acted.update(last_login=clock.now() - answers.DAY)
    search.reindex()
    return casts


def _close(party: Party, period: ReportingPeriod) -> None:
    """The final report as it was made at the close: a job writes its files out."""
    with clock.at(period.closes_at):
        reports.freeze_report(
            party=party,
            period=period,
            kind=ReportKind.FINAL,
            key=request_key(party, period, FINAL),
            body=lambda: read_body(party, period),
            by=None,
        )
    reports.enqueue_report(party=party, period=period)
