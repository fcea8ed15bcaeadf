"""Category mappings of programs, and program indicators that use them (DHIS2 2.42, E4071-E4080)."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.registry import get_schema
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.metadata.packages import combo_of, the
from tests.objects.imports import codes, errors, put_in
from tests.objects.payloads import create, minimal

pytestmark = pytest.mark.django_db


@pytest.fixture
def combo(api: ApiClient) -> dict[str, Any]:
    return combo_of(api)


def mapping(combo: dict[str, Any], uid: str = "MappingOne1", **members: Any) -> dict[str, Any]:
    """A mapping of the combo's category with a filter for each of its options."""
    rows = [{"optionId": option, "filter": "true"} for option in sorted(combo["categoryOptions"])]
    category = the(combo["categories"])["id"]
    return {"id": uid, "categoryId": category, "mappingName": uid, "optionMappings": rows} | members


def post(api: ApiClient, *mappings: dict[str, Any]) -> list[str]:
    answer = api.post("/api/programs", minimal(api, get_schema("program")) | {"categoryMappings": mappings})
    found = errors(answer)
    assert answer.status == (409 if found else 201), answer
    assert {place for _, place in found} <= {"categoryMappings"}
    return codes(answer)


def test_a_right_mapping_goes_in_and_comes_out(api: ApiClient, combo: dict[str, Any]) -> None:
    sent = mapping(combo)
    program = create(api, "program", categoryMappings=[sent])["id"]

    assert api.get(f"/api/programs/{program}?fields=categoryMappings").json == {"categoryMappings": [sent]}


def test_what_is_wrong_with_a_mapping(api: ApiClient, combo: dict[str, Any]) -> None:
    foreign = the({sorted(combo_of(api)["categoryOptions"])[0]})["id"]
    own = sorted(combo["categoryOptions"])[0]

    def options(*uids: str) -> list[dict[str, str]]:
        return [{"optionId": uid, "filter": "true"} for uid in uids]

    assert post(api, mapping(combo), mapping(combo, mappingName="Other")) == ["E4075"]
    assert post(api, mapping(combo, categoryId="zzzzzzzzzz1")) == ["E4076"]
    assert post(api, mapping(combo), mapping(combo, uid="MappingTwo1", mappingName="MappingOne1")) == ["E4077"]
    assert post(api, mapping(combo, optionMappings=options("zzzzzzzzzz1"))) == ["E4078"]
    assert post(api, mapping(combo, optionMappings=options(foreign))) == ["E4079"]
    assert post(api, mapping(combo, optionMappings=options(own, own))) == ["E4080"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (["x"], "programs[0].categoryMappings[0]"), ([{"categoryId": "x"}], "programs[0].categoryMappings[0]"),
        ([{"id": "MappingOne1", "optionMappings": {"a": 1}}], "programs[0].categoryMappings[0].optionMappings"),
        ([{"id": "MappingOne1", "optionMappings": [1]}], "programs[0].categoryMappings[0].optionMappings"),
    ],
)  # fmt: skip
def test_a_mapping_of_the_wrong_shape_is_named(api: ApiClient, given: Any, place: str) -> None:
    answer = put_in(api, programs=[minimal(api, get_schema("program")) | {"categoryMappings": given}])

    assert (answer.status, f"`{place}`" in answer.json["message"]) == (400, True)


def test_categories_and_options_of_the_same_payload_can_be_mapped(api: ApiClient) -> None:
    option = minimal(api, get_schema("categoryOption"))
    category = minimal(api, get_schema("category")) | {"categoryOptions": [{"id": option["id"]}]}
    sent = mapping({"categories": {category["id"]}, "categoryOptions": {option["id"]}})
    program = minimal(api, get_schema("program")) | {"categoryMappings": [sent]}

    assert put_in(api, programs=[program], categories=[category], categoryOptions=[option]).status == 200


def test_a_program_indicator_uses_mappings_of_its_program(api: ApiClient, combo: dict[str, Any]) -> None:
    other = combo_of(api)
    mappings = [mapping(combo), mapping(combo, uid="MappingTwo1"), mapping(other, uid="MappingOth1")]
    program = {"id": create(api, "program", categoryMappings=mappings)["id"]}

    def post_indicator(*named: str) -> list[str]:
        members = {"program": program, "categoryCombo": the(combo["categoryCombos"]), "categoryMappingIds": named}
        return codes(api.post("/api/programIndicators", minimal(api, get_schema("programIndicator")) | members))

    assert post_indicator("zzzzzzzzzz1") == ["E4071"]
    assert post_indicator("MappingOne1", "MappingOne1") == ["E4072"]
    assert post_indicator("MappingOne1", "MappingTwo1") == ["E4073"]
    assert post_indicator("MappingOth1") == ["E4074"]
    answer = api.post(
        "/api/programIndicators",
        minimal(api, get_schema("programIndicator"))
        | {"program": program, "attributeCombo": the(other["categoryCombos"]), "categoryMappingIds": ["MappingOth1"]},
    )
    assert answer.status == 201, answer


def test_the_number_of_queries_does_not_grow(api: ApiClient) -> None:
    def queries(count: int) -> int:
        programs = [
            minimal(api, get_schema("program")) | {"categoryMappings": [mapping(combo_of(api))]} for _ in range(count)
        ]
        with query_counter() as counted:
            assert put_in(api, programs=programs).status == 200
        return counted.count

    queries(1)
    assert queries(5) == queries(1)


@pytest.mark.parametrize("wrong", [{"categoryId": ["a"]}, {"mappingName": [1]}, {"optionMappings": [{"optionId": {}}]}])
def test_names_that_are_no_texts(api: ApiClient, combo: dict[str, Any], wrong: dict[str, Any]) -> None:
    payload = minimal(api, get_schema("program")) | {"categoryMappings": [mapping(combo) | wrong]}

    refused = api.post("/api/programs", payload)

    assert refused.status == 400
    assert refused.json["message"].startswith("`programs[0].categoryMappings[0].")
