from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Membership, Party
from common.errors import DomainError
from monitoring.demo import load_demo
from monitoring.demo.cast import PASSWORD

# Countries whose people are named after the same pattern as Nigeria's.
SIMILAR = ("ARG", "PAK", "ZAF")


class Command(BaseCommand):
    help = "Fill an empty portal with four pilot countries, DPKO and a partner, all illustrative."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="leave a portal that has parties as it is",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["if_empty"] and Party.objects.exists()):
            try:
                load_demo()
            except DomainError as error:
                raise CommandError(str(error.message)) from error
        if Party.objects.filter(is_illustrative=True).exists():
            self._print_accounts()

    def _print_accounts(self) -> None:
        """One account of each role in each kind of party; README says how the others are named."""
        self.stdout.write(f"Demo accounts, all with the password {PASSWORD}:")
        shown: set[tuple[str, str]] = set()
        rows = Membership.objects.current().exclude(party__code__in=SIMILAR)
        rows = rows.select_related("user", "party", "institution")
        for row in rows.order_by("party__kind", "party__code", "role", "user__email"):
            kind = row.party.kind if row.party else ""
            if (kind, row.role) in shown:
                continue
            shown.add((kind, row.role))
            where = row.institution or row.party or "Waypost"
            self.stdout.write(f"  {row.user.email:40} {row.get_role_display()}, {where}")
