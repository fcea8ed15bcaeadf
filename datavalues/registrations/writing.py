"""Stored registrations are found and deleted by one statement each."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from datavalues.importer.compulsory import Cell, columns_of

CELLS = """
    unnest(%(data_sets)s::int[], %(periods)s::int[], %(units)s::int[], %(combos)s::int[])
        AS cell (data_set, period, unit, combo)
"""
STORED = f"""
    -- which of the cells have a registration
    SELECT cell.* FROM {CELLS} JOIN datavalues_completedatasetregistration stored
      ON (stored.data_set_id, stored.period_id, stored.organisation_unit_id, stored.attribute_option_combo_id)
       = (cell.data_set, cell.period, cell.unit, cell.combo)
"""
DELETE = f"""
    DELETE FROM datavalues_completedatasetregistration stored USING {CELLS}
    WHERE (stored.data_set_id, stored.period_id, stored.organisation_unit_id, stored.attribute_option_combo_id)
        = (cell.data_set, cell.period, cell.unit, cell.combo)
"""


def find_stored(cells: Iterable[Cell]) -> set[Cell]:
    """The cells that have a registration."""
    wanted = list(cells)
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(STORED, columns_of(wanted))
        return set(cursor.fetchall())


def delete(cells: Iterable[Cell]) -> None:
    """Delete the registrations of cells; there need not be any."""
    wanted = list(cells)
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(DELETE, columns_of(wanted))
