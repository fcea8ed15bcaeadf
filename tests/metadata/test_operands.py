"""`/api/dataElementOperands`: pairs of data elements and option combos (DHIS2 2.42, metadata model)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from metadata.models import CategoryOptionCombo, DataElement
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.imports import data_element, put_in
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db
PLAIN, SPLIT = "plainElemP1", "splitElemS1"
DEFAULT = "HllvX50cXC0"


@pytest.fixture
def elements(api: ApiClient) -> dict[str, str]:
    """`Plain` with the default combo; `Split` by two options; a data set splits `Plain` too. Option combos by name."""
    options = [{"id": f"splitOptio{n}", "name": f"Part {n}", "shortName": f"Part {n}"} for n in (1, 2)]
    named = {"name": "Parts", "shortName": "Parts", "dataDimensionType": "DISAGGREGATION"}
    category = {"id": "splitCatego", **named, "categoryOptions": [{"id": o["id"]} for o in options]}
    put_in(api, categoryOptions=options, categories=[category])
    combo = {"id": "splitComboC", "name": "Parts", "dataDimensionType": "DISAGGREGATION", "categories": [category]}
    assert api.post("/api/categoryCombos", combo).status == 201
    answer = put_in(
        api,
        dataElements=[data_element(id=PLAIN, name="Op plain"),
                      data_element(id=SPLIT, name="Op split", categoryCombo={"id": "splitComboC"})],
        dataSets=[{"id": "operandsSet", "name": "Op", "shortName": "Op", "periodType": "Monthly", "dataSetElements": [
            {"dataElement": {"id": PLAIN}, "categoryCombo": {"id": "splitComboC"}}]}],
    )  # fmt: skip
    assert answer.status == 200, answer
    return dict(CategoryOptionCombo.objects.filter(category_combo__uid="splitComboC").values_list("name", "uid"))


def listed(api: ApiClient, user: str = "admin", **params: Any) -> list[dict[str, Any]]:
    query = {"query": "Op ", "fields": "id", "paging": "false"} | params
    answer = api.get("/api/dataElementOperands?" + urlencode(query), user=user)
    assert answer.status == 200, answer
    return answer.json["dataElementOperands"]


def ids(api: ApiClient, **params: Any) -> list[str]:
    return [o["id"] for o in listed(api, **params)]


def test_pairs_in_order(api: ApiClient, elements: dict[str, str]) -> None:
    first, second = (f"{SPLIT}.{elements[f'Part {n}']}" for n in (1, 2))

    assert ids(api) == [f"{PLAIN}.{DEFAULT}", first, second]
    assert ids(api, totals="true") == [f"{PLAIN}.{DEFAULT}", SPLIT, first, second]


def test_a_data_set_has_combos_of_its_own(api: ApiClient, elements: dict[str, str]) -> None:
    assert ids(api, dataSet="operandsSet") == [f"{PLAIN}.{elements[f'Part {n}']}" for n in (1, 2)]
    assert api.get("/api/dataElementOperands?dataSet=zzzzzzzzzz1").status == 404


def test_fields_and_pages(api: ApiClient, elements: dict[str, str]) -> None:
    fields = "id,displayName,dataElement[name],categoryOptionCombo"
    page = api.get(
        "/api/dataElementOperands?" + urlencode({"query": "Op ", "fields": fields, "pageSize": 2, "page": 2})
    ).json

    assert page["pager"] | {"prevPage": ""} == {"page": 2, "total": 3, "pageSize": 2, "pageCount": 2, "prevPage": ""}
    assert page["dataElementOperands"] == [{
        "id": f"{SPLIT}.{elements['Part 2']}", "displayName": "Op split Part 2", "dataElement": {"name": "Op split"},
        "categoryOptionCombo": {"id": elements["Part 2"]},
    }]  # fmt: skip
    assert listed(api, fields="*", totals="true")[1].keys() == {"id", "name", "displayName", "dataElement"}


def test_filters_speak_of_the_data_element(api: ApiClient, elements: dict[str, str]) -> None:
    assert ids(api, filter="dataElement.name:eq:Op plain") == [f"{PLAIN}.{DEFAULT}"]
    answer = api.get("/api/dataElementOperands?filter=name:eq:x")
    assert (answer.status, answer.json["message"]) == (400, "Unknown path property: name")


def test_operands_of_unreadable_elements_are_not_listed(
    api: ApiClient, elements: dict[str, str], outsider: User
) -> None:
    DataElement.objects.filter(uid=SPLIT).update(sharing=private())

    assert ids(api, user="outsider") == [f"{PLAIN}.{DEFAULT}"]


def test_queries_follow_from_the_request(api: ApiClient, elements: dict[str, str]) -> None:
    ids(api)
    with query_counter() as few:
        ids(api)
    put_in(api, dataElements=[data_element(name=f"Op {n}") for n in range(50)])
    with query_counter() as many:
        assert len(ids(api)) == 53
    assert many.count == few.count
