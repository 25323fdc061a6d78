"""A person's own profile: only their own, only these fields, and what follows from it."""

from typing import Any

import pytest

from accounts.enums import Frequency, RoleCode
from accounts.models import AuditEvent, NotificationChoice, User
from accounts.notifications import KINDS, choices_of
from accounts.preferences import language_of, zones_of
from accounts.services.profile import change_profile, choose_language
from common.errors import Conflict, DomainError
from tests.factories import accounts as make
from tests.factories.pages import text

pytestmark = pytest.mark.django_db
PAGE = "/accounts/profile/"


@pytest.fixture
def person(party: Any) -> User:
    return make.member(party, RoleCode.CONTRIBUTOR, make.institution(party))


@pytest.fixture
def browser(person: User, signed_in: Any) -> Any:
    return signed_in(person)


def typed(browser: Any, **changes: str) -> dict[str, str]:
    """What the page's form sends, with changes."""
    form = browser.get(PAGE).context["form"]
    return {name: form[name].value() or "" for name in form.fields} | changes


def field_of(browser: Any, kind: str) -> str:
    kinds = browser.get(PAGE).context["form"].kinds
    return str(next(field for field, found in kinds.items() if found.code == kind))


def test_portal_administrator_has_no_party_on_the_profile(signed_in: Any) -> None:
    browser = signed_in(make.member(None, RoleCode.PORTAL_ADMINISTRATOR))
    form = browser.get(PAGE).context["form"]
    assert form.fields["time_zone"].choices[0] == ("", "None of these: UTC")
    page = text(browser, PAGE)
    assert "Your role is kept by the other portal administrators." in page
    assert "country administrator" not in page


def test_saving_writes_the_fields_and_one_event(browser: Any, person: User) -> None:
    before = AuditEvent.objects.count()
    sent = typed(browser, name="Amina Bello", language="ar", time_zone="Asia/Tokyo")
    sent[field_of(browser, "update.review")] = Frequency.WEEKLY
    response = browser.post(PAGE, sent)
    assert (response.status_code, response.headers["Location"]) == (302, PAGE)
    person.refresh_from_db()
    assert (person.name, person.language, person.time_zone) == ("Amina Bello", "ar", "Asia/Tokyo")
    assert choices_of(person)["update.review"] == Frequency.WEEKLY
    event = AuditEvent.objects.first()
    assert AuditEvent.objects.count() == before + 1
    assert event is not None
    assert (event.action, event.by_id, event.subject_id) == (
        "profile.changed",
        person.pk,
        str(person.pk),
    )
    assert "Amina" not in str(event.details)


def test_only_the_forms_fields_change(browser: Any, person: User) -> None:
    kept = User.objects.values().get(pk=person.pk)
    extra = {"email": "x@example.org", "is_active": "", "is_illustrative": "on", "pk": "1"}
    browser.post(PAGE, typed(browser, **extra, password="x", sessions_ended="9"))
    assert User.objects.values().get(pk=person.pk) == {**kept}


def test_a_visit_writes_nothing(browser: Any) -> None:
    before = AuditEvent.objects.count()
    browser.get(PAGE)
    assert (AuditEvent.objects.count(), NotificationChoice.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("language", "xx"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    browser: Any, person: User, field: str, value: str
) -> None:
    response = browser.post(PAGE, typed(browser, **{field: value}))
    assert list(response.context["form"].errors) == [field]
    values = {"name": "A", "language": "", "time_zone": "", "choices": {}} | {field: value}
    with pytest.raises(DomainError) as refusal:
        change_profile(by=person, **values)  # type: ignore[arg-type]
    assert refusal.value.field == field


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if kind.waits_for_act])
def test_what_waits_for_ones_act_cannot_be_never(person: User, code: str) -> None:
    with pytest.raises(DomainError):
        change_profile(
            by=person, name="A", language="", time_zone="", choices={code: Frequency.NEVER}
        )


def test_what_comes_in_series_is_daily_and_what_comes_once_a_person_at_once(person: User) -> None:
    at_once = {code for code, f in choices_of(person).items() if f == Frequency.AT_ONCE}
    assert at_once == {
        "extension.grant",
        "extension.refuse",
        "extension.request",
        "reminder.asked",
        "reminder.due",
    }
    assert set(choices_of(person).values()) == {Frequency.AT_ONCE, Frequency.DAILY}


def test_the_page_offers_the_kinds_of_ones_roles(browser: Any, signed_in: Any) -> None:
    kinds = {k.code for k in browser.get(PAGE).context["form"].kinds.values()}
    assert kinds == {
        "clarification.ask",
        "contribution.return",
        "contribution.sign",
        "contribution.submit",
        "extension.grant",
        "period.opened",
        "reminder.due",
        "update.reopen",
        "update.return",
        "update.review",
    }
    portal = signed_in(make.member(None, RoleCode.PORTAL_ADMINISTRATOR))
    assert portal.get(PAGE).context["form"].kinds == {}


def test_two_tabs_of_one_person(person: User) -> None:
    """The second tab was opened before the first one saved."""
    other = User.objects.get(pk=person.pk)
    change_profile(by=person, name="First", language="", time_zone="", choices={})
    with pytest.raises(Conflict):
        change_profile(by=other, name="Second", language="", time_zone="", choices={})
    assert User.objects.get(pk=person.pk).name == "First"


# --- Language ---------------------------------------------------------------------------------


def test_the_stored_language_goes_before_the_browsers(browser: Any, person: User) -> None:
    choose_language(by=person, language="ar")
    response = browser.get(PAGE, headers={"accept-language": "en"})
    assert '<html lang="ar" dir="rtl">' in response.content.decode()
    assert response.headers["Content-Language"] == "ar"


def test_the_footers_switch_is_kept_for_the_person(browser: Any, person: User) -> None:
    before = AuditEvent.objects.count()
    for _again in range(2):
        browser.post("/language/", {"language": "ar", "next": PAGE})
    person.refresh_from_db()
    assert person.language == "ar"
    assert AuditEvent.objects.count() == before + 1


def test_the_switch_of_a_visitor_is_the_browsers_alone(client: Any, db: None) -> None:
    client.post("/language/", {"language": "ar", "next": "/accounts/login/"})
    assert 'lang="ar"' in client.get("/accounts/login/").content.decode()
    assert AuditEvent.objects.count() == 0


def test_an_unknown_language_is_not_kept(browser: Any, person: User) -> None:
    browser.post("/language/", {"language": "xx", "next": PAGE})
    person.refresh_from_db()
    assert person.language == ""


def test_the_switch_leads_to_no_other_site(browser: Any) -> None:
    response = browser.post("/language/", {"language": "en", "next": "https://evil.example"})
    assert response.headers["Location"] == "/"


def test_mail_without_a_choice_is_in_the_portals_language(person: User) -> None:
    assert language_of(person) == "en"


# --- Time zone --------------------------------------------------------------------------------


def test_the_zone_is_ones_own_else_the_partys_else_utc(person: User, party: Any) -> None:
    nobody, traveller = make.user(), make.member(party, RoleCode.OBSERVER)
    traveller.time_zone = "Asia/Tokyo"
    traveller.save()
    assert zones_of([person, nobody, traveller]) == {
        person.pk: "Africa/Lagos",
        nobody.pk: "UTC",
        traveller.pk: "Asia/Tokyo",
    }


def test_the_log_stands_in_the_readers_zone(party: Any, signed_in: Any) -> None:
    reader = make.member(party, RoleCode.COUNTRY_ADMINISTRATOR)
    change_profile(by=reader, name="New name", language="", time_zone="Asia/Tokyo", choices={})
    assert "Tokyo time" in text(signed_in(reader), f"/p/{party.code}/log/")


# --- What is kept ----------------------------------------------------------------------------


def test_what_is_kept_is_of_this_person_alone(browser: Any, person: User, party: Any) -> None:
    other = make.member(party, RoleCode.OBSERVER)
    change_profile(by=person, name="Amina", language="", time_zone="", choices={})
    kept = browser.get(PAGE + "about-you/?format=json")
    assert kept.headers["Content-Disposition"] == 'attachment; filename="waypost-about-you.json"'
    data = kept.json()
    assert [account["email"] for account in data["account"]] == [person.email]
    assert [role["role"] for role in data["roles"]] == ["Contributor"]
    assert [row["what"] for row in data["log"]] == ["Own profile changed"]
    assert [row["record"] for row in data["log"]] == [f"person {person.pk}"]
    assert other.email not in kept.content.decode()


def test_what_is_kept_has_no_secret(browser: Any, person: User) -> None:
    content = browser.get(PAGE + "about-you/?format=json").content.decode()
    assert person.password not in content
    assert browser.session.session_key not in content


def test_the_page_of_what_is_kept_shows_the_same_parts(browser: Any) -> None:
    page = browser.get(PAGE + "about-you/")
    data = browser.get(PAGE + "about-you/?format=json").json()
    assert [part.key for part, _rows in page.context["parts"]] == list(data)
    assert page.headers["Cache-Control"].count("no-store") == 1
