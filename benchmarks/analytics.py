"""Analytics tables over many data values, against one CREATE TABLE AS SELECT of the same join with the same indexes.

The floor has no checks, no partitions and no swap, and its statistics of outliers are there before. All the while a
client reads the API of a real server over the same database.
"""

from __future__ import annotations

import http.client
import multiprocessing
import statistics
import time
from types import TracebackType
from urllib.parse import urlsplit

from django.db import connection, connections
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from analytics.dimensions import load_dimensions
from analytics.hands import SESSION, ManyHands, OwnHands, hand_count, session_values
from analytics.plans import Plan, Update
from analytics.running import Unattended
from analytics.table_types import TableType
from analytics.tables.data_values import STATISTICS, data_value_plans
from analytics.updating import SETTINGS, update_latest, update_tables
from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure
from configuration.settings import system_settings
from tests.harness.client import basic
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess

# Ten years of monthly values of twenty elements with five option combos each, facility by facility.
FILL = """
    TRUNCATE datavalue;
    INSERT INTO metadata_period (iso, period_type, start_date, end_date)
    SELECT to_char(day, 'YYYYMM'), 'Monthly', day::date, (day + interval '1 month - 1 day')::date
    FROM generate_series('2015-01-01'::date, '2024-12-01', '1 month') AS day ON CONFLICT DO NOTHING;
    INSERT INTO datavalue
    SELECT element.id, period.id, unit.id, combo.id, attribute.id, false, false, now(), now(),
        (1 + (unit.id * 31 + period.id * 17 + element.id * 7 + combo.id) % 997)::text, NULL, 'old'
    FROM (SELECT id FROM metadata_organisationunit WHERE hierarchy_level = 4 ORDER BY id) AS unit
    CROSS JOIN (SELECT id FROM metadata_dataelement
                WHERE value_type IN ('NUMBER', 'INTEGER', 'INTEGER_ZERO_OR_POSITIVE') ORDER BY id LIMIT 20) AS element
    CROSS JOIN (SELECT id FROM metadata_categoryoptioncombo ORDER BY id LIMIT 5) AS combo
    CROSS JOIN (SELECT id FROM metadata_categoryoptioncombo WHERE uid = 'HllvX50cXC0') AS attribute
    CROSS JOIN (SELECT id FROM metadata_period WHERE start_date BETWEEN '2015-01-01' AND '2024-12-31'
                AND period_type = 'Monthly') AS period
    LIMIT {size};
"""
CHANGE = """
    UPDATE datavalue SET value = '5', last_updated = clock_timestamp()
    WHERE ctid IN (SELECT ctid FROM datavalue TABLESAMPLE SYSTEM (1) LIMIT {size})
"""
OTHERS = frozenset(TableType) - {TableType.DATA_VALUE}
FLOOR = "floor_of_analytics"
COUNTS = "SELECT count(*), sum(value), sum(std_dev) > 0, max(year) FROM {}"
PAUSE_SECONDS = 0.05  # between two requests
IDLE_SECONDS = 10.0
HEADERS = {"Authorization": basic("admin", "district")}
PATHS = ("/api/dataElements?fields=id,name&pageSize=50", "/api/organisationUnits?level=2&fields=id,name", "/api/me")


class Reader:
    """Reads the API without a pause in a `with` block, in a process of its own; then `seconds` are there."""

    def __init__(self, database: OwnDatabase) -> None:
        context = multiprocessing.get_context("fork")
        self._server = WebProcess(database)
        self._stop = context.Event()
        self._receiver, self._sender = context.Pipe(duplex=False)
        self._context = context
        self.seconds: list[float] = []
        self.failed = 0

    def __enter__(self) -> Reader:
        connections.close_all()
        self._server.__enter__()
        self._process = self._context.Process(target=self._read)
        self._process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self.seconds, self.failed = self._receiver.recv()
        self._process.join()
        self._server.__exit__(kind, error, trace)

    def _read(self) -> None:
        client = http.client.HTTPConnection(urlsplit(self._server.url).netloc, timeout=120)
        seconds, failed = [], 0
        while not self._stop.wait(PAUSE_SECONDS):
            started = time.perf_counter()
            client.request("GET", PATHS[len(seconds) % len(PATHS)], headers=HEADERS)
            answer = client.getresponse()
            answer.read()
            seconds.append(time.perf_counter() - started)
            failed += answer.status != 200
        self._sender.send((seconds, failed))


def run(database: OwnDatabase, sizes: tuple[int, ...]) -> None:
    """Build the tables of each size, and print what it took and what a reader saw.

    Errors: AssertionError where our table and the floor's do not have the same rows.
    """
    cases: list[Case] = []
    reads: list[tuple[str, Reader]] = []
    for size in sizes:
        stored = _fill(size)
        with Reader(database) as before:
            time.sleep(IDLE_SECONDS)
        with Reader(database) as during:
            full = measure(_build)
        with Reader(database):
            floor = measure(_floor, prepare=_prepare_floor)
        _compare()
        changed = _execute(CHANGE.format(size=stored // 1000))
        latest = measure(_latest)
        cases += [
            Case("full update", stored, full, floor),
            Case(f"latest update, {stored:,} there", changed, latest, None),
        ]
        reads += [(f"{stored:,} values, nothing is built", before), (f"{stored:,} values, full update", during)]
    print_cases("values", cases)
    _print_reads(reads)


def _fill(size: int) -> int:
    stored = 0
    _execute(f"DROP TABLE IF EXISTS {FLOOR}")
    for statement in FILL.format(size=int(size)).split(";"):
        if statement.strip():
            stored = _execute(statement)
    _execute("VACUUM ANALYZE datavalue")
    return stored


def _build() -> str:
    run = Unattended()
    settings = system_settings("keyParallelJobsInAnalyticsTableExport", "keyDatabaseServerCpus")
    with ManyHands(run, hand_count(settings)) as hands:
        return update_tables(Update(timezone.now(), skip_types=OTHERS), hands, run)


def _latest() -> str:
    run = Unattended()
    with ManyHands(run, 2) as hands:
        return update_latest(Update(timezone.now(), skip_types=OTHERS), hands, run)


def _plan() -> Plan:
    hands = OwnHands()
    update = Update(timezone.now(), settings=system_settings(*SETTINGS))
    return next(data_value_plans(update, load_dimensions(hands), hands))


def _prepare_floor() -> None:
    """Statistics of outliers, which the floor finds there."""
    for statement in (f"DROP TABLE IF EXISTS {STATISTICS}", *_plan().before):
        _execute(statement)


def _floor() -> None:
    """One statement for all rows, and one for each index."""
    plan = _plan()
    with connection.cursor() as cursor:
        cursor.execute(SESSION, session_values(1))
        values = ", ".join(column.selection for column in plan.columns)
        cursor.execute(f"CREATE UNLOGGED TABLE {FLOOR} AS SELECT {values} {plan.source}")
        for column in plan.columns:
            for what in column.indexes():
                cursor.execute(f"CREATE INDEX ON {FLOOR} ({what})")
        cursor.execute(f"ANALYZE {FLOOR}")


def _compare() -> None:
    """The floor goes when its work is done."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS.format("analytics"))
        ours = cursor.fetchone()
        cursor.execute(COUNTS.format(FLOOR))
        theirs = cursor.fetchone()
    if ours != theirs:
        raise AssertionError(f"rows and sum of values: {ours}, the floor has {theirs}")
    _execute(f"DROP TABLE {FLOOR}, {STATISTICS}")


def _execute(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement)
        return int(cursor.rowcount)


def _print_reads(reads: list[tuple[str, Reader]]) -> None:
    table = Table("reads of the API during", "requests", "failed", "p50 ms", "p95 ms", "longest ms")
    for name, reader in reads:
        cuts = statistics.quantiles(reader.seconds, n=100)
        table.add_row(
            name, f"{len(reader.seconds):,}", str(reader.failed), f"{cuts[49] * 1000:,.0f}", f"{cuts[94] * 1000:,.0f}",
            f"{max(reader.seconds) * 1000:,.0f}",
        )  # fmt: skip
    Console().print(table)
