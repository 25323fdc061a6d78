from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from monitoring.services import search


class Command(BaseCommand):
    help = "Bring the search index to everything that can be found; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anew",
            action="store_true",
            help="write unchanged entries too, after a release that reads words in another way",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{search.reindex(anew=options['anew'])} entries can be searched.")
