"""Geometries: GeoJSON of the types that maps draw, and whether one suits a feature type."""

from __future__ import annotations

from typing import Any

from dhis2api.errors import ApiError
from tracker.errors import BODY_MEMBER

# How deep the positions of a type lie; by the type in lower case, for clients spell it as they like.
DEPTHS = {
    "point": ("Point", 0), "multipoint": ("MultiPoint", 1), "linestring": ("LineString", 1),
    "multilinestring": ("MultiLineString", 2), "polygon": ("Polygon", 2), "multipolygon": ("MultiPolygon", 3),
}  # fmt: skip
FEATURES = {"Point": "POINT", "Polygon": "POLYGON", "MultiPolygon": "MULTI_POLYGON"}
MOST_POSITIONS = 100_000
SHORTEST_RING = 4
LARGEST = 1e9  # metres of a projection, at most


def check_geometry(geometry: Any) -> dict[str, Any]:
    """A geometry as it is stored, its type spelt as the standard does. Errors: 400 for what is none."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    known = DEPTHS.get(kind.lower()) if isinstance(kind, str) else None
    if known is None:
        raise _refuse("it has no known type")
    name, depth = known
    coordinates = geometry.get("coordinates")
    if _count(coordinates, depth, is_ring=name in ("Polygon", "MultiPolygon")) > MOST_POSITIONS:
        raise _refuse(f"it has more than {MOST_POSITIONS} positions")
    return {"type": name, "coordinates": coordinates}


def suits(geometry: dict[str, Any], feature_type: str) -> bool:
    """Whether a geometry is of a feature type; none is of NONE."""
    return FEATURES.get(geometry["type"]) == feature_type


def _count(coordinates: Any, depth: int, *, is_ring: bool) -> int:
    """The number of positions, all of which are numbers. Errors: 400."""
    if not isinstance(coordinates, list) or not coordinates:
        raise _refuse("its coordinates are no list")
    if depth == 0:
        if not 2 <= len(coordinates) <= 4 or not all(map(_is_number, coordinates)):
            raise _refuse("a position is two numbers or more")
        return 1
    if depth == 1 and is_ring and (len(coordinates) < SHORTEST_RING or coordinates[0] != coordinates[-1]):
        raise _refuse("a ring ends where it begins")
    return sum(_count(part, depth - 1, is_ring=is_ring) for part in coordinates)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST < value < LARGEST


def _refuse(reason: str) -> ApiError:
    return ApiError(BODY_MEMBER, f"Geometry cannot be read: {reason}")
