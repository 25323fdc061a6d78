from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.services.invitations import invite_first_administrator
from common.errors import DomainError


class Command(BaseCommand):
    help = (
        "Print a single-use link, good for seven days, by which the address becomes a portal "
        "administrator. An earlier link for it stops working."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            link = invite_first_administrator(email=options["email"])
        except (ValidationError, DomainError) as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(link)
