"""Org units as GeoJSON, and geometries from GeoJSON (DHIS2 2.42, org units)."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import Attribute, OrganisationUnit, OrganisationUnitGroup
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import DAY, PUBLIC
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db
POINT = {"type": "Point", "coordinates": [1.5, 2]}
TOP, LEFT, RIGHT = "mapUnitTop1", "mapUnitLeft", "mapUnitRigt"
BORDER = "borderAttr1"


@pytest.fixture
def units(db: None) -> None:
    """A root with two children, of which the left one has a geometry, a code and a group."""
    OrganisationUnit.objects.update(geometry=None)
    times = {"opening_date": DAY, "created": DAY, "last_updated": DAY}
    top = OrganisationUnit.objects.create(
        uid=TOP, name="Top", short_name="Top", path=f"/{TOP}", hierarchy_level=1, geometry=POINT, **times
    )
    for uid, more in ((LEFT, {"geometry": POINT, "code": "L"}), (RIGHT, {})):
        OrganisationUnit.objects.create(
            uid=uid, name=uid, short_name=uid, parent=top, path=f"/{TOP}/{uid}", hierarchy_level=2, **times, **more
        )
    group = OrganisationUnitGroup.objects.create(
        uid="mapGroupAAA", name="Map", short_name="Map", created=DAY, last_updated=DAY, sharing=PUBLIC
    )
    group.organisation_units.add(OrganisationUnit.objects.get(uid=LEFT))


def features(answer: Answer) -> list[dict[str, Any]]:
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json+geojson")
    assert answer.json["type"] == "FeatureCollection"
    return answer.json["features"]


def test_features_of_a_level(api: ApiClient, units: None) -> None:
    """Units without geometry are left out."""
    assert features(api.get(f"/api/organisationUnits.geojson?level=2&parent={TOP}")) == [
        {
            "type": "Feature", "id": LEFT, "geometry": POINT,
            "properties": {
                "code": "L", "name": LEFT, "level": "2", "parent": TOP, "parentGraph": TOP, "groups": ["mapGroupAAA"],
            },
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [TOP]), (f"level=1&level=2&parent={TOP}", [TOP, LEFT]), ("level=2", [LEFT]),
        (f"level=2&parent={RIGHT}", []), (f"parent={LEFT}&level=2", [LEFT]),
    ],
)  # fmt: skip
def test_levels_and_parents(api: ApiClient, units: None, query: str, expected: list[str]) -> None:
    found = features(api.get(f"/api/organisationUnits.geojson?{query}"))

    assert [feature["id"] for feature in found] == expected


@pytest.mark.parametrize("accepted", ["application/json+geo", "application/json+geojson"])
def test_the_format_may_be_asked_for_by_accept(api: ApiClient, units: None, accepted: str) -> None:
    answer = api.get("/api/organisationUnits?properties=false", headers={"Accept": accepted})

    assert features(answer) == [{"type": "Feature", "id": TOP, "geometry": POINT, "properties": {}}]


def test_an_unknown_parent_is_a_404(api: ApiClient) -> None:
    assert api.get("/api/organisationUnits.geojson?parent=nothingHere").status == 404


def test_a_map_costs_the_same_for_any_number_of_units(api: ApiClient, units: None) -> None:
    counts = []
    api.get("/api/me?fields=id")
    for size in (5, 500):
        OrganisationUnit.objects.bulk_create(
            OrganisationUnit(
                uid=f"mp{size:04}{n:05}", name=f"{n}", short_name=f"{n}", path=f"/mp{size:04}{n:05}",
                hierarchy_level=1, opening_date=DAY, created=DAY, last_updated=DAY, geometry=POINT,
            ) for n in range(size)
        )  # fmt: skip
        with query_counter() as few:
            found = features(api.get("/api/organisationUnits.geojson"))
        assert len(found) > size
        counts.append(few.count)

    assert counts[0] == counts[1]


def feature(uid: Any, geometry: Any = POINT, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": uid, "geometry": geometry, "properties": properties}


def put_in(api: ApiClient, *found: Any, query: str = "", path: str = "geometry", **options: Any) -> Answer:
    body = {"type": "FeatureCollection", "features": list(found)}
    return api.post(f"/api/organisationUnits/{path}?{query}", body, **options)


def geometry(uid: str) -> Any:
    return OrganisationUnit.objects.get(uid=uid).geometry


@pytest.mark.parametrize("path", ["geometry", "geojson"])
def test_geometries_go_in(api: ApiClient, units: None, path: str, admin: User) -> None:
    other = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
    answer = put_in(api, feature(LEFT, other), feature(RIGHT), path=path)

    assert (answer.status, answer.summary["responseType"]) == (200, "GeoJsonImportReport")
    assert answer.counts == {"imported": 1, "updated": 1, "ignored": 0, "deleted": 0}
    assert (geometry(LEFT), geometry(RIGHT)) == (other, POINT)
    changed = OrganisationUnit.objects.get(uid=LEFT)
    assert changed.last_updated > DAY and changed.last_updated.microsecond % 1000 == 0
    assert changed.last_updated_by == admin


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("geoJsonProperty=code&orgUnitProperty=code", feature(None, code="L")),
        ("geoJsonId=false&geoJsonProperty=n&orgUnitProperty=name", feature("x", n=LEFT)),
        ("orgUnitProperty=name", feature(LEFT)), ("geoJsonId=true&geoJsonProperty=n", feature(LEFT, n="x")),
    ],
)  # fmt: skip
def test_how_features_name_units(api: ApiClient, units: None, query: str, found: dict[str, Any]) -> None:
    assert put_in(api, found, query=query).counts["updated"] == 1


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (feature("nothingHere"), "ORG_UNIT_NOT_FOUND"), (feature(None), "FEATURE_LACKS_IDENTIFIER"),
        ("x", "FEATURE_LACKS_IDENTIFIER"), (feature(RIGHT, None), "FEATURE_LACKS_GEOMETRY"),
        (feature(RIGHT, {"type": "Feature"}), "GEOMETRY_INVALID"), (feature(RIGHT, "x"), "GEOMETRY_INVALID"),
        (feature(RIGHT, {"type": "Point", "coordinates": ["a", 1]}), "GEOMETRY_INVALID"),
        (feature(RIGHT, {"type": ["Point"], "coordinates": [1, 2]}), "GEOMETRY_INVALID"),
        (feature(RIGHT, {"type": "LineString", "coordinates": [[1, 2]] * 30_000}), "GEOMETRY_INVALID"),
        (feature(LEFT), "FEATURE_REPEATED"),
    ],
)  # fmt: skip
def test_a_feature_that_cannot_be_used_is_named_by_its_index(
    api: ApiClient, units: None, found: Any, code: str
) -> None:
    answer = put_in(api, feature(LEFT), found)

    assert answer.status == 200
    assert [(c["errorCode"], c["indexes"]) for c in answer.summary["conflicts"]] == [(code, [1])]
    assert answer.counts == {"imported": 0, "updated": 1, "ignored": 1, "deleted": 0}


def test_a_name_of_several_units_names_none(api: ApiClient, units: None) -> None:
    OrganisationUnit.objects.filter(uid__in=[LEFT, RIGHT]).update(name="Same")

    answer = put_in(api, feature("Same"), query="orgUnitProperty=name")
    assert [c["errorCode"] for c in answer.summary["conflicts"]] == ["ORG_UNIT_AMBIGUOUS"]


def test_a_dry_run_writes_nothing(api: ApiClient, units: None) -> None:
    assert put_in(api, feature(RIGHT), query="dryRun=true").counts["imported"] == 1
    assert geometry(RIGHT) is None
    assert api.delete("/api/organisationUnits/geometry?dryRun=true").counts["deleted"] == 2
    assert geometry(LEFT) == POINT


@pytest.fixture
def border(db: None) -> Attribute:
    """A GeoJSON attribute of org units."""
    return Attribute.objects.create(
        uid=BORDER, name="Border", value_type="GEOJSON", organisation_unit_attribute=True, sharing=private()
    )


def test_geometries_go_into_an_attribute_and_out_again(api: ApiClient, units: None, border: Attribute) -> None:
    assert put_in(api, feature(RIGHT), query=f"attributeId={BORDER}").counts["imported"] == 1

    assert geometry(RIGHT) is None
    assert api.get(f"/api/organisationUnits/{RIGHT}?fields={BORDER}").json == {BORDER: POINT}
    cleared = api.delete(f"/api/organisationUnits/geometry?attributeId={BORDER}")
    assert (cleared.status, cleared.counts["deleted"]) == (200, 1)
    assert api.get(f"/api/organisationUnits/{RIGHT}?fields={BORDER}").json == {}


def test_all_geometries_can_be_cleared(api: ApiClient, units: None) -> None:
    assert api.delete("/api/organisationUnits/geojson").counts["deleted"] == 2
    assert not OrganisationUnit.objects.filter(geometry__isnull=False).exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"uid": "otherAttr12"}, "ATTRIBUTE_NOT_FOUND"), ({"value_type": "TEXT"}, "ATTRIBUTE_NOT_GEO_JSON"),
        ({"organisation_unit_attribute": False}, "ATTRIBUTE_NOT_USABLE"),
    ],
)  # fmt: skip
def test_attributes_that_hold_no_geometries_of_units(
    api: ApiClient, units: None, border: Attribute, change: dict[str, Any], code: str
) -> None:
    Attribute.objects.filter(pk=border.pk).update(**change)

    answer = put_in(api, feature(RIGHT), query=f"attributeId={BORDER}")
    assert (answer.status, answer.json["errorCode"]) == (400, code)


@pytest.mark.parametrize("body", [[], {}, {"type": "FeatureCollection"}, {"type": "Feature", "features": []}, 1])
def test_what_is_no_feature_collection(api: ApiClient, body: Any) -> None:
    assert api.post("/api/organisationUnits/geometry", body).status == 400


def test_who_may_not_change_units_changes_no_geometries(api: ApiClient, units: None, outsider: User) -> None:
    assert put_in(api, feature(RIGHT), user="outsider").status == 403
    assert api.delete("/api/organisationUnits/geometry", user="outsider").status == 403
    assert (geometry(LEFT), geometry(RIGHT)) == (POINT, None)


def test_the_number_of_queries_follows_batches_not_features(api: ApiClient, units: None) -> None:
    counts = []
    for found in ([feature(LEFT)], [feature(LEFT), feature(RIGHT), *[feature(f"gone{n:07}") for n in range(300)]]):
        with query_counter() as few:
            assert put_in(api, *found).status == 200
        counts.append(few.count)

    assert counts[1] <= counts[0]
