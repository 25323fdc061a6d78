from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.services import reference as accounts
from actionplans.services import reference as actionplans
from common.errors import DomainError
from monitoring.services import search
from recruitment.services import reference as recruitment


class Command(BaseCommand):
    help = "Load countries, catalogue, missions and targets from the portal's own files."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            accounts.load()
            actionplans.load()
            recruitment.load()
            search.follow_reference()
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Reference data is in place.")
