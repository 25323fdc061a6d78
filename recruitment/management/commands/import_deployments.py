import json
import sys
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import DomainError
from recruitment.imports.deployments import ImportResult, import_deployments
from recruitment.imports.reading import Unreadable

REFUSED, UNREADABLE = 1, 2


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2024-03-31") from error


class Command(BaseCommand):
    help = "Import a published file of deployment figures: all of it, or nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--published", type=_day, metavar="DATE", help="day of publication")
        parser.add_argument("--dry-run", action="store_true", help="count, store nothing")
        parser.add_argument(
            "--skip-rejected",
            action="store_true",
            help="leave out the rejected rows, keep the rest",
        )
        parser.add_argument("--json", action="store_true", help="print the result as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = import_deployments(
                options["file"],
                by=None,
                published=options["published"],
                dry_run=options["dry_run"],
                skip_rejected=options["skip_rejected"],
            )
        except (Unreadable, DomainError) as error:
            raise CommandError(f"{options['file']}: {error}", returncode=UNREADABLE) from error
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
        else:
            self._tell(result)
        if not result.accepted:
            sys.exit(REFUSED)

    def _tell(self, result: ImportResult) -> None:
        values = result.as_json()
        for row in (*values["rejected"], *values["conflict_rows"]):
            self.stdout.write("line {line}, {column}: {value!r}. {message}".format(**row))
            for more in row.get("also", ()):
                self.stdout.write("    also {column}: {value!r}. {message}".format(**more))
        self.stdout.write(self._verdict(result))
        self.stdout.write(
            "{rows_read} rows read, {totals_rows} totals rows, {duplicates} duplicates, "
            "{rejections} rejected, {conflicts} conflicts".format(
                rejections=len(values["rejected"]), **values
            )
        )
        self.stdout.write(
            "figures: {stored} stored, {changed} changed, {unchanged} unchanged, "
            "{absent} absent".format(**values)
        )

    def _verdict(self, result: ImportResult) -> str:
        if not result.accepted:
            return "Refused: nothing was stored."
        if result.dry_run:
            return "Would be accepted; nothing was stored."
        if result.outcome.known_already:
            return "This file was imported before; nothing changed."
        return "Accepted."
