"""Taking up an invitation by its link."""

import pytest
from django.conf import settings
from django.core import mail

from accounts.enums import RoleCode
from accounts.models import Invitation, Membership, User
from accounts.services.invitations import invite_person, revoke_invitation
from common import clock
from tests.factories import accounts as make

pytestmark = pytest.mark.django_db
PASSWORD = "four unrelated words here"


@pytest.fixture
def link(party, administrator):
    """The path of a new invitation's link; for an address, if given."""

    def make_link(email="new@example.org"):
        invite_person(email=email, name="Ada", role="observer", party=party, by=administrator)
        return mail.outbox[-1].body.split(settings.ORIGIN)[1].split()[0]

    return make_link


def test_a_new_person_sets_a_password_and_is_signed_in(client, link):
    path = link()
    page = client.get(path)
    assert page.context["form"].initial == {"name": "Ada"}
    assert "no-store" in page.headers["Cache-Control"]
    fields = {"name": "Ada Lovelace", "password": PASSWORD, "password_again": PASSWORD}
    assert client.post(path, fields).headers["Location"] == "/"
    user = User.objects.get(email="new@example.org")
    assert (client.session["_auth_user_id"], user.name) == (str(user.pk), "Ada Lovelace")


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [(PASSWORD, "other", "password_again"), ("tiny word", "tiny word", "password")],
)
def test_a_password_that_does_not_do(client, link, first, second, field):
    path = link()
    response = client.post(path, {"name": "Ada", "password": first, "password_again": second})
    assert list(response.context["form"].errors) == [field]
    assert first not in response.content.decode()


def test_who_has_an_account_signs_in_first_and_then_says_yes(client, signed_in, link):
    person = make.member(make.partner(), RoleCode.OBSERVER)
    path = link(person.email)
    visitor = client.get(path)
    assert f"/accounts/login/?next={path}" in visitor.content.decode()
    assert b"password" not in visitor.content.split(b"<main")[1].split(b"</main")[0]
    assert client.post(path, {"name": "x", "password": PASSWORD}).status_code == 200
    browser = signed_in(person)
    key = browser.session.session_key
    assert browser.get(path).context["is_addressee"]
    assert Membership.objects.filter(user=person).count() == 1
    assert browser.post(path).headers["Location"] == "/"
    assert Membership.objects.filter(user=person).count() == 2
    assert browser.get("/accounts/password/change/").status_code == 200
    assert browser.session.session_key != key


def test_signed_in_as_somebody_else(signed_in, link):
    person = make.user()
    path = link(person.email)
    browser = signed_in(make.user())
    assert b"another account" in browser.get(path).content
    assert browser.post(path).status_code == 200
    assert person.memberships.count() == 0


def test_links_that_do_not_work_say_what_to_do(client, link, administrator):
    used, revoked, expired = link("a@example.org"), link("b@example.org"), link("c@example.org")
    client.post(used, {"name": "A", "password": PASSWORD, "password_again": PASSWORD})
    client.logout()
    revoke_invitation(invitation=Invitation.objects.get(email="b@example.org"), by=administrator)
    Invitation.objects.filter(email="c@example.org").update(expires_at=clock.now())
    answers = {
        path: (client.get(path).status_code, client.get(path).context["refusal"])
        for path in (used, revoked, expired, "/invitations/unknown/")
    }
    assert [status for status, _ in answers.values()] == [410, 410, 410, 404]
    words = [refusal for _, refusal in answers.values()]
    assert ["Sign in" in words[0], "Ask" in words[1], "send it again" in words[2]] == [True] * 3
    assert "newest mail" in words[3]
    assert client.post(expired, {"name": "C", "password": PASSWORD}).status_code == 410
