"""GeoJSON geometries into org units, or into a GeoJSON attribute of theirs (DHIS2 2.42, org units, GeoJSON import).

Set-wise: the units are found in one query, locked in the order of their keys and written in batches. A feature that
cannot be used is a conflict with its index; the others go in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from dhis2api.errors import BAD_REQUEST, ApiError, Code, Conflict
from dhis2api.objects.errors import NO_UPDATE
from dhis2api.objects.registry import get_schema
from dhis2api.objects.writers import record_writer
from metadata import errors
from metadata.models import Attribute, OrganisationUnit
from metadata.params import AttributeParams, GeoJsonImportParams
from sharing.access import judge

# How deep the numbers of each kind of geometry lie in its coordinates.
DEPTHS = {"Point": 1, "MultiPoint": 2, "LineString": 2, "MultiLineString": 3, "Polygon": 3, "MultiPolygon": 4}
COLUMNS = {"id": "uid", "code": "code", "name": "name"}
LARGEST = 131_072  # characters, as for a unit sent with its geometry
BATCH = 500


@dataclass(slots=True)
class GeoJsonReport:
    """Counts of features, and what was wrong with the others."""

    imported: int = 0
    updated: int = 0
    deleted: int = 0
    conflicts: list[Conflict] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The response of a WebMessage."""
        rejected = sorted({conflict.index for conflict in self.conflicts})
        counts = {
            "imported": self.imported, "updated": self.updated, "ignored": len(rejected), "deleted": self.deleted,
        }  # fmt: skip
        return {
            "responseType": "GeoJsonImportReport", "status": "WARNING" if self.conflicts else "SUCCESS",
            "importCount": counts, "conflicts": [_shown(conflict) for conflict in self.conflicts],
            "totalConflictOccurrenceCount": len(self.conflicts), "rejectedIndexes": rejected,
        }  # fmt: skip


@transaction.atomic
def import_geometries(collection: Any, *, params: GeoJsonImportParams, user: Any) -> GeoJsonReport:
    """Give the units that features name their geometries.

    Errors: 403 without the right to change org units, 400 for what is no FeatureCollection or no such attribute.
    """
    _require_write(user)
    attribute = _attribute(params.attribute_id)
    report = GeoJsonReport()
    wanted = _wanted(_features(collection), params, report)
    column = COLUMNS[params.org_unit_property]
    units = _locked(column, wanted)
    changed = []
    for index, (key, geometry) in wanted.items():
        found = units.get(key, [])
        if len(found) != 1:
            fault = errors.ORG_UNIT_AMBIGUOUS if found else errors.ORG_UNIT_NOT_FOUND
            report.conflicts.append(_conflict(fault, index, key))
            continue
        if _put(found[0], geometry, attribute):
            report.imported += 1
        else:
            report.updated += 1
        changed.append(found[0])
    report.conflicts.sort(key=lambda conflict: conflict.index)
    if not params.dry_run:
        _store(changed, "attribute_values" if attribute else "geometry", user)
    return report


@transaction.atomic
def clear_geometries(*, params: AttributeParams, user: Any) -> GeoJsonReport:
    """Take the geometries, or the values of the attribute, from all org units. Errors: as for the import."""
    _require_write(user)
    attribute = _attribute(params.attribute_id)
    if attribute is None:
        units = list(OrganisationUnit.objects.filter(geometry__isnull=False).order_by("pk").select_for_update())
    else:
        rows = OrganisationUnit.objects.filter(attribute_values__has_key=attribute)
        units = list(rows.order_by("pk").select_for_update())
    for unit in units:
        if attribute is None:
            unit.geometry = None
        else:
            unit.attribute_values = {uid: v for uid, v in unit.attribute_values.items() if uid != attribute}
    if not params.dry_run:
        _store(units, "attribute_values" if attribute else "geometry", user)
    return GeoJsonReport(deleted=len(units))


def _require_write(user: Any) -> None:
    verdict = judge(get_schema("organisationUnit").rules, None, user.principal)
    if not verdict.update:
        raise ApiError(NO_UPDATE)


def _attribute(uid: str) -> str | None:
    if not uid:
        return None
    attribute = Attribute.objects.filter(uid=uid).first()
    if attribute is None:
        raise ApiError(errors.ATTRIBUTE_NOT_FOUND, uid)
    if attribute.value_type != "GEOJSON":
        raise ApiError(errors.ATTRIBUTE_NOT_GEO_JSON, uid)
    if not attribute.organisation_unit_attribute:
        raise ApiError(errors.ATTRIBUTE_NOT_USABLE, uid)
    return uid


def _features(collection: Any) -> list[Any]:
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or collection.get("type") != "FeatureCollection":
        raise ApiError(BAD_REQUEST, "The body must be a GeoJSON FeatureCollection")
    return features


def _wanted(
    features: list[Any], params: GeoJsonImportParams, report: GeoJsonReport
) -> dict[int, tuple[str, dict[str, Any]]]:
    """Index → the unit's identifier and its geometry, of the features that have both; one feature for each unit."""
    found: dict[int, tuple[str, dict[str, Any]]] = {}
    seen: set[str] = set()
    for index, feature in enumerate(features):
        key = _identifier(feature, params)
        if key is None:
            report.conflicts.append(_conflict(errors.FEATURE_LACKS_IDENTIFIER, index))
            continue
        geometry = feature.get("geometry")
        if geometry is None:
            report.conflicts.append(_conflict(errors.FEATURE_LACKS_GEOMETRY, index, key))
        elif not is_geometry(geometry):
            report.conflicts.append(_conflict(errors.GEOMETRY_INVALID, index, key))
        elif key in seen:
            report.conflicts.append(_conflict(errors.FEATURE_REPEATED, index, key))
        else:
            found[index] = (key, geometry)
            seen.add(key)
    return found


def _identifier(feature: Any, params: GeoJsonImportParams) -> str | None:
    if not isinstance(feature, dict):
        return None
    properties = feature.get("properties")
    if params.by_id:
        value = feature.get("id")
    else:
        value = properties.get(params.geo_json_property) if isinstance(properties, dict) else None
    is_usable = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) if is_usable and str(value).strip() else None


def is_geometry(value: Any) -> bool:
    """Whether `value` is a GeoJSON geometry of numbers, of bearable size."""
    depth = DEPTHS.get(value.get("type")) if isinstance(value, dict) and isinstance(value.get("type"), str) else None
    if depth is None or len(orjson.dumps(value)) > LARGEST:
        return False
    return _are_coordinates(value.get("coordinates"), depth)


def _are_coordinates(value: Any, depth: int) -> bool:
    if not isinstance(value, list) or not value:
        return False
    if depth == 1:
        return len(value) >= 2 and all(isinstance(n, int | float) and not isinstance(n, bool) for n in value)
    return all(_are_coordinates(part, depth - 1) for part in value)


def _locked(column: str, wanted: Mapping[int, tuple[str, Any]]) -> dict[str, list[OrganisationUnit]]:
    keys = {key for key, _ in wanted.values()}
    rows = OrganisationUnit.objects.filter(**{f"{column}__in": keys}).order_by("pk").select_for_update()
    found: dict[str, list[OrganisationUnit]] = {}
    for unit in rows:
        found.setdefault(getattr(unit, column), []).append(unit)
    return found


def _put(unit: OrganisationUnit, geometry: dict[str, Any], attribute: str | None) -> bool:
    """Whether the unit had none before."""
    if attribute is None:
        is_new, unit.geometry = unit.geometry is None, geometry
        return is_new
    is_new = attribute not in unit.attribute_values
    unit.attribute_values = unit.attribute_values | {attribute: orjson.dumps(geometry).decode()}
    return is_new


def _store(units: Iterable[OrganisationUnit], column: str, user: Any) -> None:
    units = list(units)
    now = timezone.now()
    for unit in units:
        unit.last_updated, unit.last_updated_by_id = now, user.pk
    OrganisationUnit.objects.bulk_update(units, [column, "last_updated", "last_updated_by"], batch_size=BATCH)
    record_writer(now)


def _conflict(code: Code, index: int, *values: object) -> Conflict:
    return Conflict(code, values, index=index, objects={"organisationUnit": str(values[0])} if values else {})


def _shown(conflict: Conflict) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "object": conflict.objects.get("organisationUnit"), "value": conflict.message,
        "errorCode": conflict.code.name, "indexes": [conflict.index],
    }  # fmt: skip
    return {name: value for name, value in shown.items() if value is not None}
