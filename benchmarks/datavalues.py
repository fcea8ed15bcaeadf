"""Data value sets in each format: import of new values, the same again, and export, at n and 10 n."""

from __future__ import annotations

import io
import itertools
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks import floor
from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure
from datavalues.export import FORMATS as EXPORTS
from datavalues.export import export_data_value_set
from datavalues.export_query import compile_query
from datavalues.formats.adx import ADX
from datavalues.importer import import_data_value_set
from datavalues.params import ExportParams, ImportParams
from dhis2api.web.xml import DXF
from metadata.models import CategoryCombo, DataElement, DataSet, DataSetElement, OrganisationUnit
from metadata.models.categories import DEFAULT_CATEGORY_COMBO
from users.models import User

ROOT = "ImspTQPwCqd"
PERIODS = [f"{year}{month:02}" for year in range(2010, 2020) for month in range(1, 13)]


FORMATS = ("json", "xml", "csv", "adx")
Key = tuple[str, str, str]  # period, org unit, data element, by uid


def keys(size: int) -> list[Key]:
    """`size` distinct keys over the demo's elements, facilities and ten years, in random order."""
    elements = list(
        DataElement.objects.filter(value_type__in=("NUMBER", "INTEGER", "INTEGER_ZERO_OR_POSITIVE"))
        .order_by("pk").values_list("uid", flat=True)[:20]
    )  # fmt: skip
    units = list(OrganisationUnit.objects.filter(hierarchy_level=4).order_by("pk").values_list("uid", flat=True))
    found = list(itertools.islice(itertools.product(PERIODS, units, elements), size))
    random.Random(7).shuffle(found)
    return found


def payload(size: int, format: str = "json") -> bytes:
    """A set of `size` values in a format; in ADX ordered by its groups, in the others in random order."""
    return PAYLOADS[format]([(*key, str(number % 997 + 1)) for number, key in enumerate(keys(size))])


def _json(values: list[tuple[str, ...]]) -> bytes:
    names = ("period", "orgUnit", "dataElement", "value")
    return json.dumps({"dataValues": [dict(zip(names, value, strict=True)) for value in values]}).encode()


def _xml(values: list[tuple[str, ...]]) -> bytes:
    items = "".join(
        f'<dataValue dataElement="{element}" period="{period}" orgUnit="{unit}" value="{text}"/>'
        for period, unit, element, text in values
    )
    return f'<dataValueSet xmlns="{DXF}">{items}</dataValueSet>'.encode()


def _csv(values: list[tuple[str, ...]]) -> bytes:
    lines = "".join(f"{element},{period},{unit},,,{text}\n" for period, unit, element, text in values)
    return f"dataelement,period,orgunit,categoryoptioncombo,attributeoptioncombo,value\n{lines}".encode()


def _adx(values: list[tuple[str, ...]]) -> bytes:
    """Values whose elements have categories name the default combo: they are stored as those of other formats."""
    pieces = []
    for (period, unit), members in itertools.groupby(sorted(values), key=lambda value: value[:2]):
        pieces.append(f'<group orgUnit="{unit}" period="{period[:4]}-{period[4:]}-01/P1M">')
        pieces += [f'<dataValue dataElement="{each[2]}" categoryOptionCombo="" value="{each[3]}"/>' for each in members]
        pieces.append("</group>")
    return f'<adx xmlns="{ADX}" idScheme="UID">{"".join(pieces)}</adx>'.encode()


PAYLOADS: dict[str, Callable[[list[tuple[str, ...]]], bytes]] = {"json": _json, "xml": _xml, "csv": _csv, "adx": _adx}


def run(sizes: tuple[int, ...], exports: tuple[int, ...]) -> None:
    """Measure all cases and print them."""
    cases = [case for size in sizes for case in _imports(size)]
    for size in exports:
        cases += _exports(size)
    print_cases("values", cases)


def _imports(size: int) -> Iterator[Case]:
    copied = None
    for format in FORMATS:
        body = payload(size, format)
        empty_table()
        first = measure(lambda: import_values(body, format), prepare=warm_up)  # noqa: B023 - called at once
        if copied is None:
            with tempfile.TemporaryDirectory() as folder:
                path = str(Path(folder) / "rows")
                measure(lambda: floor.dump_rows(path))  # noqa: B023 - called at once
                copied = measure(lambda: floor.copy_in(path))  # noqa: B023 - called at once
        again = measure(lambda: import_values(body, format), prepare=warm_up)  # noqa: B023 - called at once
        expected = {"imported": (size, 0), "unchanged": (0, size)}
        for kind, pair in expected.items():
            found = tuple(getattr(m.result, kind) for m in (first, again))
            if found != pair:
                raise AssertionError(f"{format}, {kind}: {found}, expected {pair}")
        yield Case(f"import, {format}, {len(body) / 1e6:.0f} MB, new", size, first, copied)
        yield Case(f"import, {format}, unchanged", size, again, first)


def _exports(size: int) -> Iterator[Case]:
    if _stored() != size:
        empty_table()
        body = payload(size)
        measure(lambda: import_values(body))
    common: dict[str, Any] = {"org_unit": [ROOT], "children": True, "start_date": None, "end_date": None}
    elements = sorted({element for _, _, element in keys(size)})
    data_set = _data_set(elements)
    for format in FORMATS:
        named = {"data_set": [data_set]} if format == "adx" else {"data_element": elements}
        params = ExportParams(**named, **common, period=PERIODS)
        query = compile_query(params, principal=_admin().principal, user_pk=_admin().pk, is_adx=format == "adx")
        statement, parameters = EXPORTS[format].compile(query)
        with connection.cursor() as cursor:
            text = cursor.mogrify(statement.as_string(cursor.connection), parameters).decode()
        copied = measure(lambda: floor.copy_out(text))  # noqa: B023 - called at once
        exported = measure(lambda: _export(params, format), prepare=warm_up)  # noqa: B023 - called at once
        seconds, megabytes = exported.result
        name = f"export, {format}, {megabytes:.0f} MB, first byte {seconds * 1000:.0f} ms"
        yield Case(name, size, exported, copied)


def _data_set(elements: list[str]) -> str:
    """A data set of all the elements that were imported, as ADX shows only what is in one."""
    default = CategoryCombo.objects.get(uid=DEFAULT_CATEGORY_COMBO)
    made, is_new = DataSet.objects.get_or_create(
        uid="BenchDataSe",
        defaults={
            "name": "Benchmark", "short_name": "Benchmark", "code": "BENCHMARK", "period_type": "Monthly",
            "category_combo": default,
        },
    )  # fmt: skip
    if is_new:
        for element in DataElement.objects.filter(uid__in=elements):
            DataSetElement.objects.create(data_set=made, data_element=element)
    return made.uid


def import_values(body: bytes, format: str = "json") -> Any:
    summary = import_data_value_set(io.BytesIO(body), params=ImportParams(), user=_admin(), format=format)
    if summary.conflicts:
        raise AssertionError(next(iter(summary.conflicts.values())))
    return summary.counts


def _export(params: ExportParams, format: str) -> tuple[float, float]:
    """Seconds until the first piece, and megabytes of all."""
    start, first, size = time.perf_counter(), 0.0, 0
    for chunk in export_data_value_set(params, user=_admin(), format=format):
        first = first or time.perf_counter() - start
        size += len(chunk)
    return first, size / 1e6


def warm_up() -> None:
    """Connect and import everything that the first call would."""
    import_values(b'{"dataValues":[]}')


def _admin() -> User:
    return User.objects.get(username="admin")


def empty_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE datavalue")


def _stored() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM datavalue")
        return cursor.fetchone()[0]
