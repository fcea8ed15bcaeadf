"""Where org units lie. There is no PostGIS: PostgreSQL's own types of points and polygons do for what is asked here."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.models import OrganisationUnit
from system.integrity.declaring import SEVERE, WARNING, Check, Issue
from system.integrity.geometries import find_fault

WITH_POINT = "metadata_organisationunit WHERE geometry ->> 'type' = 'Point'"
WITH_GEOMETRY = "metadata_organisationunit WHERE geometry IS NOT NULL AND geometry <> 'null'"


def _degree(place: str) -> str:
    """A number of a GeoJSON document; NULL for whatever else stands there, which nobody has checked."""
    return f"""
        CASE WHEN jsonb_typeof({place}) = 'number' THEN CASE WHEN abs(({place})::numeric) <= 180
            THEN ({place})::float END END
    """


LONGITUDE, LATITUDE = (_degree(f"unit.geometry #> '{{coordinates,{axis}}}'") for axis in (0, 1))
FETCHED = 500  # units at a time: a geometry has up to 128 KiB


def _invalid_geometries() -> Iterator[Issue]:
    units = OrganisationUnit.objects.filter(geometry__isnull=False).order_by("pk")
    for uid, name, geometry in units.values_list("uid", "name", "geometry").iterator(chunk_size=FETCHED):
        fault = find_fault(geometry)
        if fault is not None:
            yield Issue(uid, name, fault)


GEOMETRIES = (
    Check(
        "orgunits_null_island", SEVERE, "organisationUnits",
        "Org units in the Gulf of Guinea",
        "An org unit lies within 100 km of latitude 0 and longitude 0.",
        "There is only sea: the coordinates were not known, or not converted.",
        "Correct the coordinates.",
        # The great circle to 0, 0 on a sphere of 6371 km.
        f"""
        SELECT uid, name, longitude || ', ' || latitude FROM (
            SELECT uid, name, {LONGITUDE} AS longitude, {LATITUDE} AS latitude
            FROM metadata_organisationunit unit WHERE geometry ->> 'type' = 'Point'
        ) AS placed
        WHERE 6371 * acos(least(1, cos(radians(latitude)) * cos(radians(longitude)))) < 100
        """,
        of=WITH_POINT,
    ),
    Check(
        "orgunits_invalid_geometry", WARNING, "organisationUnits",
        "Org units with an invalid geometry",
        "The geometry of an org unit lies outside the world, is not closed, or crosses itself.",
        "Maps do not show it, or show something else.",
        "Draw it again, or import it from a corrected source.",
        _invalid_geometries,
        of=WITH_GEOMETRY,
    ),
    Check(
        "orgunits_no_coordinates", WARNING, "organisationUnits",
        "Org units without coordinates",
        "An org unit has no geometry.",
        "Maps leave it out.",
        "Add its point, or its area.",
        "SELECT uid, name FROM metadata_organisationunit WHERE geometry IS NULL OR geometry = 'null'",
    ),
    Check(
        "orgunits_not_contained_by_parent", WARNING, "organisationUnits",
        "Org units outside their parent",
        "The point of an org unit lies outside the area of its parent.",
        "Its coordinates are wrong, or it hangs below the wrong parent.",
        "Correct the coordinates, the area of the parent, or the parent.",
        # Each ring of the areas once; a point is inside where a part has it in its first ring and in no other.
        f"""
        WITH area AS (
            SELECT id, CASE geometry ->> 'type' WHEN 'Polygon' THEN jsonb_build_array(geometry -> 'coordinates')
                       ELSE geometry -> 'coordinates' END AS parts
            FROM metadata_organisationunit WHERE geometry ->> 'type' IN ('Polygon', 'MultiPolygon')
              AND id IN (SELECT parent_id FROM metadata_organisationunit WHERE geometry ->> 'type' = 'Point')
        ), ring AS (
            SELECT area.id, part.number AS part, ring.number AS number, (
                SELECT string_agg('(' || x || ',' || y || ')', ',' ORDER BY ordinal)::polygon FROM (
                    SELECT {_degree("place -> 0")} AS x, {_degree("place -> 1")} AS y, ordinal
                    FROM jsonb_path_query(ring.places, '$[*]') WITH ORDINALITY AS listed(place, ordinal)
                ) AS position
            ) AS shape
            FROM area, jsonb_path_query(area.parts, '$[*]') WITH ORDINALITY AS part(rings, number),
                 jsonb_path_query(part.rings, '$[*]') WITH ORDINALITY AS ring(places, number)
        )
        SELECT unit.uid, unit.name, parent.name FROM metadata_organisationunit unit
        JOIN metadata_organisationunit parent ON parent.id = unit.parent_id
        WHERE unit.geometry ->> 'type' = 'Point' AND parent.id IN (SELECT id FROM area) AND NOT EXISTS (
            SELECT 1 FROM ring WHERE ring.id = parent.id
            GROUP BY ring.part
            HAVING bool_and((ring.number = 1) = (ring.shape @> point({LONGITUDE}, {LATITUDE})))
        )
        """,
        of=WITH_POINT,
    ),
)  # fmt: skip
