"""Programs and stages: whose fields they are, how they are drawn and shared; variables that follow their fields."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.registry import get_schema
from tests.harness.client import ApiClient
from tests.metadata.packages import one
from tests.objects.imports import codes, errors, put_in
from tests.objects.payloads import create, minimal
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("singular", "rows", "field"),
    [
        ("program", "programTrackedEntityAttributes", "trackedEntityAttribute"),
        ("programStage", "programStageDataElements", "dataElement"),
    ],
)
def test_e3012_a_field_that_the_importer_may_not_read(
    api: ApiClient, editor: User, singular: str, rows: str, field: str
) -> None:
    secret = one(api, field, sharing={"public": "--------"})
    payload = minimal(api, get_schema(singular)) | {rows: [{field: secret}]}

    answer = put_in(api, user="editor", **{get_schema(singular).plural: [payload]})

    assert errors(answer) == [("E3012", field)]
    message = answer.summary["typeReports"][0]["objectReports"][0]["errorReports"][0]["message"]
    assert message.startswith("User `editor` does not have read access for object `")


def drawn(kind: Any) -> dict[str, Any]:
    return {"renderType": {"MOBILE": {"type": kind}}}


@pytest.mark.parametrize(("kind", "expected"), [("SLIDER", []), ("FANCY", ["E4017"]), ("MATRIX", ["E4017"])])
def test_fields_are_drawn_in_known_ways(api: ApiClient, kind: str, expected: list[str]) -> None:
    rows = [{"dataElement": one(api, "dataElement")} | drawn(kind)]
    stage = minimal(api, get_schema("programStage")) | {"programStageDataElements": rows}

    assert codes(api.post("/api/programStages", stage)) == expected


@pytest.mark.parametrize("singular", ["programSection", "programStageSection"])
@pytest.mark.parametrize(("kind", "expected"), [("MATRIX", []), ("SLIDER", ["E4017"])])
def test_sections_are_drawn_in_known_ways(api: ApiClient, singular: str, kind: str, expected: list[str]) -> None:
    schema = get_schema(singular)

    assert codes(api.post(f"/api/{schema.plural}", minimal(api, schema) | drawn(kind))) == expected


def public_of(api: ApiClient, stage: str) -> str:
    return api.get(f"/api/programStages/{stage}?fields=sharing").json["sharing"]["public"]


def test_the_stage_of_an_event_program_is_shared_as_its_program(api: ApiClient) -> None:
    program = create(api, "program", programType="WITHOUT_REGISTRATION", sharing={"public": "rwr-----"})
    stage = create(api, "programStage", program={"id": program["id"]}, sharing={"public": "r-------"})["id"]
    assert public_of(api, stage) == "rwr-----"

    changed = program | {"sharing": {"public": "r-r-----"}, "programStages": [{"id": stage}]}
    assert api.put(f"/api/programs/{program['id']}", changed).status == 200
    assert public_of(api, stage) == "r-r-----"


def test_the_stages_of_a_tracker_program_have_sharing_of_their_own(api: ApiClient) -> None:
    program = create(api, "program", programType="WITH_REGISTRATION", sharing={"public": "rwr-----"})
    stage = create(api, "programStage", program={"id": program["id"]}, sharing={"public": "r-------"})["id"]

    assert public_of(api, stage) == "r-------"


@pytest.mark.parametrize(
    ("source", "member", "singular"),
    [
        ("DATAELEMENT_CURRENT_EVENT", "dataElement", "dataElement"),
        ("TEI_ATTRIBUTE", "trackedEntityAttribute", "trackedEntityAttribute"),
    ],
)
def test_a_variable_has_the_value_type_of_its_field(api: ApiClient, source: str, member: str, singular: str) -> None:
    field = one(api, singular, valueType="DATE")
    members = {"programRuleVariableSourceType": source, member: field, "valueType": "NUMBER"}
    uid = create(api, "programRuleVariable", **members)["id"]

    assert api.get(f"/api/programRuleVariables/{uid}?fields=valueType").json == {"valueType": "DATE"}


def test_e4090_a_variable_without_source_type(api: ApiClient) -> None:
    payload = minimal(api, get_schema("programRuleVariable")) | {"programRuleVariableSourceType": None}

    assert codes(api.post("/api/programRuleVariables", payload)) == ["E4000", "E4090"]


def test_e1133_an_option_combo_without_combo(api: ApiClient) -> None:
    payload = {"name": "Nowhere", "categoryOptions": [one(api, "categoryOption")]}

    assert errors(api.post("/api/categoryOptionCombos", payload)) == [("E1133", "categoryCombo")]


def test_e4012_an_input_period_of_another_type(api: ApiClient) -> None:
    payload = minimal(api, get_schema("dataSet")) | {"dataInputPeriods": [{"period": {"id": "2025Q1"}}]}

    assert errors(api.post("/api/dataSets", payload)) == [("E4012", "dataInputPeriods.period")]


@pytest.mark.parametrize(
    ("color", "expected"),
    [("#fff", []), ("#A0b1C2", []), ("red", ["E4006"]), ("#ffff", ["E4006"]), ("#12345g", ["E4006"])],
)
def test_e4006_colours_are_hexadecimal(api: ApiClient, color: str, expected: list[str]) -> None:
    group = minimal(api, get_schema("organisationUnitGroup")) | {"color": color}
    legend = {"name": "low", "startValue": 0, "endValue": 1, "color": color}
    legends = minimal(api, get_schema("legendSet")) | {"legends": [legend]}

    assert codes(api.post("/api/organisationUnitGroups", group)) == expected
    assert errors(api.post("/api/legendSets", legends)) == [(code, "legends.color") for code in expected]


def test_a_stage_keeps_the_number_that_it_says_itself(api: ApiClient) -> None:
    """Unlike options, which are numbered by their places in their set."""
    program = create(api, "program")
    stages = [create(api, "programStage", program={"id": program["id"]}, sortOrder=n)["id"] for n in (7, 3)]
    listing = program | {"programStages": [{"id": stage} for stage in stages]}

    assert put_in(api, programs=[listing]).status == 200
    shown = api.get(f"/api/programs/{program['id']}?fields=programStages[id,sortOrder]").json["programStages"]
    assert shown == [{"id": stages[1], "sortOrder": 3}, {"id": stages[0], "sortOrder": 7}]
