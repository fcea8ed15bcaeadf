"""Geometries of org units from GML 2 and 3: features that name their unit by uid, code or name.

Read as a stream, and stored by the import of GeoJSON. Coordinates are longitude before latitude, as DHIS2 reads
them. Source: DHIS2 2.42, org units, GML import.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.db import transaction

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.web.xml import iter_elements, local_name
from metadata.geometries import LARGEST, GeoJsonReport, import_geometries
from metadata.params import GeoJsonImportParams, OrgUnitProperty

MEMBERS = ("featureMember", "featureMembers")
NAMES = {"uid": OrgUnitProperty.ID, "code": OrgUnitProperty.CODE, "name": OrgUnitProperty.NAME}  # the first one counts
COLLECTIONS = ("MultiPolygon", "MultiSurface")
INVALID: dict[str, Any] = {"type": "unknown"}  # what the import of GeoJSON refuses as a geometry


@dataclass(slots=True)
class Feature:
    """A feature as far as it was read."""

    named: dict[str, str] = field(default_factory=dict)
    positions: list[list[float]] = field(default_factory=list)
    rings: list[list[list[float]]] = field(default_factory=list)
    polygons: list[list[list[list[float]]]] = field(default_factory=list)
    point: list[float] | None = None
    is_collection: bool = False
    is_broken: bool = False

    @property
    def geometry(self) -> dict[str, Any] | None:
        """As GeoJSON; None without one."""
        if self.is_broken:
            return INVALID
        if self.is_collection or len(self.polygons) > 1:
            return {"type": "MultiPolygon", "coordinates": self.polygons}
        if self.polygons:
            return {"type": "Polygon", "coordinates": self.polygons[0]}
        return {"type": "Point", "coordinates": self.point} if self.point else None

    def end(self, name: str, element: Any) -> None:
        """Take in an element of the geometry that ends."""
        if name in ("coordinates", "pos", "posList"):
            self._read_positions(name, element)
        elif name == "Point":
            self.point = self.positions[0] if self.positions else None
            self.is_broken |= self.point is None
        elif name == "LinearRing":
            self.rings.append(self.positions)
        elif name == "Polygon":
            self.polygons.append(self.rings)
            self.rings = []
        elif name in COLLECTIONS:
            self.is_collection = True
        if name in ("Point", "LinearRing"):
            self.positions = []

    def _read_positions(self, name: str, element: Any) -> None:
        try:
            self.positions += _positions(name, element)
        except ValueError:
            self.is_broken = True


@transaction.atomic
def import_gml(stream: BinaryIO, *, dry_run: bool, user: Any) -> GeoJsonReport:
    """Give the units that the features name their geometries; those that name none are conflicts.

    Errors: 400 for what is no FeatureCollection, with line and column for what is no XML; 403 without the right to
        change org units.
    """
    features = list(read_features(stream))
    total = GeoJsonReport()
    for name, prop in NAMES.items():
        chosen = [(index, one) for index, one in enumerate(features) if _identified_by(one) == name]
        if name == "name":  # what names nothing is refused there
            chosen = [(i, one) for i, one in enumerate(features) if _identified_by(one) in (name, None)]
        params = GeoJsonImportParams(geo_json_property="unit", org_unit_property=prop, dry_run=dry_run)
        shown = [{"properties": {"unit": one.named.get(name)}, "geometry": one.geometry} for _, one in chosen]
        report = import_geometries({"type": "FeatureCollection", "features": shown}, params=params, user=user)
        total.imported += report.imported
        total.updated += report.updated
        for conflict in report.conflicts:
            conflict.index = chosen[conflict.index][0]
            total.conflicts.append(conflict)
    total.conflicts.sort(key=lambda conflict: conflict.index)
    return total


def read_features(stream: BinaryIO) -> Iterator[Feature]:
    """The features of a collection, one after the other. Errors: 400 for another document."""
    above: list[str] = []
    feature: Feature | None = None
    depth = 0
    for event, element in iter_elements(stream):
        name = local_name(element)
        if event == "start":
            if not above and name != "FeatureCollection":
                raise ApiError(BAD_REQUEST, "The body must be a GML FeatureCollection")
            if feature is None and above and above[-1] in MEMBERS:
                feature, depth = Feature(), len(above)
            above.append(name)
            continue
        above.pop()
        if feature is None:
            continue
        if len(above) == depth:
            yield feature
            feature = None
        elif len(above) == depth + 1 and name.lower() in NAMES:
            feature.named.setdefault(name.lower(), (element.text or "").strip())
        else:
            feature.end(name, element)


def _identified_by(feature: Feature) -> str | None:
    return next((name for name in NAMES if feature.named.get(name)), None)


def _positions(name: str, element: Any) -> list[list[float]]:
    """Errors: ValueError for what are no pairs of numbers, or too many."""
    text = element.text or ""
    if len(text) > LARGEST:
        raise ValueError(text[:20])
    if name == "coordinates":
        found = [[float(number) for number in position.split(",")] for position in text.split()]
    else:
        numbers = [float(number) for number in text.split()]
        size = int(element.get("srsDimension") or 2) if name == "posList" else max(len(numbers), 2)
        if size < 2 or len(numbers) % size:
            raise ValueError(text[:20])
        found = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    if not found or not all(len(position) >= 2 and all(map(math.isfinite, position)) for position in found):
        raise ValueError(text[:20])
    return [position[:2] for position in found]
