import re
from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings
from django.core import mail
from django.utils import translation

from accounts.enums import RoleCode
from accounts.models import AuditEvent, Invitation, Membership, User
from accounts.services import invitations
from accounts.services.invitations import (
    accept_invitation,
    invite_first_administrator,
    invite_person,
    resend_invitation,
    revoke_invitation,
)
from common import clock
from common.errors import Conflict, DomainError
from tests.factories import accounts as make
from tests.races import race

PASSWORD = "four unrelated words here"


@pytest.fixture
def party(db):
    return make.contributor("NGA")


@pytest.fixture
def administrator(party):
    return make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)


@pytest.fixture
def invite(party, administrator):
    """Invite an observer, unless told otherwise."""

    def run(email="new@example.org", **changed):
        values = {
            "name": "Ada New",
            "role": RoleCode.OBSERVER,
            "party": party,
            "by": administrator,
        }
        return invite_person(email=email, **{**values, **changed})

    return run


def token_of_last_mail():
    """The token of the link in the newest mail."""
    body = mail.outbox[-1].body
    return re.search(rf"{re.escape(settings.ORIGIN)}/invitations/([^/\s]+)/", body).group(1)


def test_mail_is_in_the_language_chosen_for_it_and_stays_so_when_sent_again(invite, administrator):
    invitation = invite(language="ar")
    with translation.override("ar"):
        subject = translation.gettext("Your invitation to Waypost")
    resend_invitation(invitation=invitation, by=administrator)
    assert subject != "Your invitation to Waypost"
    assert [sent.subject for sent in mail.outbox] == [subject, subject]


def test_own_language_of_the_invited_comes_before_the_one_chosen(invite):
    User.objects.create(email="known@example.org", name="Known", language="en")
    invite("known@example.org", language="ar")
    assert mail.outbox[-1].subject == "Your invitation to Waypost"


def test_invite_sends_a_mail_and_keeps_the_token_only_as_a_digest(invite, party):
    invitation = invite(" New@Example.org ")
    [message] = mail.outbox
    token = token_of_last_mail()
    assert message.to == ["new@example.org"]
    assert "Ada New" in message.body
    assert invitation.token_sha256 == invitations.digest(token)
    assert token not in str(Invitation.objects.values().get())
    assert invitation.expires_at - invitation.invited_at >= timedelta(days=7) - timedelta(seconds=5)


def test_invite_records_ids_and_no_names(invite, administrator, party):
    invitation = invite()
    event = AuditEvent.objects.get()
    assert (event.action, event.by_id, event.party_id, event.subject_id) == (
        "invitation.sent",
        administrator.pk,
        party.pk,
        str(invitation.pk),
    )
    assert event.details == {"role": "observer"}


def test_mail_is_not_escaped_for_html(invite):
    invite(name="Ada O'Neill & Sons")
    assert "Ada O'Neill & Sons" in mail.outbox[0].body


def test_invite_answers_alike_whether_the_address_has_an_account(invite):
    known = make.user()
    assert [type(invite(email)) for email in ("new@example.org", known.email)] == [Invitation] * 2
    bodies = [re.sub(r"/invitations/[^/]+/", "", message.body).strip() for message in mail.outbox]
    assert bodies[0] == bodies[1]


def test_invite_writes_in_the_readers_language_else_as_the_inviter_reads(invite):
    known = make.user()
    User.objects.filter(pk=known.pk).update(language="en")
    with translation.override("ar"):
        invite("new@example.org")
        invite(known.email)
    User.objects.filter(pk=known.pk).update(language="ar")
    invite(known.email, role=RoleCode.COORDINATOR)
    english, arabic = "Your invitation to Waypost", "دعوتك إلى Waypost"
    assert [message.subject for message in mail.outbox] == [arabic, english, arabic]
    assert ["Ada New," in message.body for message in mail.outbox] == [False, True, False]


def test_invite_to_a_role_that_the_own_role_does_not_list(invite, party):
    coordinator = make.member(party, RoleCode.COORDINATOR)
    with pytest.raises(DomainError, match="does not allow"):
        invite(by=coordinator)
    with pytest.raises(DomainError, match="does not allow"):
        invite(role=RoleCode.PORTAL_ADMINISTRATOR, party=None)
    assert len(mail.outbox) == 0


def test_invite_to_another_party(invite):
    with pytest.raises(DomainError, match="does not allow"):
        invite(party=make.contributor("PAK"))


def test_invite_oneself(invite, administrator):
    with pytest.raises(DomainError, match="their own roles"):
        invite(administrator.email.upper())


def test_invite_a_writer_without_an_institution(invite):
    with pytest.raises(DomainError) as refusal:
        invite(role=RoleCode.CONTRIBUTOR)
    assert refusal.value.field == "institution"


def test_invite_to_an_institution_of_another_party(invite):
    with pytest.raises(DomainError, match="another party"):
        invite(institution=make.institution(make.contributor("PAK")))


def test_invite_somebody_who_holds_the_role(invite, party):
    member = make.member(party, RoleCode.OBSERVER)
    with pytest.raises(DomainError, match="holds this role"):
        invite(member.email)


def test_invite_twice(invite):
    invite()
    with pytest.raises(DomainError, match="Send that one again"):
        invite("NEW@example.org")
    assert len(mail.outbox) == 1


def test_accept_opens_an_account_with_the_role(invite, party, administrator):
    invitation = invite(institution=make.institution(party))
    membership = accept_invitation(token=token_of_last_mail(), name="Ada", password=PASSWORD)
    user = membership.user
    assert (user.email, user.name, user.check_password(PASSWORD)) == (
        "new@example.org",
        "Ada",
        True,
    )
    assert (membership.party, membership.institution, membership.role, membership.created_by) == (
        party,
        invitation.institution,
        "observer",
        administrator,
    )
    invitation.refresh_from_db()
    assert (invitation.accepted_by, invitation.accepted_at is not None) == (user, True)
    event = AuditEvent.objects.get(action="invitation.accepted")
    assert (event.by_id, event.details["membership"]) == (user.pk, membership.pk)


def test_accept_twice(invite):
    invite()
    token = token_of_last_mail()
    accept_invitation(token=token, name="Ada", password=PASSWORD)
    with pytest.raises(DomainError, match="has been used"):
        accept_invitation(token=token, name="Ada", password=PASSWORD)
    assert Membership.objects.filter(role=RoleCode.OBSERVER).count() == 1


@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False), (1, False)])
def test_accept_around_the_end_of_seven_days(invite, seconds, works):
    invitation = invite()
    with clock.at(invitation.expires_at + timedelta(seconds=seconds)):
        if works:
            assert accept_invitation(token=token_of_last_mail(), name="Ada", password=PASSWORD).pk
        else:
            with pytest.raises(DomainError, match="expired"):
                accept_invitation(token=token_of_last_mail(), name="Ada", password=PASSWORD)


def test_accept_after_it_was_revoked(invite, administrator):
    invitation = invite()
    revoke_invitation(invitation=invitation, by=administrator)
    with pytest.raises(DomainError, match="revoked"):
        accept_invitation(token=token_of_last_mail(), name="Ada", password=PASSWORD)


def test_accept_with_an_unknown_token(db):
    with pytest.raises(DomainError, match="does not work"):
        accept_invitation(token="nothing", name="Ada", password=PASSWORD)


@pytest.mark.parametrize("password", ["short", "123456789012", "password1234"])
def test_accept_with_a_weak_password_opens_no_account(invite, password):
    invite()
    with pytest.raises(DomainError) as refusal:
        accept_invitation(token=token_of_last_mail(), name="Ada", password=password)
    assert refusal.value.field == "password"
    assert not User.objects.filter(email="new@example.org").exists()


def test_accept_without_signing_in_where_the_address_has_an_account(invite):
    person = make.user()
    invite(person.email)
    with pytest.raises(DomainError, match="has an account"):
        accept_invitation(token=token_of_last_mail(), name="Thief", password=PASSWORD)
    person.refresh_from_db()
    assert person.check_password("a long password")


def test_accept_as_who_has_the_address(invite, party):
    person = make.member(make.partner(), RoleCode.REVIEWER)
    invite(person.email)
    assert accept_invitation(token=token_of_last_mail(), by=person).party == party
    assert person.memberships.count() == 2


def test_accept_as_somebody_else(invite):
    invite()
    with pytest.raises(DomainError, match="another e-mail address"):
        accept_invitation(token=token_of_last_mail(), by=make.user())


def test_accept_what_a_portal_administrator_may_not_hold(invite):
    person = make.member(None, RoleCode.PORTAL_ADMINISTRATOR)
    invite(person.email)
    with pytest.raises(DomainError, match="no role in a party"):
        accept_invitation(token=token_of_last_mail(), by=person)


def test_resend_renews_the_link_and_the_old_one_stops_working(invite, administrator):
    invitation = invite()
    old = token_of_last_mail()
    with clock.at(invitation.expires_at + timedelta(days=1)):
        resend_invitation(invitation=invitation, by=administrator)
        with pytest.raises(DomainError, match="a newer one took its place"):
            accept_invitation(token=old, name="Ada", password=PASSWORD)
        assert accept_invitation(token=token_of_last_mail(), name="Ada", password=PASSWORD).pk
    assert AuditEvent.objects.filter(action="invitation.resent").count() == 1


@pytest.mark.parametrize("change", [resend_invitation, revoke_invitation])
def test_change_what_was_accepted_or_revoked(invite, administrator, change):
    accepted, revoked = invite(), invite("other@example.org")
    revoke_invitation(invitation=revoked, by=administrator)
    token = token_of_last_mail()
    resend_invitation(invitation=accepted, by=administrator)
    token = token_of_last_mail()
    accept_invitation(token=token, name="Ada", password=PASSWORD)
    accepted.refresh_from_db()
    for invitation in (accepted, revoked):
        with pytest.raises(DomainError, match="already"):
            change(invitation=invitation, by=administrator)


def test_change_by_somebody_who_may_not_give_the_role(invite):
    invitation = invite()
    stranger = make.member(make.contributor("PAK"), RoleCode.COUNTRY_ADMINISTRATOR)
    for change in (resend_invitation, revoke_invitation):
        with pytest.raises(DomainError, match="does not allow"):
            change(invitation=invitation, by=stranger)


def test_resend_from_two_pages(invite, administrator):
    invitation = invite()
    stale = Invitation.objects.get()
    resend_invitation(invitation=invitation, by=administrator)
    with pytest.raises(Conflict):
        resend_invitation(invitation=stale, by=administrator)
    assert len(mail.outbox) == 2


def test_first_administrator_gets_a_link_and_no_mail(db):
    link = invite_first_administrator(email="Root@Example.org")
    assert link.startswith(f"{settings.ORIGIN}/invitations/")
    assert len(mail.outbox) == 0
    membership = accept_invitation(token=link.split("/")[-2], name="Root", password=PASSWORD)
    assert (membership.party, membership.role) == (None, "portal_administrator")


def test_first_administrator_again_makes_the_earlier_link_useless(db):
    earlier, later = (invite_first_administrator(email="root@example.org") for _ in range(2))
    with pytest.raises(DomainError):
        accept_invitation(token=earlier.split("/")[-2], name="Root", password=PASSWORD)
    assert accept_invitation(token=later.split("/")[-2], name="Root", password=PASSWORD).pk
    with pytest.raises(DomainError, match="portal administrator already"):
        invite_first_administrator(email="root@example.org")


@pytest.mark.usefixtures("flushable")
def test_two_administrators_invite_one_address_at_once(rounds):
    """One invitation and one mail; the other is told that there is one."""
    party = make.contributor("NGA")
    pair = [make.member(party, RoleCode.COUNTRY_ADMINISTRATOR) for _ in range(2)]
    for number in range(rounds):
        offer = {"email": f"new{number}@example.org", "name": "Ada", "role": RoleCode.OBSERVER}
        results = race(*(partial(invite_person, party=party, by=by, **offer) for by in pair))
        [refused] = [result for result in results if not isinstance(result, Invitation)]
        assert isinstance(refused, DomainError)
        assert Invitation.objects.pending().count() == number + 1
        assert [m.to for m in mail.outbox][number:] == [[offer["email"]]]


@pytest.mark.usefixtures("flushable")
def test_two_clicks_on_one_link_at_once(rounds):
    """One account, one role; the other click is told that the link is used."""
    party = make.contributor("NGA")
    administrator = make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
    for number in range(rounds):
        email = f"new{number}@example.org"
        invite_person(
            email=email, name="Ada", role=RoleCode.OBSERVER, party=party, by=administrator
        )
        token = token_of_last_mail()
        results = race(
            lambda t=token: accept_invitation(token=t, name="Ada", password=PASSWORD),
            lambda t=token: accept_invitation(token=t, name="Eve", password=PASSWORD),
        )
        assert sorted(type(result).__name__ for result in results) == ["DomainError", "Membership"]
        assert Membership.objects.filter(user__email=email).count() == 1


@pytest.mark.usefixtures("flushable")
def test_two_invitations_of_one_new_address_at_once(rounds):
    """Two roles were offered: the account is opened once, and the other link stays open."""
    party = make.contributor("NGA")
    administrator = make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
    for number in range(rounds):
        tokens = []
        for role in (RoleCode.OBSERVER, RoleCode.COORDINATOR):
            email = f"new{number}@example.org"
            invite_person(email=email, name="Ada", role=role, party=party, by=administrator)
            tokens.append(token_of_last_mail())
        first, second = tokens
        results = race(
            lambda t=first: accept_invitation(token=t, name="Ada", password=PASSWORD),
            lambda t=second: accept_invitation(token=t, name="Ada", password=PASSWORD),
        )
        assert sum(isinstance(result, Membership) for result in results) == 1
        assert all(isinstance(result, Membership | DomainError) for result in results)
        assert User.objects.filter(email=f"new{number}@example.org").count() == 1
        assert Invitation.objects.pending().count() == number + 1
