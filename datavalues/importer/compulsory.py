"""Compulsory operands: values that must be there before a data set is complete (DHIS2 2.42, completeDate)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO

# Compulsory operands without a value, cell by cell; values of the import at hand count.
UNFILLED = """
    SELECT cell.number, data_set.compulsory_fields_complete_only, element.name,
           CASE WHEN combo.uid <> %(default)s THEN combo.name END
    FROM unnest(%(data_sets)s::int[], %(periods)s::int[], %(units)s::int[], %(combos)s::int[]) WITH ORDINALITY
        AS cell (data_set, period, unit, combo, number)
    JOIN metadata_dataset data_set ON data_set.id = cell.data_set
    JOIN metadata_compulsoryoperand operand ON operand.data_set_id = cell.data_set
    JOIN metadata_dataelement element ON element.id = operand.data_element_id
    LEFT JOIN metadata_categoryoptioncombo combo ON combo.id = operand.category_option_combo_id
    WHERE NOT EXISTS (
        SELECT 1 FROM datavalue stored
        WHERE stored.data_element_id = operand.data_element_id AND stored.period_id = cell.period
          AND stored.organisation_unit_id = cell.unit AND stored.attribute_option_combo_id = cell.combo
          AND stored.category_option_combo_id
              = coalesce(operand.category_option_combo_id, stored.category_option_combo_id)
          AND stored.value IS NOT NULL AND NOT stored.deleted
    )
    ORDER BY cell.number, operand.id
"""

Cell = tuple[int, int, int, int]  # primary keys of data set, period, org unit and attribute option combo


@dataclass(slots=True)
class Unfilled:
    """The operands that lack a value; `blocks` if their data set insists on them."""

    blocks: bool
    names: list[str]


def unfilled_operands(cells: Iterable[Cell]) -> dict[Cell, Unfilled]:
    """What is missing in each of the cells; one query."""
    wanted = list(cells)
    if not wanted:
        return {}
    found: dict[Cell, Unfilled] = {}
    names: dict[Cell, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(UNFILLED, columns_of(wanted) | {"default": DEFAULT_CATEGORY_OPTION_COMBO})
        for number, blocks, element, combo in cursor.fetchall():
            cell = wanted[number - 1]
            names[cell].append(f"{element} {combo}" if combo else element)
            found.setdefault(cell, Unfilled(blocks, names[cell]))
    return found


def columns_of(cells: Iterable[Cell]) -> dict[str, list[int]]:
    """Cells as the arrays that statements take."""
    names = ("data_sets", "periods", "units", "combos")
    return {name: list(column) for name, column in zip(names, zip(*cells, strict=True), strict=True)}
