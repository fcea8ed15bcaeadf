"""`manage.py snapshot NAME`: remember the database and the files as they are now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dhis2api.embedded.home import EmbeddedError
from dhis2api.embedded.snapshots import delete_snapshot, list_snapshots, take_snapshot


class Command(BaseCommand):
    help = "Copy the database and the files under a name, while the server runs. `reset NAME` puts them back."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("name", nargs="?", help="a letter, then up to 30 letters, digits, '-' or '_'")
        what.add_argument("--list", action="store_true", help="print the names of all snapshots")
        what.add_argument("--delete", metavar="NAME", help="remove a snapshot")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["list"]:
                self.stdout.write("\n".join(list_snapshots()))
            elif options["delete"]:
                delete_snapshot(options["delete"])
            else:
                take_snapshot(options["name"])
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
