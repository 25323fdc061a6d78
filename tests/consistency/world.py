"""One party with one of everything, so that every address of the portal can be asked for."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.enums import RoleCode
from actionplans.enums import ContributionState, UpdateState
from actionplans.models import CatalogueItem, Evidence, ReportingPeriod
from tests.factories import accounts, actionplans, monitoring, taskforces, training, workbooks
from tests.factories import recruitment as figures
from tests.factories.cast import cast

IMPORT_ROUTES = ("", "-progress", "-accept", "-discard", "-retry")


@dataclass
class World:
    """`arguments` are what each route needs beside the party's code."""

    code: str
    people: dict[str, Any]
    arguments: dict[str, list[Any]]


def world(
    state: str = UpdateState.DRAFT,
    code: str = "NGA",
    item: CatalogueItem | None = None,
    period: ReportingPeriod | None = None,
) -> World:
    """A country with its cast, one answer in the given state, and one record of each kind.

    `item` and `period` are for a portal that has a catalogue and periods already.
    """
    figures.load_reference()
    desk = actionplans.desk(code, item, period)
    people = cast(desk.party, desk.lead)
    supports = people["other_institution"]
    institution = supports.memberships.get().institution
    desk.update.assignment.supporting.add(institution)
    supporter = actionplans.Supporter(institution, supports, None)
    contribution = actionplans.contribution(desk, supporter, ContributionState.SUBMITTED)
    update = actionplans.bring_to(desk, state)
    if state == UpdateState.TRANSMITTED:
        actionplans.question(desk)
    evidence = Evidence.objects.create(
        party=desk.party, title="Unused", url="https://example.org", added_by=desk.contributor
    )
    invitation = accounts.invitation(desk.party, people["country_administrator"])
    portal_invitation = accounts.invitation(None, role=RoleCode.PORTAL_ADMINISTRATOR)
    leading = people["country_administrator"].memberships.get()
    person = people["same_institution"]
    role = person.memberships.get()
    mandate = people["reviewer"].mandates.get()
    sent = figures.sent_import(people["reviewer"])
    filled = workbooks.sent_workbook(
        update, people["same_institution"], narrative="Written on the way."
    )
    seat = taskforces.seat(taskforces.task_force(desk.party), desk.lead)
    meeting = taskforces.meeting(seat.task_force)
    decision = taskforces.decision(meeting)
    records = {
        "consultation": taskforces.consultation(desk.party),
        "partner": taskforces.partner(desk.party),
        "dialogue": taskforces.dialogue(desk.party),
    }
    session = training.session(desk.party)
    release = figures.release(figures.troops(date(2014, 3, 1), 5, 95, code))
    briefing = monitoring.briefing(desk.party, receiver=person, by=people["country_administrator"])
    report = monitoring.report(desk.party, desk.period)
    wish = actionplans.time_request(desk.party, desk.period, people["coordinator"])
    steps = ("edit", "submit", "unchanged", "carry-over", "sign", "endorse", "withdraw", "return")
    arguments = {
        "account_reset_password_from_key": ["1", "unknown-key"],
        **{f"mfa_{verb}_webauthn": [1] for verb in ("edit", "remove")},
        **{f"openid_connect_{step}": ["nga"] for step in ("login", "callback")},
        "accounts:invitation": ["unknown-token"],
        "accounts:person": [person.pk],
        "accounts:role-add": [person.pk],
        **{f"accounts:role-{verb}": [person.pk, role.pk] for verb in ("end", "change", "until")},
        **{f"accounts:person-{verb}": [person.pk] for verb in ("suspend", "lift", "factor-reset")},
        **{f"accounts:administrator-{verb}": [leading.pk] for verb in ("end", "factor-reset")},
        "accounts:portal-administrator-end": [people["portal_administrator"].memberships.get().pk],
        **{
            f"accounts:portal-invitation-{verb}": [portal_invitation.pk]
            for verb in ("resend", "revoke")
        },
        "accounts:mandate-extend": [mandate.pk],
        "accounts:institution-edit": [desk.lead.pk],
        **{f"accounts:invitation-{verb}": [invitation.pk] for verb in ("resend", "revoke")},
        **{f"accounts:administrator-{verb}": [invitation.pk] for verb in ("resend", "revoke")},
        "accounts:mandate-revoke": [mandate.pk],
        "actionplans:item": [update.assignment.item.code],
        "actionplans:assignment-edit": [update.assignment.item.code],
        **{
            f"actionplans:update-{step}": [update.pk]
            for step in (*steps, "upload", "review", "reopen", "reply")
        },
        **{
            f"actionplans:evidence{suffix}": [evidence.pk]
            for suffix in ("", "-about", "-edit", "-preview")
        },
        "actionplans:workbook-file": [desk.lead.pk],
        **{f"actionplans:workbook-{step}": [filled.pk] for step in ("import", "accept", "discard")},
        **{f"actionplans:{name}": [desk.period.code] for name in ("extensions", "bulk-extend")},
        "actionplans:extension-decide": [wish.pk],
        "actionplans:contribution-edit": [update.pk],
        **{
            f"actionplans:contribution{suffix}": [update.pk, contribution.pk]
            for suffix in ("", "-sign", "-return", "-withdraw")
        },
        **{f"actionplans:{name}": [update.pk] for name in ("remark", "clarification")},
        **{f"actionplans:clarification-{verb}": [update.pk, 1] for verb in ("answer", "withdraw")},
        **{f"taskforces:seat-{verb}": [seat.pk] for verb in ("edit", "end")},
        "taskforces:meeting": [meeting.pk],
        "taskforces:decision-add": [meeting.pk],
        **{f"taskforces:meeting-{verb}": [meeting.pk] for verb in ("edit", "withdraw")},
        **{f"taskforces:decision-{verb}": [decision.pk] for verb in ("edit", "withdraw")},
        **{
            f"taskforces:{kind}{suffix}": [record.pk]
            for kind, record in records.items()
            for suffix in ("", "-edit", "-withdraw")
        },
        **{f"training:session{suffix}": [session.pk] for suffix in ("", "-edit", "-withdraw")},
        "common:upload": ["unknown-token"],
        "monitoring:report-progress": [desk.period.code],
        **{f"recruitment:import{suffix}": [sent.pk] for suffix in IMPORT_ROUTES},
        "monitoring:guide": ["contributor"],
        "monitoring:offline": ["en"],
        "recruitment:month": [date(2014, 3, 1)],
        "recruitment:release": [release.pk],
        "monitoring:update": [update.pk],
        "monitoring:hand-over": [person.pk],
        "actionplans:absence": [person.pk],
        **{f"monitoring:briefing{suffix}": [briefing.pk] for suffix in ("", "-pdf", "-progress")},
        **{
            f"monitoring:report{suffix}": [report.pk]
            for suffix in ("", "-pdf", "-html", "-content")
        },
    }
    return World(desk.party.code, people, arguments)
