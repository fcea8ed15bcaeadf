"""Writes completeness registrations: one statement for any number of cells, wherever they come from."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from datavalues.importer.compulsory import Cell, columns_of
from datavalues.importer.context import Context

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


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration says; names are None for the user's own."""

    day: datetime.date
    is_completed: bool = True
    stored_by: str | None = None
    last_updated_by: str | None = None


def register(context: Context, registrations: Mapping[Cell, Registered]) -> None:
    """Write the registrations of cells, over those that are stored."""
    if not registrations:
        return
    username = context.principal.username
    said = registrations.values()
    with connection.cursor() as cursor:
        cursor.execute(
            REGISTER,
            columns_of(registrations) | {
                "completed": [each.is_completed for each in said],
                "days": [each.day for each in said],
                "stored_by": [each.stored_by or username for each in said],
                "last_updated_by": [each.last_updated_by or username for each in said],
                "now": context.now,
            },
        )  # fmt: skip
