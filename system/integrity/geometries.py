"""Whether a GeoJSON geometry can be drawn: positions within the world, rings that close and do not cross themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Position = Sequence[float]
Segment = tuple[float, float, float, float]  # from x1, y1 to x2, y2, with x1 <= x2

NO_GEOMETRY = "not a GeoJSON geometry"
FEWEST = 4  # positions of a ring, of which the last is the first again


def find_fault(geometry: Any) -> str | None:
    """What is wrong with a geometry, in words; None if nothing is."""
    try:
        positions = list(_positions(geometry["coordinates"]))
        if not positions:
            return NO_GEOMETRY
        if not all(map(_is_in_the_world, positions)):
            return "a position outside the world"
        return next(filter(None, map(_ring_fault, _rings(geometry))), None)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        return NO_GEOMETRY


def _positions(coordinates: Any) -> Iterator[Position]:
    """All positions, however deep."""
    if coordinates and not isinstance(coordinates[0], list):
        yield coordinates
        return
    for part in coordinates:
        yield from _positions(part)


def _is_in_the_world(position: Position) -> bool:
    return abs(float(position[0])) <= 180 and abs(float(position[1])) <= 90


def _rings(geometry: dict[str, Any]) -> Iterable[list[Position]]:
    coordinates = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        return coordinates
    return [ring for part in coordinates for ring in part] if geometry["type"] == "MultiPolygon" else ()


def _ring_fault(ring: list[Position]) -> str | None:
    if len(ring) < FEWEST:
        return "a ring of fewer than four positions"
    if tuple(ring[0][:2]) != tuple(ring[-1][:2]):
        return "a ring that is not closed"
    return "a ring that crosses itself" if _crosses_itself(ring) else None


def _crosses_itself(ring: list[Position]) -> bool:
    """Whether two sides cross; a sweep from west to east compares those alone that lie above each other."""
    sides = sorted(
        (
            min((a[0], a[1]), (b[0], b[1])) + max((a[0], a[1]), (b[0], b[1]))
            for a, b in zip(ring, ring[1:], strict=False)
        )
    )
    open_sides: list[Segment] = []
    for side in sides:
        open_sides = [other for other in open_sides if other[2] >= side[0]]
        if any(_cross(side, other) for other in open_sides):
            return True
        open_sides.append(side)
    return False


def _cross(one: Segment, other: Segment) -> bool:
    """Whether two sides meet at a point that is an end of neither."""
    if max(one[1], one[3]) < min(other[1], other[3]) or max(other[1], other[3]) < min(one[1], one[3]):
        return False
    return _parts(one, other) and _parts(other, one)


def _parts(line: Segment, side: Segment) -> bool:
    """Whether the ends of a side lie on either hand of a line."""
    return _turn(line, side[0], side[1]) * _turn(line, side[2], side[3]) < 0


def _turn(line: Segment, x: float, y: float) -> float:
    return (line[2] - line[0]) * (y - line[1]) - (line[3] - line[1]) * (x - line[0])
