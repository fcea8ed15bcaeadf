"""Geometries as well-known text, `POINT (12.5 7.25)`, which CSV uses; GeoJSON elsewhere."""

from __future__ import annotations

import re
from typing import Any

TYPES = {
    "POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon", "MULTIPOINT": "MultiPoint",
    "MULTILINESTRING": "MultiLineString", "MULTIPOLYGON": "MultiPolygon",
}  # fmt: skip
# How deep the positions of each type lie.
DEPTHS = {"Point": 0, "LineString": 1, "MultiPoint": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}
_TOKEN = re.compile(r"\s*([(),]|[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)")
_HEAD = re.compile(r"\s*([A-Za-z]+)\s*")


def parse_wkt(text: str) -> dict[str, Any]:
    """A geometry as GeoJSON. Errors: ValueError for what is none."""
    head = _HEAD.match(text)
    kind = TYPES.get(head[1].upper()) if head else None
    if head is None or kind is None:
        raise ValueError(f"`{text}` is not a geometry in well-known text")
    position, depth = head.end(), 0
    parts: list[list[Any]] = [[]]
    numbers: list[float] = []

    def close_point() -> None:
        if numbers:
            if len(numbers) < 2:
                raise ValueError(f"`{text}` has a position of one number")
            parts[-1].append(numbers[:2])
            numbers.clear()

    while position < len(text.rstrip()):
        token = _TOKEN.match(text, position)
        if token is None:
            raise ValueError(f"`{text}` is not a geometry in well-known text")
        position = token.end()
        if token[1] == "(":
            parts.append([])
            depth += 1
        elif token[1] == ")":
            close_point()
            if depth == 0:
                raise ValueError(f"`{text}` closes more than it opens")
            depth -= 1
            closed = parts.pop()
            parts[-1].append(closed)
        elif token[1] == ",":
            close_point()
        else:
            numbers.append(float(token[1]))
    if depth or numbers or len(parts[0]) != 1:
        raise ValueError(f"`{text}` is not a geometry in well-known text")
    coordinates = parts[0][0]
    if kind == "Point":
        coordinates = coordinates[0] if len(coordinates) == 1 else None
    elif kind == "MultiPoint":  # each point may stand in brackets of its own
        coordinates = [point[0] if point and isinstance(point[0], list) else point for point in coordinates]
    if not coordinates:
        raise ValueError(f"`{text}` has no position")
    return {"type": kind, "coordinates": coordinates}


def format_wkt(geometry: Any) -> str:
    """A GeoJSON geometry as text; the inverse of `parse_wkt` for its types."""
    names = {shown: name for name, shown in TYPES.items()}
    kind = geometry["type"]
    coordinates = geometry["coordinates"]
    body = _shown(coordinates, DEPTHS[kind])
    return f"{names[kind]} {body if DEPTHS[kind] else f'({body})'}"


def _shown(coordinates: Any, depth: int) -> str:
    if depth == 0:
        return " ".join(_number(value) for value in coordinates[:2])
    return "(" + ", ".join(_shown(part, depth - 1) for part in coordinates) + ")"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
