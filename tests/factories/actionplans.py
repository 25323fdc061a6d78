"""Items, periods, assignments and answers; answers move through the services themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts.enums import InstitutionKind, RoleCode, Sector
from accounts.models import Institution, Party, User
from actionplans.enums import Actor, ContributionState, ItemKind, ItemType, Part, UpdateState
from actionplans.models import (
    Assignment,
    CatalogueItem,
    CatalogueText,
    Clarification,
    Contribution,
    Evidence,
    ExtensionRequest,
    ProgressUpdate,
    ReportingPeriod,
    Theme,
)
from actionplans.services import contributions, discussion, evidence, submissions, updates
from actionplans.services.contents import Content, NewEvidence
from common import clock
from tests.factories import accounts

DAY = timedelta(days=1)


def item(
    code: str = "2.1",
    *,
    actor: str = Actor.TCC_PCC,
    kind: str = ItemKind.STANDING,
    type: str = ItemType.RECOMMENDATION,
) -> CatalogueItem:
    """A current item; codes without a digit are action points."""
    theme = None
    if type == ItemType.RECOMMENDATION:
        theme = Theme.objects.get_or_create(
            number=int(code[0]), defaults={"titles": {"en": f"Theme {code[0]}"}}
        )[0]
    made = CatalogueItem.objects.create(
        version=1,
        is_current=True,
        position=CatalogueItem.objects.count() + 1,
        code=code,
        type=type,
        kind=kind,
        actor=actor,
        theme=theme,
        paragraph=f"16, {code}",
    )
    CatalogueText.objects.create(
        item=made,
        language="en",
        title=f"Title of {code}",
        summary="Summary",
        asked="What is asked",
        evidence=["A document"],
        records=[],
    )
    return made


def period(code: str = "2026-H1", *, opened_days_ago: int = 30, days: int = 90) -> ReportingPeriod:
    """An open period: due `days` after it opened, closing thirty days later."""
    opens = clock.now() - opened_days_ago * DAY
    return ReportingPeriod.objects.create(
        code=code,
        name=f"Period {code}",
        data_from=opens.date() - 180 * DAY,
        data_to=opens.date(),
        opens_at=opens,
        due_at=opens + days * DAY,
        closes_at=opens + (days + 30) * DAY,
    )


def time_request(party: Party, made_period: ReportingPeriod, by: User) -> ExtensionRequest:
    """An open request for time until the period closes."""
    return ExtensionRequest.objects.create(
        party=party,
        period=made_period,
        until=made_period.closes_at,
        reason="A flood",
        requested_by=by,
    )


def assignment(
    party: Party, lead: Institution, made_item: CatalogueItem | None = None
) -> Assignment:
    return Assignment.objects.create(party=party, item=made_item or item(), lead=lead)


@dataclass
class Desk:
    """One party with one institution, a person for each role, and one draft."""

    party: Party
    lead: Institution
    other: Institution
    period: ReportingPeriod
    update: ProgressUpdate
    contributor: User
    validator: User
    coordinator: User
    administrator: User
    reviewer: User

    def refresh(self) -> ProgressUpdate:
        self.update = ProgressUpdate.objects.get(pk=self.update.pk)
        return self.update


def desk(
    iso3: str = "NGA",
    made_item: CatalogueItem | None = None,
    made_period: ReportingPeriod | None = None,
) -> Desk:
    """A party ready to answer one item."""
    party = accounts.contributor(iso3)
    lead = accounts.institution(party)
    other = accounts.institution(
        party, "Ministry of Women's Affairs", Sector.GENDER, InstitutionKind.WOMENS_MACHINERY
    )
    made_period = made_period or period()
    made = ProgressUpdate.objects.create(
        assignment=assignment(party, lead, made_item), period=made_period
    )
    return Desk(
        party=party,
        lead=lead,
        other=other,
        period=made_period,
        update=made,
        contributor=accounts.member(party, RoleCode.CONTRIBUTOR, lead),
        validator=accounts.member(party, RoleCode.VALIDATOR, lead),
        coordinator=accounts.member(party, RoleCode.COORDINATOR, other),
        administrator=accounts.member(party, RoleCode.COUNTRY_ADMINISTRATOR, other),
        reviewer=accounts.reviewer(party),
    )


CONTENT = Content(
    narrative="A plan was adopted and is applied.",
    rating="3",
    measures="Two workshops.",
    next_steps="A third workshop.",
    attach=(NewEvidence(title="The plan", url="https://example.org/plan"),),
)
ORDER = (
    UpdateState.DRAFT,
    UpdateState.SUBMITTED,
    UpdateState.SIGNED,
    UpdateState.ENDORSED,
    UpdateState.TRANSMITTED,
    UpdateState.REVIEWED,
)


def bring_to(
    desk: Desk, state: str, *, content: Content = CONTENT, verdict: str = "2"
) -> ProgressUpdate:
    """Move the desk's update through the services until it is in `state`."""
    steps = {
        UpdateState.SUBMITTED: lambda u: updates.submit_update(
            update=u, version=u.version, content=content, by=desk.contributor
        ),
        UpdateState.SIGNED: lambda u: updates.sign_update(
            update=u, version=u.version, by=desk.validator
        ),
        UpdateState.ENDORSED: lambda u: updates.endorse_update(
            update=u, version=u.version, by=desk.coordinator
        ),
        UpdateState.TRANSMITTED: lambda u: submissions.send_national_answer(
            party=desk.party, period=desk.period, by=desk.coordinator
        ),
        UpdateState.REVIEWED: lambda u: updates.review_update(
            update=u, version=u.version, verdict=verdict, reason="Only on paper.", by=desk.reviewer
        ),
    }
    if state == UpdateState.RETURNED:
        update = bring_to(desk, UpdateState.SUBMITTED, content=content)
        updates.return_update(
            update=update,
            version=update.version,
            reasons={Part.WHOLE: "Name the plan."},
            by=desk.validator,
        )
        return desk.refresh()
    for step in ORDER[1 : ORDER.index(UpdateState(state)) + 1]:
        if ORDER.index(UpdateState(desk.refresh().state)) < ORDER.index(step):
            steps[step](desk.update)
    return desk.refresh()


@dataclass
class Supporter:
    """An institution that supports the desk's item, with a contributor and mostly a validator."""

    institution: Institution
    contributor: User
    validator: User | None


def supporter(desk: Desk, name: str = "Police Service", *, has_validator: bool = True) -> Supporter:
    """A further supporting institution of the desk's item."""
    institution = accounts.institution(desk.party, name, Sector.POLICE, InstitutionKind.SERVICE)
    desk.update.assignment.supporting.add(institution)
    return Supporter(
        institution,
        accounts.member(desk.party, RoleCode.CONTRIBUTOR, institution),
        accounts.member(desk.party, RoleCode.VALIDATOR, institution) if has_validator else None,
    )


def contribution(
    desk: Desk,
    by: Supporter,
    state: str = ContributionState.SIGNED,
    *,
    text: str = "Patrols were trained.",
    measures: str = "",
    use: Iterable[Evidence] = (),
) -> Contribution:
    """The supporter's contribution to the desk's answer, through the services."""
    typed = {"update": desk.update, "institution": by.institution, "version": 0, "text": text}
    typed |= {"measures": measures, "use": [one.pk for one in use], "by": by.contributor}
    if state == ContributionState.DRAFT:
        return contributions.save_contribution(**typed)
    row = contributions.submit_contribution(**typed)
    if state == ContributionState.SUBMITTED:
        return row
    step = {"contribution": row, "version": row.version, "by": by.validator}
    if state == ContributionState.RETURNED:
        return contributions.return_contribution(**step, reason="Name the units.")
    return contributions.sign_contribution(**step)


def document(desk: Desk, title: str = "The roster", **values: Any) -> Evidence:
    """A document of the party's library that nothing uses."""
    new = NewEvidence(title=title, url="https://example.org/roster")
    return evidence.add_evidence(party=desk.party, new=new, by=desk.coordinator, **values)


def question(desk: Desk, text: str = "Which units?", days: int = 14) -> Clarification:
    """A reviewer's question on the desk's answer, which is sent."""
    due = min(clock.now() + days * DAY, desk.period.closes_at)
    return discussion.ask_clarification(
        update=desk.update, question=text, due_at=due, by=desk.reviewer
    )
