"""One object with its dependencies (DHIS2 2.42, metadata API, export with dependencies)."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pytest

from dhis2api.objects.registry import get_schema
from metadata.dependencies import FOLLOWED, ROOTS
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.metadata.packages import combo_of, contents, data_set, one, options_of, program, the
from tests.objects.payloads import create
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
REFUSED = "Unfiltered access to metadata export requires super user or 'F_METADATA_EXPORT' authority."
SERVED = [get_schema(singular) for singular in ROOTS]


def test_a_category_combo_comes_with_all_that_it_combines(api: ApiClient) -> None:
    combo = combo_of(api)
    combo_of(api)

    assert contents(api, "categoryCombos", *combo["categoryCombos"]) == combo


def test_an_option_set_comes_with_options_and_their_custom_attributes(api: ApiClient) -> None:
    attribute = one(api, "attribute", valueType="TEXT", optionAttribute=True)
    of_attribute = options_of(api)
    api.patch(
        f"/api/attributes/{attribute['id']}",
        [{"op": "add", "path": "/optionSet", "value": the(of_attribute["optionSets"])}],
    )
    options = [one(api, "option", attributeValues=[{"attribute": attribute, "value": "x"}]), one(api, "option")]
    uid = one(api, "optionSet", options=options)["id"]

    assert contents(api, "optionSets", uid) == {
        "attributes": {attribute["id"]},
        "optionSets": {uid} | of_attribute["optionSets"],
        "options": {o["id"] for o in options} | of_attribute["options"],
    }


def test_a_data_element_group_comes_with_its_elements(api: ApiClient) -> None:
    combo, options, legends = combo_of(api), options_of(api), one(api, "legendSet")
    element = one(
        api, "dataElement", categoryCombo=the(combo["categoryCombos"]), optionSet=the(options["optionSets"]),
        legendSets=[legends],
    )  # fmt: skip
    group = one(api, "dataElementGroup", dataElements=[element])

    assert contents(api, "dataElementGroups", group["id"]) == combo | options | {
        "dataElementGroups": {group["id"]}, "dataElements": {element["id"]}, "legendSets": {legends["id"]},
    }  # fmt: skip


def test_a_data_set_comes_with_its_form(api: ApiClient) -> None:
    uid, expected = data_set(api)
    data_set(api)

    assert contents(api, "dataSets", uid) == expected


def test_a_program_comes_with_stages_rules_and_indicators(api: ApiClient) -> None:
    uid, expected = program(api)
    program(api)

    assert contents(api, "programs", uid) == expected


def test_a_dashboard_comes_with_what_its_items_show(api: ApiClient) -> None:
    element, indicator, legends, shown = (
        one(api, singular) for singular in ("dataElement", "indicator", "legendSet", "program")
    )
    dimensions = [
        {"dataDimensionItemType": "DATA_ELEMENT", "dataElement": element},
        {"dataDimensionItemType": "INDICATOR", "indicator": indicator},
    ]
    chart = one(api, "visualization", dataDimensionItems=dimensions, legend={"set": legends})
    table = one(api, "eventVisualization", program=shown)
    view = {"layer": "thematic", "renderingStrategy": "SINGLE", "dataDimensionItems": dimensions[:1]}
    place = one(api, "map", mapViews=[view])
    items = [{"visualization": chart}, {"eventVisualization": table}, {"map": place}]
    dashboard = one(api, "dashboard", dashboardItems=items)

    found = contents(api, "dashboards", dashboard["id"])

    expected = {
        "dashboards": dashboard, "visualizations": chart, "eventVisualizations": table, "maps": place,
        "dataElements": element, "indicators": indicator, "legendSets": legends, "programs": shown,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == {name: {item["id"]} for name, item in expected.items()}
    package = api.get(f"/api/dashboards/{dashboard['id']}/metadata.xml").content
    assert api.post("/api/metadata", package, content_type="application/xml").status == 200


def test_without_defaults(api: ApiClient) -> None:
    uid, expected = program(api)

    found = contents(api, "programs", uid, "defaults=EXCLUDE")

    assert found["categoryCombos"] == expected["categoryCombos"] - {"bjDvmb4bfuf"}


def test_org_units_stay_behind_and_references_to_them_as_they_are(api: ApiClient) -> None:
    """A package that goes in again where it comes from takes no unit its form away."""
    unit = one(api, "organisationUnit")
    uid = one(api, "dataSet", organisationUnits=[unit])["id"]

    package = api.get(f"/api/dataSets/{uid}/metadata").json

    assert not {"organisationUnits", "users", "userGroups"} & package.keys()
    assert api.post("/api/metadata", package).status == 200
    assert api.get(f"/api/dataSets/{uid}").json["organisationUnits"] == [unit]


@pytest.mark.parametrize("schema", SERVED, ids=lambda s: s.plural)
def test_the_caller_may_export_all_or_nothing(api: ApiClient, schema: Any, editor: User) -> None:
    uid = create(api, schema.singular, sharing={"public": "r-------"})["id"]
    persona("author", ["F_DATASET_PUBLIC_ADD"])
    address = f"/api/{schema.plural}/{uid}/metadata"

    refused = api.get(address, user="author")
    assert (refused.status, refused.json["message"]) == (409, REFUSED)
    assert api.get(address, user="editor").status == 200


@pytest.mark.parametrize("schema", SERVED, ids=lambda s: s.plural)
def test_what_the_caller_may_not_read_is_not_there(api: ApiClient, schema: Any, editor: User) -> None:
    uid = create(api, schema.singular, sharing={"public": "--------"})["id"]

    for missing in (uid, "abcdefghij1"):
        answer = api.get(f"/api/{schema.plural}/{missing}/metadata", user="editor")
        assert (answer.status, answer.json["errorCode"]) == (404, "E1005")


def test_dependencies_that_the_caller_may_not_read_are_left_out(api: ApiClient, editor: User) -> None:
    elements = [one(api, "dataElement", sharing={"public": p}) for p in ("--------", "r-------")]
    group = one(api, "dataElementGroup", dataElements=elements)

    assert (
        api.get(f"/api/dataElementGroups/{group['id']}/metadata", user="editor").json["dataElements"][0]["id"]
        == elements[1]["id"]
    )


def test_sharing_can_be_left_out(api: ApiClient) -> None:
    uid = create(api, "optionSet")["id"]

    assert "sharing" in api.get(f"/api/optionSets/{uid}/metadata").json["optionSets"][0]
    assert "sharing" not in api.get(f"/api/optionSets/{uid}/metadata?skipSharing=true").json["optionSets"][0]


def test_files_and_formats(api: ApiClient) -> None:
    uid = create(api, "optionSet")["id"]
    address = f"/api/optionSets/{uid}/metadata"

    plain, attached = api.get(f"{address}.json"), api.get(f"{address}.json?download=true")
    assert "Content-Disposition" not in plain.headers
    assert attached.headers["Content-Disposition"] == "attachment; filename=metadata.json"
    assert b"<optionSet " in api.get(f"{address}.xml").content
    packed = api.get(f"{address}.xml.gz")
    assert packed.headers["Content-Disposition"] == "attachment; filename=metadata.xml.gz"
    assert b"<optionSet " in gzip.decompress(packed.content)
    archive = zipfile.ZipFile(io.BytesIO(api.get(f"{address}.json.zip").content))
    assert archive.namelist() == ["metadata.json"]


def test_queries_do_not_grow_with_the_package(api: ApiClient) -> None:
    def group_of(size: int) -> str:
        elements = []
        for _ in range(size):
            combo, options = combo_of(api, size), options_of(api)
            elements.append(one(
                api, "dataElement", categoryCombo=the(combo["categoryCombos"]), optionSet=the(options["optionSets"])
            ))  # fmt: skip
        return one(api, "dataElementGroup", dataElements=elements)["id"]

    small, large = group_of(1), group_of(5)
    with query_counter() as few:
        api.get(f"/api/dataElementGroups/{small}/metadata")
    with query_counter() as many:
        api.get(f"/api/dataElementGroups/{large}/metadata")

    assert few.count == many.count


def test_edges_lead_downwards() -> None:
    """Otherwise what an edge finds would not be followed; a member that leads back is of the package already."""
    back = {("option", "optionSet"), ("optionSet", "option"), ("categoryCombo", "categoryOptionCombo")}
    order = list(FOLLOWED)
    for singular, members in FOLLOWED.items():
        schema = get_schema(singular)
        for member in (m for m in members if "." not in m):
            target = schema.properties[member].target
            if (singular, target) not in back:
                assert target not in order or order.index(target) > order.index(singular), member


@pytest.mark.parametrize(("singular", "member"), [(s, m) for s, members in FOLLOWED.items() for m in members])
def test_every_edge_leads_to_a_type_that_is_served(singular: str, member: str) -> None:
    schema = get_schema(singular)
    for name in member.split("."):
        schema = get_schema(schema.properties[name].target)
    assert schema.wire.endpoint
