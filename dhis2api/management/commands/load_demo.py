"""`manage.py load_demo`: fill the database with the demo, a national health information system."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dhis2api.demo.load import DemoRefused, load


class Command(BaseCommand):
    help = "Load the demo through the import services. Loading it again is harmless."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=int, default=1, help="multiply facilities and data values (default 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        scale: int = options["scale"]
        if scale < 1:
            raise CommandError(f"--scale must be 1 or more, not {scale}.")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns) as bars:
            tasks = {}

            def show(part: str, done: int, total: int) -> None:
                if part not in tasks:
                    tasks[part] = bars.add_task(f"Demo: {part.lower()}", total=total)
                bars.update(tasks[part], completed=done, total=total)

            try:
                load(scale, show)
            except DemoRefused as refusal:
                raise CommandError(str(refusal)) from refusal
