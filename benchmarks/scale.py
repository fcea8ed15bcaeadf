"""Imports into a table that already holds millions of values: new ones, and a mix of unchanged, changed and new."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from benchmarks import datavalues
from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure

PRESENT = 10_000_000
UNCHANGED, CHANGED = 0.90, 0.05  # of a mixed set; the rest is new

# Values of periods long ago, under the demo's own elements and facilities, as an old system has them.
FILL = """
    INSERT INTO metadata_period (iso, period_type, start_date, end_date)
    SELECT to_char(day, 'YYYYMM'), 'Monthly', day::date, (day + interval '1 month - 1 day')::date
    FROM generate_series('1900-01-01'::date, '2009-12-01', '1 month') AS day ON CONFLICT DO NOTHING;
    INSERT INTO datavalue
    SELECT element.id, period.id, unit.id, combo.id, combo.id, false, false, now(), now(), '5', NULL, 'old'
    FROM (SELECT id FROM metadata_dataelement WHERE value_type IN ('NUMBER', 'INTEGER', 'INTEGER_ZERO_OR_POSITIVE')
          ORDER BY id LIMIT 20) AS element
    CROSS JOIN (SELECT id FROM metadata_organisationunit WHERE hierarchy_level = 4) AS unit
    CROSS JOIN (SELECT id FROM metadata_period WHERE start_date BETWEEN '1900-01-01' AND '2009-12-31'
                AND period_type = 'Monthly' ORDER BY iso DESC) AS period
    CROSS JOIN (SELECT id FROM metadata_categoryoptioncombo WHERE uid = 'HllvX50cXC0') AS combo
    LIMIT {present}
"""


def run(size: int, present: int) -> None:
    """Import `size` new values into an empty table and into one of `present`, and then a mixed set."""
    body = datavalues.payload(size)
    datavalues.empty_table()
    empty = measure(lambda: datavalues.import_values(body), prepare=datavalues.warm_up)
    datavalues.empty_table()
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(present=int(present)))
        cursor.execute("ANALYZE datavalue")
        cursor.execute("SELECT count(*) FROM datavalue")
        stored = cursor.fetchone()[0]
    full = measure(lambda: datavalues.import_values(body), prepare=datavalues.warm_up)
    mixture = _mixed(size)
    mixed = measure(lambda: datavalues.import_values(mixture), prepare=datavalues.warm_up)
    counts = mixed.result
    found = (counts.unchanged, counts.updated, counts.imported)
    expected = (round(size * UNCHANGED), round(size * CHANGED), size - round(size * UNCHANGED) - round(size * CHANGED))
    if found != expected:
        raise AssertionError(f"unchanged, updated, imported: {found}, expected {expected}")
    cases = [
        Case("import, new values, empty table", size, empty, None),
        Case(f"import, new values, {stored:,} there", size, full, empty),
        Case("import, 90 % unchanged, 5 % changed, 5 % new", size, mixed, full),
    ]
    print_cases("values", cases)


def _mixed(size: int) -> bytes:
    """The set of `datavalues.payload` with another value at some places, and others of an element of its own."""
    values: list[dict[str, Any]] = json.loads(datavalues.payload(size))["dataValues"]
    changed, new = round(size * CHANGED), size - round(size * UNCHANGED) - round(size * CHANGED)
    for value in values[:changed]:
        value["value"] = "998"
    for value in values[changed : changed + new]:
        value["period"] = "189" + value["period"][3:]
    return json.dumps({"dataValues": values}).encode()
