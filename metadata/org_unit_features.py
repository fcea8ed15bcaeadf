"""Org units as a GeoJSON FeatureCollection, streamed (DHIS2 2.42, metadata API, org units as GeoJSON)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from dhis2api.errors import E1005, ApiError
from dhis2api.web.renderers import encode_json
from metadata.models import OrganisationUnit, OrganisationUnitGroup

BATCH = 200  # features encoded at once; a geometry may be large


def units_of_map(levels: list[int], parents: list[str]) -> Q:
    """The units of the levels (1 if none is given) that lie in or below one of `parents`.

    Errors: E1005 (404) for a parent that does not exist.
    """
    found = Q(hierarchy_level__in=levels or [1])
    if not parents:
        return found
    paths = dict(OrganisationUnit.objects.filter(uid__in=parents).values_list("uid", "path"))
    below = Q()
    for uid in parents:
        if uid not in paths:
            raise ApiError(E1005, "OrganisationUnit", uid)
        below |= Q(path=paths[uid]) | Q(path__startswith=f"{paths[uid]}/")
    return found & below


def feature_chunks(units: Q, *, with_properties: bool) -> Iterator[bytes]:
    """The document piece by piece, in two queries at most; units without geometry are no features."""
    columns = ["uid", "geometry"]
    rows = OrganisationUnit.objects.filter(units, geometry__isnull=False).order_by("hierarchy_level", "name", "pk")
    if with_properties:
        columns += ["code", "name", "hierarchy_level", "path", "groups"]
        members = OrganisationUnitGroup.objects.filter(organisation_units=OuterRef("pk")).order_by("uid")
        rows = rows.annotate(groups=ArraySubquery(members.values("uid")))
    remaining = (_feature(row, with_properties) for row in rows.values(*columns).iterator(chunk_size=BATCH))
    opening = b'{"type":"FeatureCollection","features":['
    while batch := list(islice(remaining, BATCH)):
        yield opening + encode_json(batch)[1:-1]
        opening = b","
    yield b"]}" if opening == b"," else opening + b"]}"


def _feature(row: dict[str, Any], with_properties: bool) -> dict[str, Any]:
    feature = {"type": "Feature", "id": row["uid"], "geometry": row["geometry"], "properties": {}}
    if with_properties:
        above = (row["path"] or "").split("/")[1:-1]
        feature["properties"] = {
            "code": row["code"], "name": row["name"], "level": str(row["hierarchy_level"]),
            "parent": above[-1] if above else None, "parentGraph": "/".join(above), "groups": row["groups"],
        }  # fmt: skip
    return feature
