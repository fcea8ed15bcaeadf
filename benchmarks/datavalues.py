"""Data value sets: import of new values, the same again, and export, at n and 10 n."""

from __future__ import annotations

import io
import itertools
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks import floor
from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure
from datavalues.export import compile_statement, export_data_value_set
from datavalues.export_query import compile_query
from datavalues.formats.json import ROW
from datavalues.importer import import_data_value_set
from datavalues.params import ExportParams, ImportParams
from metadata.models import DataElement, OrganisationUnit
from users.models import User

ROOT = "ImspTQPwCqd"
PERIODS = [f"{year}{month:02}" for year in range(2010, 2020) for month in range(1, 13)]


def payload(size: int) -> bytes:
    """A JSON set of `size` distinct values, in random order, over the demo's elements, facilities and ten years."""
    elements = list(
        DataElement.objects.filter(value_type__in=("NUMBER", "INTEGER", "INTEGER_ZERO_OR_POSITIVE"))
        .order_by("pk").values_list("uid", flat=True)[:20]
    )  # fmt: skip
    units = list(OrganisationUnit.objects.filter(hierarchy_level=4).order_by("pk").values_list("uid", flat=True))
    keys = list(itertools.islice(itertools.product(PERIODS, units, elements), size))
    random.Random(7).shuffle(keys)
    values = [
        {"dataElement": element, "period": period, "orgUnit": unit, "value": str(number % 997 + 1)}
        for number, (period, unit, element) in enumerate(keys)
    ]
    return json.dumps({"dataValues": values}).encode()


def run(sizes: tuple[int, ...], exports: tuple[int, ...]) -> None:
    """Measure all cases and print them."""
    cases = [case for size in sizes for case in _imports(size)]
    for size in exports:
        cases += _exports(size)
    print_cases("values", cases)


def _imports(size: int) -> Iterator[Case]:
    body = payload(size)
    _empty()
    first = measure(lambda: _import(body), prepare=_warm)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "rows")
        measure(lambda: floor.dump_rows(path))
        copied = measure(lambda: floor.copy_in(path))
    again = measure(lambda: _import(body), prepare=_warm)
    expected = {"imported": (size, 0), "unchanged": (0, size)}
    for kind, pair in expected.items():
        found = tuple(getattr(m.result, kind) for m in (first, again))
        if found != pair:
            raise AssertionError(f"{kind}: {found}, expected {pair}")
    yield Case("import, new values", size, first, copied)
    yield Case("import, unchanged", size, again, first)


def _exports(size: int) -> Iterator[Case]:
    if _stored() != size:
        _empty()
        body = payload(size)
        measure(lambda: _import(body))
    params = ExportParams(
        data_element=list(DataElement.objects.values_list("uid", flat=True)), org_unit=[ROOT], children=True,
        start_date=None, end_date=None, period=PERIODS,
    )  # fmt: skip
    query = compile_query(params, principal=_admin().principal, user_pk=_admin().pk)
    statement, parameters = compile_statement(query, ROW)
    with connection.cursor() as cursor:
        text = cursor.mogrify(statement.as_string(cursor.connection), parameters).decode()
    copied = measure(lambda: floor.copy_out(text))
    yield Case("export, JSON", size, measure(lambda: _export(params), prepare=_warm), copied)


def _import(body: bytes) -> Any:
    summary = import_data_value_set(io.BytesIO(body), params=ImportParams(), user=_admin())
    if summary.conflicts:
        raise AssertionError(next(iter(summary.conflicts.values())))
    return summary.counts


def _export(params: ExportParams) -> int:
    return sum(len(chunk) for chunk in export_data_value_set(params, user=_admin(), format="json"))


def _warm() -> None:
    """Connect and import everything that the first call would."""
    _import(b'{"dataValues":[]}')


def _admin() -> User:
    return User.objects.get(username="admin")


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE datavalue")


def _stored() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM datavalue")
        return cursor.fetchone()[0]
