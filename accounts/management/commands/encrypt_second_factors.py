from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from accounts.services.second_factor import encrypt_anew


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of all second factors anew under SECRET_KEY, so that the keys in "
        "SECRET_KEY_FALLBACKS are no longer needed for them."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = encrypt_anew()
        except InvalidToken as error:
            raise CommandError(
                "A second factor is under a key that neither SECRET_KEY nor "
                "SECRET_KEY_FALLBACKS names. Nothing was changed."
            ) from error
        self.stdout.write(f"Encrypted anew: {count}")
