"""Tables with a name and a uid column for each dimension: group sets of units, elements, indicators; categories."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from analytics.identifiers import literal, quoted

LONGEST_BYTES = 63  # of a name in PostgreSQL
OF_POSTGRESQL = {"ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"}  # columns that every table has
_FOREIGN = re.compile(r"[^A-Za-z0-9. _+\-/?@#$%^&*\",:]+")


@dataclass(frozen=True, slots=True)
class Dimension:
    """One group set or category: two columns."""

    uid: str
    column: str  # that of names


def name_dimensions(found: Sequence[tuple[str, str]], taken: Collection[str]) -> list[Dimension]:
    """The columns of dimensions given as uid and short name.

    Source: DHIS2 2.42, resource tables: characters that a name may not have become one underscore, none at its
    beginning, and names are made unique.
    """
    used = {*taken, *OF_POSTGRESQL, *(uid for uid, _ in found)}
    dimensions: list[Dimension] = []
    for uid, short_name in dict(found).items():
        if uid in taken:  # an object named like a column that is always there has none of its own
            continue
        wanted = _FOREIGN.sub("_", short_name).lstrip("_")[:LONGEST_BYTES] or uid + "_name"
        column, number = wanted, 1
        while column in used:
            number += 1
            column = f"{wanted[: LONGEST_BYTES - 6]}_{number}"
        used.add(column)
        dimensions.append(Dimension(uid, column))
    return dimensions


def definitions(dimensions: Sequence[Dimension]) -> list[str]:
    """The columns of dimensions."""
    return [
        definition
        for one in dimensions
        for definition in (f"{quoted(one.column)} character varying(255)", f"{quoted(one.uid)} character(11)")
    ]


def pivoted(owners: str, fixed: Sequence[str], members: str, dimensions: Sequence[Dimension]) -> str:
    """SELECT of the fixed columns of every owner (alias `owner`) and of its member in each dimension.

    Shapes: `members` gives rows of `owner_id`, `dimension` (uid), `id`, `uid`, `name`; the first by id counts.
    """
    if not dimensions:
        return f"SELECT {', '.join(fixed)} FROM {owners} AS owner"
    picked = ", ".join(
        f"max({column}) FILTER (WHERE dimension = {literal(one.uid)})"
        for one in dimensions
        for column in ("name", "uid")
    )
    columns = ", ".join(f"c{number}" for number in range(2 * len(dimensions)))
    return f"""
        WITH member AS ({members}),
        chosen AS (
            SELECT DISTINCT ON (owner_id, dimension) owner_id, dimension, uid, name
            FROM member ORDER BY owner_id, dimension, id
        ),
        flat (owner_id, {columns}) AS (SELECT owner_id, {picked} FROM chosen GROUP BY owner_id)
        SELECT {", ".join(fixed)}, {columns}
        FROM {owners} AS owner LEFT JOIN flat ON flat.owner_id = owner.id
    """
