"""The tour of the first day: a few steps for each role, ticked off by what was done."""

from dataclasses import dataclass, replace

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import Access, access
from accounts.enums import RoleCode
from accounts.models import Invitation, Mandate, Membership, Party, User
from accounts.second_factor import FACTORS, NEEDED_BY
from actionplans.enums import Verb
from actionplans.models import Assignment, Evidence, ReportingPeriod, Submission, UpdateRevision
from monitoring.queries.start import own_parties

MOST = 6
R = RoleCode
READERS = (R.VALIDATOR, R.OBSERVER)


@dataclass(frozen=True)
class Step:
    """One thing to do first. `fact` names what ticks it off, empty where it is only read; `view`
    takes the party's code where `of_party`."""

    fact: str
    words: str | Promise
    view: str
    roles: tuple[RoleCode, ...] = tuple(RoleCode)
    of_party: bool = True
    url: str = ""
    done: bool = False


STEPS = (
    Step("has_factor", _("Set up a second factor"), "mfa_index", of_party=False),
    Step("has_language", _("Choose your language"), "accounts:profile", of_party=False),
    Step(
        "drafted",
        _("Write the first answer of your institution"),
        "monitoring:updates",
        (R.CONTRIBUTOR,),
    ),
    Step("proved", _("Attach evidence to it"), "monitoring:updates", (R.CONTRIBUTOR,)),
    Step("submitted", _("Submit it"), "monitoring:updates", (R.CONTRIBUTOR,)),
    Step("signed", _("Sign or return an answer"), "monitoring:updates", (R.VALIDATOR,)),
    Step(
        "assigned",
        _("Say which institution answers what"),
        "actionplans:assignments",
        (R.COORDINATOR,),
    ),
    Step("endorsed", _("Endorse or return an answer"), "monitoring:updates", (R.COORDINATOR,)),
    Step("sent", _("Send the national answer"), "actionplans:submission", (R.COORDINATOR,)),
    Step("invited", _("Invite the first person"), "accounts:people", (R.COUNTRY_ADMINISTRATOR,)),
    Step(
        "coordinated",
        _("Give somebody the role of coordinator"),
        "accounts:people",
        (R.COUNTRY_ADMINISTRATOR,),
    ),
    Step(
        "mandated",
        _("Receive a mandate from a portal administrator"),
        "monitoring:home",
        (R.REVIEWER,),
        of_party=False,
    ),
    Step(
        "reviewed", _("Give the first verdict"), "monitoring:queue", (R.REVIEWER,), of_party=False
    ),
    Step(
        "opened",
        _("Open the first party"),
        "accounts:parties",
        (R.PORTAL_ADMINISTRATOR,),
        of_party=False,
    ),
    Step(
        "planned",
        _("Plan a reporting period"),
        "actionplans:periods",
        (R.PORTAL_ADMINISTRATOR,),
        of_party=False,
    ),
    Step(
        "granted",
        _("Grant the first mandate"),
        "accounts:mandates",
        (R.PORTAL_ADMINISTRATOR,),
        of_party=False,
    ),
    Step("", _("See how far your party is"), "monitoring:party", READERS),
    Step("", _("Read an answer: claim, record and verdict"), "monitoring:updates", READERS),
    Step("", _("Take a report away"), "monitoring:reports", (R.OBSERVER,)),
)


def steps(request: HttpRequest) -> list[Step]:
    """The person's own steps with addresses, done or not: one query."""
    who = access(request)
    held = {m.role for m in who.memberships}
    found = [step for step in STEPS if held & set(step.roles)]
    if not _needs_factor(who):
        found = [step for step in found if step.fact != "has_factor"]
    known = facts(who)
    party = next(iter(own_parties(who)), None)
    return [
        replace(step, done=known.get(step.fact, False), url=_address(step, party))
        for step in found[:MOST]
        if party or not step.of_party
    ]


def _needs_factor(who: Access) -> bool:
    """As `accounts.second_factor.needs_second_factor`, of the roles that are read already."""
    if who.user.is_illustrative:
        return False
    return any(
        m.role in NEEDED_BY or (m.party is not None and m.party.second_factor_for_all)
        for m in who.memberships
    )


def _address(step: Step, party: Party | None) -> str:
    return reverse(step.view, args=[party.code] if step.of_party and party else [])


def facts(who: Access) -> dict[str, bool]:
    """What ticks the steps off, each a question to the database: one query in all."""
    own = [m.party_id for m in who.memberships if m.party_id]
    did = UpdateRevision.objects.filter(by=OuterRef("pk"))
    asked = {
        "has_factor": Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)),
        "has_language": ~Q(language=""),
        "drafted": Exists(did.filter(verb__in=(Verb.SAVE, Verb.SUBMIT))),
        "proved": Exists(Evidence.objects.filter(added_by=OuterRef("pk"))),
        "submitted": Exists(did.filter(verb=Verb.SUBMIT)),
        "signed": Exists(did.filter(verb__in=(Verb.SIGN, Verb.RETURN))),
        "assigned": Exists(Assignment.objects.filter(party__in=own)),
        "endorsed": Exists(did.filter(verb__in=(Verb.ENDORSE, Verb.RETURN))),
        "sent": Exists(Submission.objects.filter(party__in=own)),
        "invited": Exists(Invitation.objects.filter(invited_by=OuterRef("pk"))),
        "coordinated": Exists(
            Membership.objects.current().filter(party__in=own, role=R.COORDINATOR)
        ),
        "mandated": Exists(Mandate.objects.current().filter(user=OuterRef("pk"))),
        "reviewed": Exists(did.filter(verb=Verb.REVIEW)),
        "opened": Exists(Party.objects.all()),
        "planned": Exists(ReportingPeriod.objects.all()),
        "granted": Exists(Mandate.objects.all()),
    }
    found = User.objects.filter(pk=who.user.pk).values(**asked).get()
    return {fact: bool(done) for fact, done in found.items()}
