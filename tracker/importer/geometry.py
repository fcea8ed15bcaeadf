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
RINGS = frozenset({"Polygon", "MultiPolygon"})
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
    return {"type": name, "coordinates": _read(geometry.get("coordinates"), depth, name in RINGS, [])}


def suits(geometry: dict[str, Any], feature_type: str) -> bool:
    """Whether a geometry is of a feature type; none is of NONE."""
    return FEATURES.get(geometry["type"]) == feature_type


def _read(sent: Any, depth: int, is_ring: bool, seen: list[None]) -> list[Any]:
    """The coordinates as numbers; `seen` counts positions. Errors: 400."""
    if not isinstance(sent, list) or not sent:
        raise _refuse("its coordinates are no list")
    if depth == 0:
        seen.append(None)
        if not 2 <= len(sent) <= 4 or len(seen) > MOST_POSITIONS:
            raise _refuse(f"a position has two numbers or more, a geometry at most {MOST_POSITIONS} positions")
        return [_number(value) for value in sent]
    read = [_read(part, depth - 1, is_ring, seen) for part in sent]
    if depth == 1 and is_ring and (len(read) < SHORTEST_RING or read[0] != read[-1]):
        raise _refuse("a ring ends where it begins")
    return read


def _number(sent: Any) -> int | float:
    """A number of JSON; those with a point come as their text, as everywhere in a payload."""
    try:
        value = float(sent) if isinstance(sent, str) else sent
    except ValueError as error:
        raise _refuse(f"`{sent}` is no number") from error
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST < value < LARGEST:
        raise _refuse(f"`{sent}` is no number that a map has")
    return value


def _refuse(reason: str) -> ApiError:
    return ApiError(BODY_MEMBER, f"Geometry cannot be read: {reason}")
