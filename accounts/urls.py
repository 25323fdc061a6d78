from allauth.account import views as allauth
from allauth.mfa.base import views as allauth_mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path, re_path

from accounts.views import (
    administrators,
    institutions,
    invitations,
    log,
    mandates,
    parties,
    people,
    people_lists,
    profile,
    roles,
    security,
    settings,
    sign_in,
)

app_name = "accounts"
urlpatterns = [
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("accounts/profile/", profile.profile, name="profile"),
    path("p/<str:code>/people/", people.people, name="people"),
    path("p/<str:code>/people/invite/", people.invite, name="people-invite"),
    path("p/<str:code>/people/invite/list/", people_lists.invite_list, name="people-invite-list"),
    path("p/<str:code>/people/settings/", settings.party_settings, name="party-settings"),
    path("p/<str:code>/people/<int:pk>/", people.person, name="person"),
    path("p/<str:code>/people/<int:pk>/suspend/", roles.suspend, name="person-suspend"),
    path("p/<str:code>/people/<int:pk>/lift/", roles.lift, name="person-lift"),
    path(
        "p/<str:code>/people/<int:pk>/second-factor/reset/",
        roles.factor_reset,
        name="person-factor-reset",
    ),
    path("p/<str:code>/people/<int:pk>/roles/add/", roles.role_add, name="role-add"),
    path("p/<str:code>/people/<int:pk>/roles/<int:role_pk>/end/", roles.role_end, name="role-end"),
    path(
        "p/<str:code>/people/<int:pk>/roles/<int:role_pk>/change/",
        roles.role_change,
        name="role-change",
    ),
    path(
        "p/<str:code>/people/<int:pk>/roles/<int:role_pk>/until/",
        roles.role_until,
        name="role-until",
    ),
    path(
        "p/<str:code>/people/invitations/<int:pk>/resend/",
        invitations.resend,
        name="invitation-resend",
    ),
    path(
        "p/<str:code>/people/invitations/<int:pk>/revoke/",
        invitations.revoke,
        name="invitation-revoke",
    ),
    path("p/<str:code>/institutions/", institutions.institutions, name="institutions"),
    path("p/<str:code>/institutions/add/", institutions.institution_add, name="institution-add"),
    path(
        "p/<str:code>/institutions/<int:pk>/edit/",
        institutions.institution_edit,
        name="institution-edit",
    ),
    path("p/<str:code>/log/", log.log, name="log"),
    path("monitoring/parties/", parties.parties, name="parties"),
    path("monitoring/parties/open/", parties.party_open, name="party-open"),
    path("monitoring/parties/<str:code>/", parties.party, name="party"),
    path("monitoring/parties/<str:code>/edit/", parties.party_edit, name="party-edit"),
    path("monitoring/parties/<str:code>/archive/", parties.party_archive, name="party-archive"),
    path("monitoring/parties/<str:code>/restore/", parties.party_restore, name="party-restore"),
    path(
        "monitoring/parties/<str:code>/administrators/<int:pk>/end/",
        administrators.country_administrator_end,
        name="administrator-end",
    ),
    path(
        "monitoring/parties/<str:code>/administrators/<int:pk>/second-factor/reset/",
        administrators.country_administrator_factor_reset,
        name="administrator-factor-reset",
    ),
    path(
        "monitoring/parties/<str:code>/invitations/<int:pk>/resend/",
        invitations.administrator_resend,
        name="administrator-resend",
    ),
    path(
        "monitoring/parties/<str:code>/invitations/<int:pk>/revoke/",
        invitations.administrator_revoke,
        name="administrator-revoke",
    ),
    path("monitoring/administrators/", administrators.administrators, name="administrators"),
    path(
        "monitoring/administrators/<int:pk>/end/",
        administrators.portal_administrator_end,
        name="portal-administrator-end",
    ),
    path(
        "monitoring/administrators/invitations/<int:pk>/resend/",
        administrators.portal_invitation_resend,
        name="portal-invitation-resend",
    ),
    path(
        "monitoring/administrators/invitations/<int:pk>/revoke/",
        administrators.portal_invitation_revoke,
        name="portal-invitation-revoke",
    ),
    path("monitoring/mandates/", mandates.mandates, name="mandates"),
    path("monitoring/mandates/grant/", mandates.mandate_grant, name="mandate-grant"),
    path("monitoring/mandates/<int:pk>/extend/", mandates.mandate_extend, name="mandate-extend"),
    path("monitoring/mandates/<int:pk>/revoke/", mandates.mandate_revoke, name="mandate-revoke"),
]

# Under /accounts/: of allauth's pages those that an account by invitation needs, by its names.
sign_in_patterns: list[URLPattern] = [
    path("login/", sign_in.sign_in, name="account_login"),
    path("login/second-factor/", sign_in.second_step, name="mfa_authenticate"),
    path("login/passkey/", sign_in.passkey_sign_in, name="mfa_login_webauthn"),
    path(
        "login/party/cancelled/",
        sign_in.single_sign_on_cancelled,
        name="socialaccount_login_cancelled",
    ),
    path("login/party/<slug:provider_id>/", sign_in.single_sign_on, name="openid_connect_login"),
    path(
        "login/party/<slug:provider_id>/back/",
        sign_in.single_sign_on_callback,
        name="openid_connect_callback",
    ),
    path("logout/", login_not_required(allauth.logout), name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("signup/", allauth.signup, name="account_signup"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("reauthenticate/code/", allauth_mfa.reauthenticate, name="mfa_reauthenticate"),
    path(
        "reauthenticate/passkey/",
        security.passkey_again,
        name="mfa_reauthenticate_webauthn",
    ),
    path("security/", security.overview, name="mfa_index"),
    path("security/set-up/", security.set_up, name="second_factor_set_up"),
    path("security/app/", security.add_app, name="mfa_activate_totp"),
    path("security/app/remove/", security.remove_app, name="mfa_deactivate_totp"),
    path("security/passkeys/add/", security.add_passkey, name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/rename/", security.rename_passkey, name="mfa_edit_webauthn"),
    path("security/passkeys/<int:pk>/remove/", security.remove_passkey, name="mfa_remove_webauthn"),
    path("security/recovery-codes/", security.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "security/recovery-codes/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "security/recovery-codes/download/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("security/sessions/", security.sessions, name="usersessions_list"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/reset/", sign_in.ask_for_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
