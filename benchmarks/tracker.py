"""Tracker imports: bundles of 500 people by one client, a bundle of 40,000 beside raw COPY, and growth to a million."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from django.db import connection
from rich.console import Console
from rich.table import Table

from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure
from benchmarks.tracker_world import TrackerWorld, build_world, bundle
from tracker.importer.bodies import JSON, decoder_of
from tracker.importer.pipeline import import_tracker_objects
from tracker.importer.report import ImportReport
from tracker.params import TrackerImportParams
from users.models import User

TABLES = ("tracked_entity", "tracked_entity_attribute_value", "enrollment", "program_owner", "event")
BUNDLE = 500
OBJECTS = 4  # of a person: tracked entity, enrollment, two events


def run(sizes: tuple[int, int], total: int) -> None:
    """Import bundles of both sizes, and bundles of 500 until `total` objects are there."""
    world = build_world()
    _print_small(world)
    _print_large(world, sizes)
    _print_growth(world, total)


def import_bundle(body: bytes) -> ImportReport:
    """The whole import, all checks on. Errors: AssertionError where anything was refused."""
    params = TrackerImportParams(run_async=False)
    user = User.objects.get(username="admin")
    report = import_tracker_objects(decoder_of(body, JSON, params), params=params, user=user)
    if report.is_error or report.errors:
        raise AssertionError(report.errors[:3])
    return report


def empty_tables() -> None:
    """Take away everything that was imported."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}")


def _print_small(world: TrackerWorld) -> None:
    """One client, one bundle after the other: people a second, and where the time goes."""
    empty_tables()
    import_bundle(bundle(world, BUNDLE))
    bodies = [bundle(world, BUNDLE, start=BUNDLE * number) for number in range(1, 21)]
    started = time.perf_counter()
    for body in bodies:
        report = import_bundle(body)
    seconds = time.perf_counter() - started
    people = BUNDLE * len(bodies)
    table = Table("bundles of 500", "people/s", "objects/s", *report.to_dict()["timingsStats"]["timers"])
    table.add_row(
        str(len(bodies)), f"{people / seconds:,.0f}", f"{people * OBJECTS / seconds:,.0f}",
        *report.to_dict()["timingsStats"]["timers"].values(),
    )  # fmt: skip
    Console().print(table)


def _print_large(world: TrackerWorld, sizes: tuple[int, int]) -> None:
    cases = []
    for size in sizes:
        empty_tables()
        body, warm = bundle(world, size), bundle(world, 1, start=10**7)
        ours = measure(lambda body=body: import_bundle(body) and None, prepare=lambda warm=warm: import_bundle(warm))
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / table for table in TABLES]
            _dump(paths)
            floor = measure(lambda paths=paths: _copy_in(paths))
        cases.append(Case(f"one bundle, {len(body) / 2**20:.0f} MiB", size, ours, floor))
    print_cases("people", cases)


def _print_growth(world: TrackerWorld, total: int) -> None:
    """Bundles of 500 while objects accumulate, each beside a COPY of as many rows: the probe of the machine."""
    empty_tables()
    bundles = total // (BUNDLE * OBJECTS)
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        import_bundle(bundle(world, BUNDLE))
        paths = [Path(folder) / table for table in TABLES]
        _dump(paths)
        for number in range(1, bundles):
            body = bundle(world, BUNDLE, start=BUNDLE * number)
            started = time.perf_counter()
            import_bundle(body)
            middle = time.perf_counter()
            _copy_in(paths)
            ratios.append((middle - started) / (time.perf_counter() - middle))
    tenth = max(1, len(ratios) // 10)
    first, last = statistics.median(ratios[:tenth]), statistics.median(ratios[-tenth:])
    table = Table("objects", "bundles", "time of COPY, first tenth", "last tenth", "drift")
    table.add_row(f"{total:,}", f"{bundles:,}", f"{first:.1f} x", f"{last:.1f} x", f"{last / first - 1:+.0%}")
    Console().print(table)


def _dump(paths: list[Path]) -> None:
    """Write what is stored as COPY writes it, shuffled, and make empty tables like ours for `_copy_in`."""
    with connection.cursor() as cursor:
        for path in paths:
            cursor.execute(f"DROP TABLE IF EXISTS floor_{path.name}")
            cursor.execute(f"CREATE TABLE floor_{path.name} (LIKE {path.name} INCLUDING ALL)")
            with path.open("wb") as file:
                cursor.copy_expert(f"COPY (SELECT * FROM {path.name} ORDER BY random()) TO STDOUT", file)


def _copy_in(paths: list[Path]) -> None:
    """The floor: COPY of the same rows into tables with the same indexes."""
    with connection.cursor() as cursor:
        for path in paths:
            cursor.execute(f"TRUNCATE floor_{path.name}")
            with path.open("rb") as file:
                cursor.copy_expert(f"COPY floor_{path.name} FROM STDIN", file)
