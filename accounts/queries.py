"""Lists of people, parties and mandates."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Institution, Invitation, Mandate, Membership, Party, User
from accounts.models.parties import ENDING_WITHIN
from accounts.second_factor import FACTORS, with_second_factor
from common import clock

PEOPLE_SORTS = {
    "name": F("name").asc(),
    "-name": F("name").desc(),
    "last_login": F("last_login").asc(nulls_first=True),
    "-last_login": F("last_login").desc(nulls_last=True),
}
PEOPLE_MARKS = ("ending", "suspended", "over", "outsider")
# What is asked for and the standings that it takes in: what ends soon is current still.
MANDATE_STATES = {
    "current": ("current", "ending"),
    "ending": ("ending",),
    "planned": ("planned",),
    "over": ("over",),
    "revoked": ("revoked",),
}
MANDATE_SORTS = {
    "person": F("user__name").asc(),
    "-person": F("user__name").desc(),
    "until": F("valid_until").asc(),
    "-until": F("valid_until").desc(),
}
PARTY_SORTS = {
    "name": Lower("name").asc(),
    "-name": Lower("name").desc(),
    "opened": F("opened_at").asc(),
    "-opened": F("opened_at").desc(),
}


def _marked(party: Party, mark: str) -> Q:
    """What a role is pointed out for: one of PEOPLE_MARKS; else every role not over."""
    today = clock.today()
    over = Q(valid_until__lt=today)
    if mark == "suspended":
        return Q(suspended_at__isnull=False)
    if mark == "ending":
        return Q(valid_until__gte=today, valid_until__lte=today + ENDING_WITHIN)
    if mark == "over":
        return over
    if mark == "outsider":
        return ~over & Q(pk__isnull=not party.email_domains) & ~_own_address(party)
    return ~over | Q(valid_until__isnull=True)


def _own_address(party: Party) -> Q:
    own = Q(pk__isnull=True)
    for domain in party.email_domains:
        own |= Q(user__email__endswith=f"@{domain}") | Q(user__email__endswith=f".{domain}")
    return own


def people_of(
    party: Party,
    *,
    words: str = "",
    role: str = "",
    institution: int | None = None,
    mark: str = "",
    factor: str = "",
) -> QuerySet[User]:
    """Those with a role in the party, suspended ones too, each with these as `roles`.

    `mark` is one of PEOPLE_MARKS, `factor` "set" or "missing"; each person has
    `has_second_factor`.
    """
    held = Membership.objects.filter(party=party, ended_at__isnull=True, user__is_active=True)
    wanted = held.filter(_marked(party, mark), user=OuterRef("pk"))
    if role:
        wanted = wanted.filter(role=role)
    if institution:
        wanted = wanted.filter(institution=institution)
    people = with_second_factor(User.objects.filter(Exists(wanted)))
    if factor in ("set", "missing"):
        own = Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS))
        people = people.filter(own if factor == "set" else ~own)
    if words:
        people = people.filter(Q(name__icontains=words) | Q(email__icontains=words))
    shown = held.select_related("institution").order_by("role", "pk")
    return people.prefetch_related(Prefetch("memberships", queryset=shown, to_attr="roles"))


def pending_invitations(party: Party | None) -> QuerySet[Invitation]:
    """Links that nobody has used yet, expired ones too."""
    pending = Invitation.objects.pending().filter(party=party)
    return pending.select_related("institution", "invited_by")


def roles_of(user: User, party: Party) -> QuerySet[Membership]:
    """The person's roles in the party, present ones first."""
    rows = Membership.objects.filter(user=user, party=party)
    return rows.select_related("institution", "ended_by", "created_by").order_by(
        F("ended_at").desc(nulls_first=True), "role"
    )


def portal_administrators() -> QuerySet[Membership]:
    """Who administers the portal now, each with `has_second_factor` of the person."""
    own = Authenticator.objects.filter(user=OuterRef("user"), type__in=FACTORS)
    rows = Membership.objects.current().filter(role=RoleCode.PORTAL_ADMINISTRATOR)
    rows = rows.select_related("user", "created_by").annotate(has_second_factor=Exists(own))
    return rows.order_by("user__name", "pk")


def institutions_of(party: Party) -> QuerySet[Institution]:
    """The party's institutions with the number of people in each now, as `people`."""
    now_there = Q(memberships__in=Membership.objects.current())
    return party.institutions.annotate(
        people=Count("memberships__user", filter=now_there, distinct=True)
    ).order_by("name")


def opened_parties() -> QuerySet[Party]:
    """Every party with the number of its country administrators and people now."""
    there = Q(memberships__in=Membership.objects.current())
    leading = there & Q(memberships__role=RoleCode.COUNTRY_ADMINISTRATOR)
    return Party.objects.select_related("country").annotate(
        administrators=Count("memberships__user", filter=leading, distinct=True),
        people=Count("memberships__user", filter=there, distinct=True),
    )


def mandates(*, state: str = "", party: str = "", words: str = "") -> QuerySet[Mandate]:
    """Every mandate, or those that are current, ending soon, planned, over or revoked today.

    `party` is the code of the party under review, or "all" for those over all contributors.
    """
    rows = Mandate.objects.with_standing()
    rows = rows.select_related("user", "party__country", "revoked_by")
    if party:
        rows = rows.filter(party=None) if party == "all" else rows.filter(party__code=party)
    if words:
        rows = rows.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    wanted = Q(standing__in=MANDATE_STATES[state]) if state in MANDATE_STATES else Q()
    return rows.filter(wanted)


def may_hold_mandates() -> QuerySet[User]:
    """People with the role of a reviewer or observer in some party."""
    held = Membership.objects.current().filter(
        user=OuterRef("pk"), role__in=[RoleCode.REVIEWER, RoleCode.OBSERVER]
    )
    return User.objects.filter(Exists(held)).order_by("name")


def log_of(
    party: Party,
    *,
    action: str = "",
    person: int | None = None,
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEvent]:
    """What was done in the party, latest first; `person` did it or it was done to.

    `since` and `until` are days in the party's time zone, both included.
    """
    events = AuditEvent.objects.filter(party_id=party.pk)
    if action:
        events = events.filter(action=action)
    if person:
        done_to = Q(subject_type="accounts.user", subject_id=str(person))
        events = events.filter(Q(by_id=person) | done_to | Q(details__user=person))
    zone = ZoneInfo(party.time_zone)
    if since:
        events = events.filter(at__gte=datetime.combine(since, time.min, zone))
    if until and until < date.max:
        events = events.filter(at__lt=datetime.combine(until + timedelta(days=1), time.min, zone))
    return events


def people_in_log(party: Party) -> QuerySet[User]:
    """Everybody who ever had a role in the party, or did something in it."""
    acted = AuditEvent.objects.filter(party_id=party.pk, by_id__isnull=False)
    held = Membership.objects.filter(party=party)
    known = Q(pk__in=acted.values("by_id")) | Q(pk__in=held.values("user"))
    return User.objects.filter(known).order_by("name")
