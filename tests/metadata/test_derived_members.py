"""Members that follow from other tables: of rows, of sections, of what can be a dimension or an item of one."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import DataSet, TrackedEntityAttribute
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db
FRENCH = [{"locale": "fr", "property": "SHORT_NAME", "value": "Prénom"}]


def shown(api: ApiClient, plural: str, uid: str, fields: str) -> dict[str, Any]:
    answer = api.get(f"/api/{plural}/{uid}?fields={fields}")
    assert answer.status == 200, answer
    return answer.json


def ref(found: dict[str, Any]) -> dict[str, str]:
    return {"id": found["id"]}


def test_a_row_shows_the_value_type_and_short_name_of_its_attribute(api: ApiClient) -> None:
    attribute = create(api, "trackedEntityAttribute", valueType="AGE", shortName="First")
    TrackedEntityAttribute.objects.filter(uid=attribute["id"]).update(translations=FRENCH)
    rows = [{"trackedEntityAttribute": ref(attribute)}]
    program = create(api, "program", shortName="ANC", programTrackedEntityAttributes=rows)
    kind = create(api, "trackedEntityType", shortName="Patient", trackedEntityTypeAttributes=rows)

    row = "[valueType,displayShortName]"
    assert shown(api, "programs", program["id"], f"programTrackedEntityAttributes{row}") == {
        "programTrackedEntityAttributes": [{"valueType": "AGE", "displayShortName": "ANC First"}]
    }
    french = f"trackedEntityTypeAttributes{row}&translate=true&locale=fr"
    assert shown(api, "trackedEntityTypes", kind["id"], french) == {
        "trackedEntityTypeAttributes": [{"valueType": "AGE", "displayShortName": "Patient Prénom"}]
    }


def test_a_section_shows_the_combos_of_its_elements_as_the_data_set_has_them(api: ApiClient) -> None:
    own, overriding = create(api, "categoryCombo"), create(api, "categoryCombo")
    elements = [create(api, "dataElement", categoryCombo=ref(own)) for _ in range(3)]
    rows = [{"dataElement": ref(element)} for element in elements]
    rows[1]["categoryCombo"] = ref(overriding)
    data_set = create(api, "dataSet", dataSetElements=rows)

    section = create(api, "section", dataSet=ref(data_set), dataElements=[ref(element) for element in elements])

    found = shown(api, "sections", section["id"], "categoryCombos")
    assert found == {"categoryCombos": [ref(own), ref(overriding)]}


@pytest.mark.parametrize("size", [2, 20])
def test_they_are_read_for_all_rows_at_once(api: ApiClient, size: int) -> None:
    element = create(api, "dataElement")
    data_set = create(api, "dataSet", dataSetElements=[{"dataElement": ref(element)}])
    for _ in range(size):
        create(api, "section", dataSet=ref(data_set), dataElements=[ref(element)])

    api.get("/api/me?fields=id")
    with query_counter() as few:
        answer = api.get("/api/sections?fields=id,categoryCombos[id]&paging=false")

    assert len(answer.json["sections"]) >= size
    assert few.count <= 7
    assert DataSet.objects.filter(uid=data_set["id"]).exists()


def test_an_indicator_group_names_its_first_set(api: ApiClient) -> None:
    group = create(api, "indicatorGroup")
    assert shown(api, "indicatorGroups", group["id"], "indicatorGroupSet") == {}

    group_set = create(api, "indicatorGroupSet", indicatorGroups=[ref(group)])
    found = shown(api, "indicatorGroups", group["id"], "indicatorGroupSet[id,name]")
    assert found == {"indicatorGroupSet": {"id": group_set["id"], "name": group_set["name"]}}


def test_what_an_item_of_a_dimension_shows(api: ApiClient) -> None:
    legends = [create(api, "legendSet") for _ in range(2)]
    element = create(api, "dataElement", legendSets=[ref(found) for found in legends])
    members = "dimensionItem,dimensionItemType,legendSet,legendSets,queryMods"

    assert shown(api, "dataElements", element["id"], members) == {
        "dimensionItem": element["id"], "dimensionItemType": "DATA_ELEMENT", "legendSet": ref(legends[0]),
        "legendSets": [ref(found) for found in legends],
    }  # fmt: skip
    group = create(api, "organisationUnitGroup")
    assert shown(api, "organisationUnitGroups", group["id"], members) == {
        "dimensionItem": group["id"], "dimensionItemType": "ORGANISATION_UNIT_GROUP", "legendSets": [],
    }  # fmt: skip


def test_what_a_dimension_shows(api: ApiClient) -> None:
    options = [create(api, "categoryOption") for _ in range(2)]
    category = create(api, "category", categoryOptions=[ref(option) for option in options])

    found = shown(api, "categories", category["id"], "dimension,dimensionType,allItems,items[id,name]")

    assert found == {
        "dimension": category["id"], "dimensionType": "CATEGORY", "allItems": False,
        "items": [{"id": option["id"], "name": option["name"]} for option in options],
    }  # fmt: skip
    refused = api.post(f"/api/categories/{category['id']}/items", {"identifiableObjects": [ref(options[0])]})
    assert refused.status == 409


def test_a_group_of_units_shows_what_kind_of_geometry_it_has(api: ApiClient) -> None:
    point = create(api, "organisationUnitGroup", geometry={"type": "Point", "coordinates": [1, 2]})
    line = create(api, "organisationUnitGroup", geometry={"type": "LineString", "coordinates": [[1, 2], [3, 4]]})
    bare = create(api, "organisationUnitGroup")

    kinds = [shown(api, "organisationUnitGroups", group["id"], "featureType") for group in (point, line, bare)]

    assert kinds == [{"featureType": "POINT"}, {"featureType": "NONE"}, {}]


def test_an_approval_level_names_the_level_of_its_units(api: ApiClient) -> None:
    create(api, "organisationUnitLevel", level=77, name="Chiefdom")
    named, unnamed = (create(api, "dataApprovalLevel", orgUnitLevel=level) for level in (77, 78))

    found = [shown(api, "dataApprovalLevels", one["id"], "orgUnitLevelName") for one in (named, unnamed)]

    assert found == [{"orgUnitLevelName": "Chiefdom"}, {"orgUnitLevelName": "Level 78"}]
    listed = api.get("/api/dataApprovalLevels?filter=orgUnitLevelName:eq:Chiefdom&fields=id").json
    assert listed["dataApprovalLevels"] == [ref(named)]


def test_an_indicator_shows_what_analytics_would_compute(api: ApiClient) -> None:
    indicator = create(api, "indicator", numerator="1+1", denominator="2")

    found = shown(api, "indicators", indicator["id"], "explodedNumerator,explodedDenominator")

    assert found == {"explodedNumerator": "1+1", "explodedDenominator": "2"}


def test_no_role_is_tied_to_a_program(api: ApiClient) -> None:
    assert shown(api, "programs", create(api, "program")["id"], "userRoles") == {"userRoles": []}
