"""`manage.py run_jobs`: the processes of the job engine, for where `serve` does not run them."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dhis2api.embedded.job_processes import ROLES


class Command(BaseCommand):
    help = "Run workers and scheduler until Ctrl-C; `serve` does so itself. Any number may run, on any machine."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("roles", nargs="*", metavar="ROLE", help=f"{', '.join(ROLES)}; all, if none is named")

    def handle(self, *args: Any, roles: list[str], **options: Any) -> None:
        os.execv(sys.executable, [sys.executable, "-m", "dhis2api.embedded.job_processes", *roles])
