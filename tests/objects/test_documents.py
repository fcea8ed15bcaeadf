"""Types that no engine computes with: they lose nothing, and their references are real."""

from __future__ import annotations

import contextlib
from itertools import product
from typing import Any

import pytest

from dhis2api.errors import ApiError
from dhis2api.objects.query.conditions import Condition
from dhis2api.objects.query.filters import compile_filters
from dhis2api.objects.query.operators import OPERATORS, SYNONYMS
from dhis2api.objects.query.scope import FilterScope
from dhis2api.objects.registry import get_schema
from metadata.models import Visualization
from sharing.access import Principal
from tests.harness.client import ApiClient
from tests.harness.queries import QueryCount, query_counter
from tests.objects.documents import dashboard, package, showing, visualization
from tests.objects.elements import PUBLIC, element, store
from tests.objects.imports import codes, data_element, errors, put_in, stats
from tests.objects.payloads import create
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db
FAVOURITES = ("visualizations", "maps", "dashboards")


def shown(api: ApiClient, plural: str, uid: str, fields: str = ":owner") -> dict[str, Any]:
    answer = api.get(f"/api/{plural}/{uid}?fields={fields}")
    assert answer.status == 200, answer
    return answer.json


def found(api: ApiClient, query: str) -> list[str]:
    plural, _, parameters = query.partition("?")
    answer = api.get(f"/api/{plural}?paging=false&fields=id&{parameters}")
    assert answer.status == 200, answer
    return [o["id"] for o in answer.json[plural]]


def test_a_package_comes_out_as_it_went_in(api: ApiClient) -> None:
    payload = package()

    answer = api.post("/api/metadata", payload)

    assert answer.status == 200, answer
    export = api.get("/api/metadata?" + "&".join(f"{plural}=true" for plural in FAVOURITES)).json
    for plural in FAVOURITES:
        [sent] = payload[plural]
        came = next(o for o in export[plural] if o["id"] == sent["id"])
        assert {name: came.get(name) for name in sent} == sent


def test_an_export_goes_in_again_unchanged(api: ApiClient) -> None:
    assert api.post("/api/metadata", package()).status == 200
    query = "&".join(f"{plural}:fields=:owner,!lastUpdated,!lastUpdatedBy" for plural in FAVOURITES)
    before = api.get(f"/api/metadata?{query}").json

    answer = api.post("/api/metadata", {plural: before[plural] for plural in FAVOURITES})

    assert stats(answer)[1] == sum(len(before[plural]) for plural in FAVOURITES)
    after = api.get(f"/api/metadata?{query}").json
    assert {plural: after[plural] for plural in FAVOURITES} == {plural: before[plural] for plural in FAVOURITES}


def test_a_document_as_it_is_shown_can_be_put_back(api: ApiClient) -> None:
    """What the server derives does not become a member of the document."""
    payload = package()
    assert api.post("/api/metadata", payload).status == 200
    uid = payload["dashboards"][0]["id"]
    before = shown(api, "dashboards", uid, "*,!lastUpdated")

    assert api.put(f"/api/dashboards/{uid}", before).status == 200

    assert shown(api, "dashboards", uid, "*,!lastUpdated") == before


def test_references_by_code_are_resolved(api: ApiClient) -> None:
    first = data_element(code="CODE-A")
    assert put_in(api, dataElements=[first]).status == 200
    chart = visualization()
    chart["dataDimensionItems"] = [{"dataElement": {"code": "CODE-A"}}]

    assert put_in(api, "identifier=CODE", visualizations=[chart]).status == 200

    assert shown(api, "visualizations", chart["id"])["dataDimensionItems"] == [{"dataElement": {"id": first["id"]}}]


def test_what_stands_in_a_document_is_shown_as_fields_say(api: ApiClient) -> None:
    payload = package()
    assert api.post("/api/metadata", payload).status == 200
    [chart], [board] = payload["visualizations"], payload["dashboards"]

    fields = "itemCount,dashboardItems[type,visualization[id,displayName,dataDimensionItems[dataElement[name]]]],theme"
    answer = shown(api, "dashboards", board["id"], fields)

    name = payload["dataElements"][0]["name"]
    first = {"id": chart["id"], "displayName": chart["name"], "dataDimensionItems": [{"dataElement": {"name": name}}]}
    assert answer == {
        "itemCount": 3, "theme": "dark",
        "dashboardItems": [
            {"type": "VISUALIZATION", "visualization": first}, {"type": "MAP"}, {"type": "TEXT"},
        ],
    }  # fmt: skip
    narrowed = shown(api, "dashboards", board["id"], "*,!theme,!layout,dashboardItems~size")
    assert narrowed["dashboardItems"] == 3
    assert not {"theme", "layout"} & narrowed.keys()


@pytest.mark.parametrize(
    "fields", ["*", "id,dashboardItems[visualization[id,displayName,dataDimensionItems[dataElement[id,name]]]]"]
)
def test_the_number_of_queries_does_not_grow(api: ApiClient, fields: str) -> None:
    counts: list[QueryCount] = []
    for size in (2, 60):
        elements = store([element(f"Counted {size} {n}") for n in range(size)])
        charts = [visualization(e.uid) for e in elements]
        boards = [dashboard(*(showing("visualization", c["id"]) for c in charts[n:])) for n in range(size)]
        assert put_in(api, visualizations=charts, dashboards=boards).status == 200
        with query_counter() as few:
            assert api.get(f"/api/dashboards?paging=false&fields={fields}").status == 200
        counts.append(few.count)

    assert counts[0] == counts[1]


def test_the_import_asks_as_often_for_many_documents_as_for_few(api: ApiClient) -> None:
    counts: list[QueryCount] = []
    for size in (2, 60):
        elements = store([element(f"Imported {size} {n}") for n in range(size)])
        with query_counter() as few:
            assert put_in(api, visualizations=[visualization(e.uid) for e in elements]).status == 200
        counts.append(few.count)

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("chart", "expected"),
    [
        ({"type": None}, [("E4000", "type")]),
        ({"type": "CAKE"}, [("E4027", "type")]),
        ({"title": "x" * 256}, [("E4001", "title")]),
        ({"legend": {"style": "x" * 256}}, [("E4001", "legend.style")]),
        ({"dataDimensionItems": [{"indicator": {"id": "nonexistent"}}]}, [("E5002", "indicator")]),
        ({"organisationUnits": [{"id": "nonexistent"}]}, [("E5002", "organisationUnit")]),
    ],
    ids=["required", "enum", "length", "nested-length", "nested-reference", "collection-reference"],
)
def test_content_is_checked(api: ApiClient, chart: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert errors(put_in(api, visualizations=[visualization(**chart)])) == expected


def test_a_reference_twice_in_a_collection(api: ApiClient) -> None:
    unit = {"id": create(api, "organisationUnit")["id"]}

    assert codes(put_in(api, visualizations=[visualization(organisationUnits=[unit, unit])])) == ["E5007"]


def test_a_reference_that_the_importer_may_not_read(api: ApiClient, editor: User) -> None:
    [hidden] = store([element("Hidden from charts", sharing=private())])

    assert codes(put_in(api, user="editor", visualizations=[visualization(hidden.uid)])) == ["E5008"]


def test_without_atomicity_a_bad_reference_is_dropped(api: ApiClient) -> None:
    chart = visualization("nonexistent")

    answer = put_in(api, "atomicMode=NONE", visualizations=[chart])

    assert (answer.status, stats(answer)[0]) == (409, 1)
    assert "dataElement" not in str(shown(api, "visualizations", chart["id"])["dataDimensionItems"])


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"organisationUnits": "x"}, "visualizations[0].organisationUnits"),
        ({"dataDimensionItems": ["x"]}, "visualizations[0].dataDimensionItems[0]"),
        ({"topLimit": "many"}, "visualizations[0].topLimit"),
        ({"startDate": "NaN"}, "visualizations[0].startDate"),
    ],
)
def test_what_cannot_be_read_names_its_place(api: ApiClient, body: dict[str, Any], place: str) -> None:
    answer = put_in(api, visualizations=[visualization(**body)])

    assert answer.status == 400
    assert f"`{place}`" in answer.json["message"]


def test_filters_reach_into_documents(api: ApiClient) -> None:
    payload = package()
    assert api.post("/api/metadata", payload).status == 200
    [chart], [map_], [board] = payload["visualizations"], payload["maps"], payload["dashboards"]
    element_id = payload["dataElements"][0]["id"]

    for query, expected in {
        f"visualizations?filter=dataDimensionItems.dataElement.id:eq:{element_id}": [chart["id"]],
        f"visualizations?filter=dataDimensionItems.dataElement:eq:{element_id}": [chart["id"]],
        f"visualizations?filter=dataDimensionItems.dataElement:in:[{element_id},x]": [chart["id"]],
        f"visualizations?filter=dataDimensionItems.dataElement.name:like:{payload['dataElements'][0]['name']}": [
            chart["id"]
        ],
        f"visualizations?filter=id:eq:{chart['id']}&filter=type:eq:COLUMN": [chart["id"]],
        f"visualizations?filter=id:eq:{chart['id']}&filter=type:!eq:COLUMN": [],
        f"visualizations?filter=id:eq:{chart['id']}&filter=type:in:[PIE,LINE]": [],
        "visualizations?filter=title:ilike:BY MONTH": [chart["id"]],
        "visualizations?filter=title:token:month coverage": [chart["id"]],
        "visualizations?filter=title:$like:Coverage&filter=title:like$:month": [chart["id"]],
        "visualizations?filter=topLimit:gt:9&filter=topLimit:lt:11": [chart["id"]],
        "visualizations?filter=hideTitle:eq:false": [chart["id"]],
        "visualizations?filter=startDate:ge:2026-01-01": [chart["id"]],
        f"visualizations?filter=id:eq:{chart['id']}&filter=subtitle:null": [chart["id"]],
        f"visualizations?filter=id:eq:{chart['id']}&filter=title:null": [],
        "visualizations?filter=organisationUnits:!empty": [chart["id"]],
        "visualizations?filter=dataDimensionItems:eq:1": [chart["id"]],
        f"visualizations?filter=id:eq:{chart['id']}&filter=yearlySeries:eq:0": [chart["id"]],
        "maps?filter=mapViews.layer:eq:thematic": [map_["id"]],
        f"dashboards?filter=dashboardItems.visualization.id:eq:{chart['id']}": [board["id"]],
        "dashboards?filter=dashboardItems.type:eq:TEXT": [board["id"]],
        f"dashboards?filter=dashboardItems.map.name:eq:{map_['name']}": [board["id"]],
    }.items():
        assert found(api, query) == expected, query


@pytest.mark.parametrize(
    "member",
    [
        "title", "topLimit", "baseLineValue", "hideTitle", "startDate", "type", "legendSet", "legend", "legend.set.id",
        "legend.set.name", "organisationUnits", "organisationUnits.id", "dataDimensionItems", "relativePeriods",
        "dataDimensionItems.dataElement", "dataDimensionItems.dataElementOperand.dataElement.name", "columnDimensions",
        "organisationUnitLevels", "favorites", "favorite",
    ],
)  # fmt: skip
def test_every_operator_on_every_kind_of_member_is_answered_or_refused(db: None, member: str) -> None:
    schema, scope = get_schema("visualization"), FilterScope(Principal("abcdefghij1", frozenset({"ALL"})))
    values = ("1", "x", "[1,x]", "true", "2026-01-01", "%", "it's", "COLUMN", "")
    for operator, value in product([*OPERATORS, *SYNONYMS], values):
        with contextlib.suppress(ApiError):
            condition = compile_filters(schema, [Condition(member, operator, value)], scope)
            assert Visualization.objects.filter(condition).count() == 0


@pytest.mark.parametrize(
    "condition",
    [
        "nothing.such:eq:1", "dataDimensionItems.nothing:eq:1", "title.deeper:eq:1", "topLimit:gt:many",
        "topLimit:like:1", "type:eq:CAKE", "dataDimensionItems:like:x", "dataDimensionItems:gt:x",
        "relativePeriods.thisYear:eq:true",
    ],
)  # fmt: skip
def test_filters_that_do_not_fit_a_document(api: ApiClient, condition: str) -> None:
    answer = api.get(f"/api/visualizations?filter={condition}")

    assert (answer.status, answer.json["errorCode"]) == (400, "E1003")


def test_a_filter_through_a_reference_does_not_tell_of_what_is_hidden(api: ApiClient, outsider: User) -> None:
    [hidden] = store([element("Not for outsiders", sharing=private())])
    chart = visualization(hidden.uid, sharing=PUBLIC)
    assert put_in(api, visualizations=[chart]).status == 200

    answer = api.get(
        "/api/visualizations?fields=id&filter=dataDimensionItems.dataElement.name:eq:Not for outsiders", user="outsider"
    )

    assert answer.json["visualizations"] == []


def test_lists_are_ordered_by_members_of_documents(api: ApiClient) -> None:
    charts = [visualization(title=title, topLimit=limit) for title, limit in (("b", 2), ("A", 10), ("c", 1))]
    assert put_in(api, visualizations=charts).status == 200
    ids = [c["id"] for c in charts]
    query = f"visualizations?filter=id:in:[{','.join(ids)}]&order="

    assert found(api, f"{query}topLimit:desc") == [ids[1], ids[0], ids[2]]
    assert found(api, f"{query}title:iasc") == [ids[1], ids[0], ids[2]]


def test_a_patch_reaches_declared_and_foreign_members(api: ApiClient) -> None:
    payload = package()
    assert api.post("/api/metadata", payload).status == 200
    [board] = payload["dashboards"]
    first = board["dashboardItems"][0]["id"]
    operations = [
        {"op": "replace", "path": "/theme", "value": "light"},
        {"op": "add", "path": "/dashboardItems/-", "value": {"messages": True}},
        {"op": "remove-by-id", "path": "/dashboardItems", "id": first},
    ]

    answer = api.patch(f"/api/dashboards/{board['id']}", operations)

    assert answer.status == 200, answer
    after = shown(api, "dashboards", board["id"])
    assert after["theme"] == "light"
    assert [i["type"] for i in after["dashboardItems"]] == ["MAP", "TEXT", "MESSAGES"]
    assert after["layout"] == board["layout"]


def test_the_schema_lists_what_stands_in_a_document(api: ApiClient) -> None:
    schema = api.get("/api/schemas/dashboard").json
    properties = {p["fieldName"]: p for p in schema["properties"]}
    items = properties["dashboardItems"]

    assert (schema["favoritable"], schema["defaultPrivate"], schema["implicitPrivateAuthority"]) == (True, True, True)
    assert (items["propertyType"], items["itemPropertyType"]) == ("COLLECTION", "COMPLEX")
    assert items["itemKlass"] == "org.hisp.dhis.dashboard.DashboardItem"
    assert items["href"] == "http://testserver/api/schemas/dashboardItem"
    inner = {p["fieldName"]: p for p in api.get("/api/schemas/dashboardItem").json["properties"]}
    assert inner["visualization"]["propertyType"] == "REFERENCE"
    assert inner["type"]["writable"] is False
    assert "TEXT" in inner["type"]["constants"]


def test_a_document_renders_as_xml(api: ApiClient) -> None:
    payload = package()
    payload["dashboards"][0]["no name of an element"] = {"1<2": "&"}
    assert api.post("/api/metadata", payload).status == 200

    answer = api.get(f"/api/dashboards/{payload['dashboards'][0]['id']}.xml")

    assert answer.status == 200
    assert "<dashboardItem " in answer.text


def test_a_number_beyond_64_bits_can_be_read_back(api: ApiClient) -> None:
    body = {"id": "hugeNumber1", "name": "Huge", "type": "COLUMN", "huge": 1e20, "foreign": [{"huge": -1e300}]}
    assert api.post("/api/visualizations", body).status == 201

    stored = api.get("/api/visualizations/hugeNumber1").json
    assert (stored["huge"], stored["foreign"]) == (1e20, [{"huge": -1e300}])
    assert api.put("/api/visualizations/hugeNumber1", stored).status == 200
    for path in (
        "/api/visualizations?fields=*",
        "/api/metadata?visualizations=true",
        "/api/visualizations.xml?fields=*",
    ):
        assert api.get(path).status == 200


def test_xml_keeps_the_type_of_a_foreign_member_that_is_named_like_an_attribute(api: ApiClient) -> None:
    body = {"id": "foreignLvl1", "name": "Foreign", "type": "COLUMN", "level": 3, "leaf": True, "path": "/a"}
    assert api.post("/api/visualizations", body).status == 201
    before = api.get("/api/visualizations/foreignLvl1?fields=level,leaf,path").json

    shown = api.get("/api/visualizations/foreignLvl1.xml?fields=:owner").text
    assert api.put("/api/visualizations/foreignLvl1", shown, content_type="application/xml").status == 200

    assert api.get("/api/visualizations/foreignLvl1?fields=level,leaf,path").json == before == {
        "level": 3, "leaf": True, "path": "/a",
    }  # fmt: skip
