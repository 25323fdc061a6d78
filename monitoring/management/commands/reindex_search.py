from typing import Any

from django.core.management.base import BaseCommand

from monitoring.services import search


class Command(BaseCommand):
    help = "Bring the search index to everything that can be found; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{search.reindex()} entries can be searched.")
