from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.management import call_command
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def make_cache_table(using: str, **kwargs: Any) -> None:
    """The table that limits of tries are counted in; there already after the first time."""
    call_command("createcachetable", database=using, verbosity=0)


def remember_second_factor(request: Any, user: Any, **kwargs: Any) -> None:
    """Let the new session know from the start whether it may go on."""
    from accounts.second_factor import is_settled

    is_settled(request, user)


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from accounts.models import Institution, Invitation, Party
        from accounts.services.audit import add_subjects, add_words

        post_migrate.connect(make_cache_table, sender=self)
        user_logged_in.connect(remember_second_factor, dispatch_uid="accounts.second_factor")
        add_words(
            {
                "second_factor.added": _("Second factor set up"),
                "second_factor.removed": _("Second factor removed"),
                "second_factor.reset": _("Second factor reset"),
                "second_factor.encrypted_anew": _("Second factor encrypted anew"),
                "session.ended": _("Session ended"),
            }
        )
        add_subjects(
            Institution.objects.all(),
            Invitation.objects.all(),
            Party.objects.select_related("country"),
        )
