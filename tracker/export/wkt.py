"""GeoJSON as well-known text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# How deep the coordinates of a type lie in lists.
DEPTHS = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3,
}  # fmt: skip


def to_wkt(geometry: Mapping[str, Any]) -> str | None:
    """`POINT (1 2)`, `POLYGON ((…))`; None for a geometry of another type."""
    kind = geometry.get("type")
    if kind not in DEPTHS:
        return None
    coordinates = geometry["coordinates"]
    return f"{kind.upper()} {_written([coordinates] if kind == 'Point' else coordinates, max(DEPTHS[kind], 1))}"


def _written(coordinates: Sequence[Any], depth: int) -> str:
    if depth > 1:
        return f"({', '.join(_written(inner, depth - 1) for inner in coordinates)})"
    return f"({', '.join(' '.join(_number(axis) for axis in point) for point in coordinates)})"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)
