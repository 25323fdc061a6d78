"""What codes follow from lies in the database encrypted, and outlives a change of SECRET_KEY."""

import re
from html import unescape
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.apps import apps
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.enums import RoleCode
from accounts.models import AuditEvent
from accounts.sealing import reseal, seal, unseal
from tests.accounts.pages import give_code, give_password
from tests.codes import TOTP_SECRET, code
from tests.factories import accounts as make

pytestmark = pytest.mark.django_db
NEW_KEY = "another key of the portal, at least fifty characters long"


@pytest.fixture
def person(party):
    """Somebody with an app for codes and unused recovery codes, as they were stored before."""
    person = make.member(party, RoleCode.COORDINATOR)
    for kind, data in (
        (Authenticator.Type.TOTP, {"secret": TOTP_SECRET}),
        (Authenticator.Type.RECOVERY_CODES, {"seed": "5eed" * 20, "used_mask": 0}),
        (Authenticator.Type.WEBAUTHN, {"name": "Passkey 1", "credential": {}}),
    ):
        Authenticator.objects.create(user=person, type=kind, data=data)
    return person


@pytest.fixture
def migration():
    return import_module("accounts.migrations.0003_encrypt_second_factors")


def stored():
    return {row.type: row.data for row in Authenticator.objects.all()}


def gets_in(person):
    """Whether the app's code is taken after the password."""
    browser = give_password(person)
    give_code(browser)
    return browser.get("/catalogue/").status_code == 200


def answer_to(person, code):
    return give_password(person).post(reverse("mfa_authenticate"), {"code": code})


def rotate(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [settings.SECRET_KEY]


def test_set_up_by_pages_stores_no_secret_and_no_seed(party):
    person = make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
    Authenticator.objects.filter(user=person).delete()
    browser = give_password(person)
    page = browser.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page)[1]
    browser.post(reverse("mfa_activate_totp"), {"code": code(0, secret)})
    data = stored()
    assert secret not in str(data)
    assert unseal(data["totp"]["secret"]) == secret
    assert re.fullmatch("[0-9a-f]{80}", unseal(data["recovery_codes"]["seed"]))


def test_what_was_stored_before_works_after_the_migration(person, migration):
    migration.encrypt(apps, None)
    data = stored()
    assert TOTP_SECRET not in str(data)
    assert "5eed" not in str(data)
    assert data["webauthn"] == {"name": "Passkey 1", "credential": {}}
    assert gets_in(person)
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    assert answer_to(person, spare).status_code == 302


def test_the_migration_backwards_gives_back_what_was_there(person, migration):
    before = stored()
    migration.encrypt(apps, None)
    migration.decrypt(apps, None)
    assert stored() == before


def test_a_code_signs_in_after_a_change_of_the_key(person, migration, settings):
    migration.encrypt(apps, None)
    rotate(settings)
    assert gets_in(person)


def test_without_the_former_key_the_page_says_what_to_do(person, migration, settings):
    migration.encrypt(apps, None)
    settings.SECRET_KEY = NEW_KEY
    refused = answer_to(person, code())
    assert refused.status_code == 200
    assert "cannot read your second factor any more" in unescape(refused.content.decode())


def test_the_command_makes_the_former_key_superfluous(person, migration, settings):
    migration.encrypt(apps, None)
    rotate(settings)
    call_command("encrypt_second_factors")
    settings.SECRET_KEY_FALLBACKS = []
    assert gets_in(person)
    events = AuditEvent.objects.filter(action="second_factor.encrypted_anew")
    assert [(e.by_id, e.details) for e in events] == [(None, {})] * 2


def test_the_command_changes_nothing_where_a_key_is_missing(person, migration, settings):
    migration.encrypt(apps, None)
    before = stored()
    settings.SECRET_KEY = NEW_KEY
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("encrypt_second_factors")
    assert stored() == before


def test_a_sealed_text_opens_under_its_key_or_a_fallback_alone(settings):
    sealed = seal("open")
    assert seal("open") != sealed
    rotate(settings)
    assert unseal(sealed) == "open"
    anew = reseal(sealed)
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(anew) == "open"
    with pytest.raises(InvalidToken):
        unseal(sealed)
    with pytest.raises(InvalidToken):
        unseal("open")
