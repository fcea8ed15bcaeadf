"""`manage.py serve`: everything that the server needs, in one foreground process."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run PostgreSQL, Redis and the web server until Ctrl-C. Environment: PORT, BIND, DEMO, DHIS2API_HOME."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--with-parent", action="store_true", help="end when the process that started it ends")

    def handle(self, *args: Any, with_parent: bool, **options: Any) -> None:
        # The supervisor takes this process's place: it needs no Django, and keeps none in memory.
        arguments = ["--with-parent"] if with_parent else []
        os.execv(sys.executable, [sys.executable, "-m", "dhis2api.embedded", *arguments])
