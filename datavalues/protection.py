"""What data values forbid: deleting the metadata that they are kept by.

The value table has no foreign keys (they would make a bulk insert several times slower). Instead an import holds a
share lock on every row of metadata that it refers to until it commits, a deletion locks its rows before it looks
here, and these vetoes see every committed value.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from psycopg2 import sql

from datavalues.models import CompleteDataSetRegistration, DataApproval
from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.errors import E1121
from metadata.option_combos import register_holder

HINT = "DataValue"

# Which of these keys appear in a column of the value table; one index probe a key, or one scan for the columns that
# no index begins with.
HELD = """
    SELECT key FROM unnest(%(keys)s) AS key
    WHERE EXISTS (SELECT 1 FROM datavalue WHERE {column} = key)
"""


def register() -> None:
    """Hang the vetoes into the import of metadata."""
    hooks_of("dataElement").vetoes.append(lambda keys: _veto("data_element_id", keys))
    hooks_of("organisationUnit").vetoes.append(lambda keys: _veto("organisation_unit_id", keys))
    hooks_of("dataElement").check_all.append(value_types_are_kept)
    register_holder(held_option_combos, HINT)


def value_types_are_kept(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E1121: a data element with data keeps its value type."""
    changed = {
        item.pk: item for item in objects
        if item.stored is not None and item.values.get("value_type") not in (None, item.stored["value_type"])
    }  # fmt: skip
    for key in _held("data_element_id", list(changed)):
        changed[key].faults.append(Fault(E1121, (changed[key].uid,), "valueType", main_id=changed[key].uid))


def held_option_combos(keys: Sequence[int]) -> set[int]:
    """The option combos that data is kept by, as category or as attribute option combo, or is complete or approved."""
    held = _held("category_option_combo_id", keys) | _held("attribute_option_combo_id", keys)
    for model in (CompleteDataSetRegistration, DataApproval):
        rows = model.objects.filter(attribute_option_combo_id__in=keys)
        held.update(rows.values_list("attribute_option_combo_id", flat=True).distinct())
    return held


def _held(column: str, keys: Sequence[int]) -> set[int]:
    if not keys:
        return set()
    with connection.cursor() as cursor:
        query = sql.SQL(HELD).format(column=sql.Identifier(column))
        cursor.execute(query.as_string(cursor.connection), {"keys": list(keys)})
        return {row[0] for row in cursor.fetchall()}


def _veto(column: str, keys: Sequence[int]) -> dict[int, str]:
    return dict.fromkeys(_held(column, keys), HINT)
