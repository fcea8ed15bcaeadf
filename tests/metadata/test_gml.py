"""Geometries of org units from GML (DHIS2 2.42, org units)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.gml import Feature
from metadata.models import OrganisationUnit
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.imports import put_in, unit
from users.models import User

FIRST, SECOND = "gmlUnitAAAA", "gmlUnitBBBB"
SQUARE = "0,0 0,1 1,1 0,0"
HOLE = "0.1,0.1 0.1,0.2 0.2,0.2 0.1,0.1"
OUTLINE = [[[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]]
POINT = "<gml:Point><gml:coordinates>1.5,2</gml:coordinates></gml:Point>"
POLYGON = (
    "<gml:Polygon><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>{}</gml:coordinates></gml:LinearRing>"
    "</gml:outerBoundaryIs>{}</gml:Polygon>"
)


def feature(geometry: str, **names: str) -> str:
    named = "".join(f"<ogr:{name}>{value}</ogr:{name}>" for name, value in names.items())
    return f"<gml:featureMember><ogr:unit>{named}<ogr:shape>{geometry}</ogr:shape></ogr:unit></gml:featureMember>"


def collection(*features: str) -> str:
    spaces = 'xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml"'
    return f"<ogr:FeatureCollection {spaces}>{''.join(features)}</ogr:FeatureCollection>"


def send(api: ApiClient, *features: str, query: str = "", user: str = "admin") -> Answer:
    body = collection(*features)
    return api.post(f"/api/metadata/gml{query}", body, content_type="application/xml", user=user)


def geometry(uid: str) -> Any:
    return OrganisationUnit.objects.get(uid=uid).geometry


@pytest.fixture
def units(db: None, api: ApiClient) -> None:
    made = [unit(id=FIRST, code="GML A", name="Gml A"), unit(id=SECOND, code="GML B", name="Gml B")]
    assert put_in(api, organisationUnits=made).status == 200


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("names", [{"uid": FIRST}, {"code": "GML A"}, {"Name": "Gml A"}, {"name": "x", "uid": FIRST}])
def test_features_name_units_by_uid_code_or_name(api: ApiClient, units: None, names: dict[str, str]) -> None:
    answer = send(api, feature(POINT, **names))

    assert (answer.status, answer.json["message"]) == (200, "Import successful.")
    assert answer.counts == {"imported": 1, "updated": 0, "ignored": 0, "deleted": 0}
    assert geometry(FIRST) == {"type": "Point", "coordinates": [1.5, 2.0]}


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (POLYGON.format(SQUARE, ""), {"type": "Polygon", "coordinates": OUTLINE}),
        (
            POLYGON.format(
                SQUARE,
                f"<gml:innerBoundaryIs><gml:LinearRing><gml:coordinates>{HOLE}</gml:coordinates></gml:LinearRing>"
                "</gml:innerBoundaryIs>",
            ),
            {"type": "Polygon", "coordinates": [*OUTLINE, [[0.1, 0.1], [0.1, 0.2], [0.2, 0.2], [0.1, 0.1]]]},
        ),
        (
            f"<gml:MultiPolygon><gml:polygonMember>{POLYGON.format(SQUARE, '')}</gml:polygonMember></gml:MultiPolygon>",
            {"type": "MultiPolygon", "coordinates": [OUTLINE]},
        ),
        (
            "<gml:Polygon><gml:exterior><gml:LinearRing><gml:posList srsDimension='3'>0 0 9 0 1 9 1 1 9 0 0 9"
            "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>",
            {"type": "Polygon", "coordinates": OUTLINE},
        ),
        ("<gml:Point><gml:pos>1 2</gml:pos></gml:Point>", {"type": "Point", "coordinates": [1.0, 2.0]}),
    ],
)
def test_shapes_of_gml_2_and_3(api: ApiClient, units: None, shape: str, expected: dict[str, Any]) -> None:
    assert send(api, feature(shape, uid=FIRST)).counts["imported"] == 1

    assert geometry(FIRST) == expected


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (feature(POINT, uid="nobodyAAAAA"), "ORG_UNIT_NOT_FOUND"), (feature(POINT), "FEATURE_LACKS_IDENTIFIER"),
        (feature("", uid=FIRST), "FEATURE_LACKS_GEOMETRY"),
        (feature("<gml:Point><gml:pos>1 x</gml:pos></gml:Point>", uid=FIRST), "GEOMETRY_INVALID"),
        (feature("<gml:Point><gml:pos>1 nan</gml:pos></gml:Point>", uid=FIRST), "GEOMETRY_INVALID"),
        (feature("<gml:Point/>", uid=FIRST), "GEOMETRY_INVALID"),
        (feature(POLYGON.format("0,0 " * 40_000, ""), uid=FIRST), "GEOMETRY_INVALID"),
        (feature(POLYGON.format("0,0 1", ""), uid=FIRST), "GEOMETRY_INVALID"),
    ],
)  # fmt: skip
def test_a_feature_that_cannot_be_used_is_named_and_the_others_go_in(
    api: ApiClient, units: None, bad: str, code: str
) -> None:
    answer = send(api, feature(POINT, code="GML B"), bad)

    assert (answer.status, answer.json["status"]) == (200, "WARNING")
    assert [(c["errorCode"], c["indexes"]) for c in answer.summary["conflicts"]] == [(code, [1])]
    assert (geometry(FIRST), geometry(SECOND)) == (None, {"type": "Point", "coordinates": [1.5, 2.0]})


def test_a_dry_run_writes_nothing(api: ApiClient, units: None) -> None:
    assert send(api, feature(POINT, uid=FIRST), query="?dryRun=true").counts["imported"] == 1
    assert geometry(FIRST) is None


WITH_ENTITY = '<!DOCTYPE a [<!ENTITY x "y">]><FeatureCollection>&x;</FeatureCollection>'


@pytest.mark.parametrize("body", ["<a/>", "<FeatureCollection>", "", WITH_ENTITY])
def test_what_is_no_feature_collection(api: ApiClient, body: str) -> None:
    assert api.post("/api/metadata/gml", body, content_type="application/xml").status == 400


def test_it_takes_the_right_to_change_units(api: ApiClient, units: None, outsider: User) -> None:
    assert send(api, feature(POINT, uid=FIRST), user="outsider").status == 403
    assert geometry(FIRST) is None


def test_the_number_of_queries_does_not_follow_the_features(api: ApiClient, units: None) -> None:
    counts = []
    for found in ([feature(POINT, uid=FIRST)], [feature(POINT, uid=uid) for uid in (FIRST, SECOND)]):
        with query_counter() as queries:
            assert send(api, *found).status == 200
        counts.append(queries.count)

    assert counts[0] == counts[1]


class Text:
    """An element of coordinates."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get(self, name: str) -> str | None:
        return None


@given(st.sampled_from(["coordinates", "pos", "posList"]), st.text(alphabet="0123456789.,-+eE nainf\t", max_size=40))
def test_any_text_is_read_as_coordinates_or_refused(name: str, text: str) -> None:
    found = Feature()
    found.end(name, Text(text))

    assert found.is_broken or all(len(position) == 2 for position in found.positions)
