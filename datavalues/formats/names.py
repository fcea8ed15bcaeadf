"""The identifiers that a value is written with, as SQL texts in the form of one format."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg2 import sql


@dataclass(frozen=True, slots=True)
class Names:
    """Null where an object has no identifier in the output scheme."""

    element: sql.Composable
    unit: sql.Composable
    combo: sql.Composable
    attribute_combo: sql.Composable
