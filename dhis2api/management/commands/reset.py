"""`manage.py reset NAME`: put the database and the files back as a snapshot remembers them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dhis2api.embedded.home import EmbeddedError
from dhis2api.embedded.snapshots import reset_to_snapshot


class Command(BaseCommand):
    help = "Put the database and the files back as `snapshot NAME` found them, while the server runs."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="a snapshot; `snapshot --list` prints them")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        try:
            reset_to_snapshot(name)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
