"""Registrations are found, written and deleted by one statement each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from datavalues.importer.compulsory import Cell, columns_of
from datavalues.importer.context import Context

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
# In key order, so that two imports do not wait for each other in a circle.
REGISTER = """
    INSERT INTO datavalues_completedatasetregistration
        (data_set_id, period_id, organisation_unit_id, attribute_option_combo_id, completed, date, stored_by,
         last_updated_by, last_updated)
    SELECT cell.*, %(now)s
    FROM unnest(%(data_sets)s::int[], %(periods)s::int[], %(units)s::int[], %(combos)s::int[], %(completed)s::boolean[],
                %(days)s::date[], %(stored_by)s::text[], %(last_updated_by)s::text[]) AS cell
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (data_set_id, period_id, organisation_unit_id, attribute_option_combo_id) DO UPDATE SET
        completed = excluded.completed, date = excluded.date, stored_by = excluded.stored_by,
        last_updated_by = excluded.last_updated_by, last_updated = excluded.last_updated
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


def register(context: Context, registrations: Mapping[Cell, Any]) -> None:
    """Write registrations (`Accepted` ones), over those that are stored."""
    if not registrations:
        return
    username = context.principal.username
    items = list(registrations.values())
    with connection.cursor() as cursor:
        cursor.execute(
            REGISTER,
            columns_of(registrations) | {
                "completed": [each.item.is_completed for each in items],
                "days": [each.day for each in items],
                "stored_by": [each.item.stored_by or username for each in items],
                "last_updated_by": [each.item.last_updated_by or username for each in items],
                "now": context.now,
            },
        )  # fmt: skip


def delete(cells: Iterable[Cell]) -> None:
    """Delete the registrations of cells; there need not be any."""
    wanted = list(cells)
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(DELETE, columns_of(wanted))
