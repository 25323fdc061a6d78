"""Forms about people, institutions, parties and mandates."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.validators import validate_domain_name
from django.db.models import Model
from django.utils.translation import get_language, get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from accounts.enums import InstitutionKind, MandateRole, PartyKind, RoleCode, Sector
from accounts.imports import LONGEST_LIST, cells_of
from accounts.models import Country, Institution, Party, User
from accounts.notifications import Kind
from accounts.queries import may_hold_mandates
from common import clock
from common.forms import WaypostForm

CHOOSE = ("", _("Choose"))
EMAIL = forms.EmailInput(attrs={"autocomplete": "off"})
DAY = {"type": "date"}


def role_choices(roles: Iterable[str]) -> list[tuple[str, Any]]:
    """The roles in the order of the enum, under a line that asks to choose."""
    given = set(roles)
    return [CHOOSE, *((role.value, role.label) for role in RoleCode if role in given)]


def languages() -> list[tuple[str, str]]:
    """What Waypost speaks, each by its own name."""
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


class MailLanguageField(forms.ChoiceField):
    """The language of an invitation's mail: that of whoever invites, unless they choose another."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Language of the mail"),
            required=False,
            choices=languages,
            initial=get_language,
            help_text=_("Somebody who chose a language in their profile is written to in that."),
        )


class RoleForm(WaypostForm, forms.Form):
    """One role in the party, for an institution or for the whole party."""

    role = forms.ChoiceField(label=_("Role"))
    institution = forms.ModelChoiceField(
        Institution.objects.none(),
        label=_("Institution"),
        required=False,
        empty_label=_("The whole party"),
        help_text=_("A contributor or validator belongs to an institution."),
    )
    valid_until = forms.DateField(
        label=_("Role until"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=_("The last day of the role. Leave empty for a role without an end."),
    )

    def __init__(self, *args: Any, party: Party, roles: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(roles)  # type: ignore[attr-defined]
        self.fields["institution"].queryset = party.institutions.all()  # type: ignore[attr-defined]


class InvitationForm(RoleForm):
    """Whom to invite, and to which role."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, widget=EMAIL)
    language = MailLanguageField()
    field_order = ("name", "email", "language", "role", "institution", "valid_until")


class RoleEndForm(WaypostForm, forms.Form):
    """The last day of a role, and the one that was shown."""

    valid_until = forms.DateField(
        label=_("Role until"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=_("The last day of the role. Leave empty for a role without an end."),
    )
    shown_until = forms.DateField(required=False, widget=forms.HiddenInput)


class PeopleListForm(WaypostForm, forms.Form):
    """A pasted list of people to invite."""

    people = forms.CharField(
        label=_("People, one on a line"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_(
            "E-mail address, name, role, institution; with commas, semicolons or tabs between "
            "them, as copied from a spreadsheet. At most 200 lines."
        ),
    )
    valid_until = forms.DateField(
        label=_("Role until"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=_("For everybody in the list. Leave empty for roles without an end."),
    )
    language = MailLanguageField()

    def clean_people(self) -> str:
        text: str = self.cleaned_data["people"]
        if len(cells_of(text)) > LONGEST_LIST:
            raise forms.ValidationError(_("The list has more than 200 people. Send it in parts."))
        return text

    def clean_valid_until(self) -> date | None:
        until: date | None = self.cleaned_data["valid_until"]
        if until and until < clock.today():
            raise forms.ValidationError(_("The last day of the role has passed already."))
        return until


class PartySettingsForm(WaypostForm, forms.Form):
    """What a party's country administrator decides about its accounts."""

    versioned = True
    email_domains = forms.CharField(
        label=_("Own e-mail domains"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            "One on a line, as defence.gov.ng; what stands below a domain belongs to it. "
            "People with an address of another domain are pointed out, and not kept out."
        ),
    )
    second_factor_for_all = forms.BooleanField(
        label=_("Everybody of this party needs a second factor"),
        required=False,
        help_text=_("Reviewers and administrators always need one."),
    )

    def clean_email_domains(self) -> list[str]:
        words = self.cleaned_data["email_domains"].replace(",", " ").lower().split()
        domains = sorted({word.lstrip("@") for word in words})
        for domain in domains:
            try:
                validate_domain_name(domain)
            except forms.ValidationError as error:
                text = _("%(domain)s is no domain, as defence.gov.ng is.") % {"domain": domain}
                raise forms.ValidationError(text) from error
            if "." not in domain:
                text = _("%(domain)s is no domain, as defence.gov.ng is.") % {"domain": domain}
                raise forms.ValidationError(text)
        return domains


class PartyChangeForm(WaypostForm, forms.Form):
    """A party's name and time zone."""

    versioned = True
    name = forms.CharField(label=_("Name"), max_length=120)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Deadlines are shown in this zone.")
    )

    def __init__(self, *args: Any, party: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [CHOOSE, *zone_choices()]  # type: ignore[attr-defined]
        if party.country_id:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _("A contributing country has its name of the UN.")


class AdministratorForm(WaypostForm, forms.Form):
    """Whom to invite as a party's country administrator."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, widget=EMAIL)
    language = MailLanguageField()


class InstitutionForm(WaypostForm, forms.Form):
    """A ministry, a service or another body of the party."""

    name = forms.CharField(label=_("Name"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=[CHOOSE, *InstitutionKind.choices])
    sector = forms.ChoiceField(
        label=_("Sector"),
        choices=[CHOOSE, *Sector.choices],
        help_text=_("The women's machinery belongs to the sector of gender equality."),
    )


class InstitutionChangeForm(InstitutionForm):
    """The same, opened at a version."""

    versioned = True


class PartyForm(WaypostForm, forms.Form):
    """A party to open, and its first country administrator."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[CHOOSE, *PartyKind.choices])
    country = forms.ModelChoiceField(
        Country.objects.all(),
        label=_("Country"),
        required=False,
        empty_label=_("None"),
        help_text=_("For a contributing country, whose code and name come from the UN's list."),
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        required=False,
        help_text=_("For all others: 3 to 12 capital letters, as ACCORD. It stands in addresses."),
    )
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("For all others.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Deadlines are shown in this zone.")
    )
    administrator_name = forms.CharField(
        label=_("First country administrator: name"), max_length=120
    )
    administrator_email = forms.EmailField(
        label=_("First country administrator: e-mail address"), max_length=254, widget=EMAIL
    )
    administrator_language = MailLanguageField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [CHOOSE, *zone_choices()]  # type: ignore[attr-defined]
        self.fields["country"].queryset = Country.objects.filter(party__isnull=True)  # type: ignore[attr-defined]


def zone_choices() -> list[tuple[str, str]]:
    zones = sorted(zone for zone in available_timezones() if _is_place(zone))
    return [(zone, zone.replace("_", " ")) for zone in zones]


def _is_place(zone: str) -> bool:
    """Zones named for a place, and UTC; not the database's technical ones."""
    return zone == "UTC" or ("/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/")))


class PersonChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """People by name and address: two may have one name."""

    def label_from_instance(self, obj: Model) -> str:
        assert isinstance(obj, User)  # noqa: S101
        return f"{obj.name} ({obj.email})"


class MandateForm(WaypostForm, forms.Form):
    """Who may review or observe whom, from when until when."""

    user = PersonChoiceField(
        User.objects.none(),
        label=_("Person"),
        empty_label=_("Choose"),
        help_text=_("People who hold the role of a reviewer or an observer."),
    )
    role = forms.ChoiceField(label=_("As"), choices=[CHOOSE, *MandateRole.choices])
    party = forms.ModelChoiceField(
        Party.objects.none(),
        label=_("Party under review"),
        required=False,
        empty_label=_("All contributing countries"),
    )
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput(attrs=DAY))
    valid_until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs=DAY), help_text=_("The last day included.")
    )
    declared_conflict = forms.CharField(
        label=_("Declared conflict of interest"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = may_hold_mandates()  # type: ignore[attr-defined]
        parties = Party.objects.filter(archived_at__isnull=True).select_related("country")
        self.fields["party"].queryset = parties  # type: ignore[attr-defined]


class MandateEndForm(WaypostForm, forms.Form):
    """The last day of a mandate, and the one that was shown."""

    valid_until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs=DAY), help_text=_("The last day included.")
    )
    shown_until = forms.DateField(widget=forms.HiddenInput)


NEW_PASSWORD = {"autocomplete": "new-password"}


class AcceptanceForm(WaypostForm, forms.Form):
    """Name and password of a new account."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
        help_text=_("At least 12 characters. Three or four unrelated words are good."),
    )
    password_again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
    )

    def clean_password_again(self) -> str:
        again: str = self.cleaned_data["password_again"]
        if self.cleaned_data.get("password") not in (None, again):
            raise forms.ValidationError(_("The two passwords differ."))
        return again


class ProfileForm(WaypostForm, forms.Form):
    """The person's own name, language and time zone, and how often each kind of mail comes."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, help_text=_("Of the pages and of mail to you.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("Deadlines stay in the zone of the party that has to keep them."),
    )

    def __init__(
        self, *args: Any, kinds: Iterable[Kind], party: Party | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choices("language", [("", _("As the browser asks")), *languages()])
        self.has_party = party is not None
        self._choices("time_zone", [("", self._zone_unless_chosen(party)), *zone_choices()])
        self.kinds = {f"kind_{n}": kind for n, kind in enumerate(kinds)}
        for field, kind in self.kinds.items():
            choices = [(f.value, f.label) for f in kind.frequencies]
            self.fields[field] = forms.ChoiceField(label=str(kind.label), choices=choices)

    @staticmethod
    def _zone_unless_chosen(party: Party | None) -> str:
        if party is None:
            return gettext("None of these: UTC")
        return gettext("As the party: %(zone)s") % {"zone": party.time_zone.replace("_", " ")}

    def _choices(self, field: str, choices: list[Any]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    @property
    def mail_fields(self) -> list[forms.BoundField]:
        """The fields of the choices, for the page's second part."""
        return [self[field] for field in self.kinds]

    def choices(self) -> dict[str, str]:
        """kind -> frequency, as chosen."""
        return {kind.code: self.cleaned_data[field] for field, kind in self.kinds.items()}
