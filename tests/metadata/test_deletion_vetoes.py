"""What no foreign key holds back and DHIS2 does (DHIS2 2.42, metadata model, deletion vetoes)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.metadata.packages import combo_of, one, program, the
from tests.objects.imports import put_in
from tests.objects.payloads import EXPRESSION, create

pytestmark = pytest.mark.django_db


def veto(answer: Answer) -> str:
    """The hint of the one E4030."""
    assert answer.status == 409, answer
    (report,) = answer.json["response"]["errorReports"]
    assert (report["errorCode"], report["args"]) == ("E4030", [])
    return report["message"].rpartition("associated with another object: ")[2]


def indicator(api: ApiClient, **members: Any) -> None:
    create(api, "indicator", name="Coverage", **members)


def test_a_custom_attribute_stays_while_an_object_has_a_value_of_it(api: ApiClient) -> None:
    attribute = create(api, "attribute", dataElementAttribute=True, constantAttribute=True)["id"]
    element = create(api, "dataElement", attributeValues=[{"attribute": {"id": attribute}, "value": "x"}])

    assert veto(api.delete(f"/api/attributes/{attribute}")) == "DataElement.Attribute"
    assert api.delete(f"/api/dataElements/{element['id']}").status == 200
    assert api.delete(f"/api/attributes/{attribute}").status == 200


def test_deleting_attributes_asks_as_often_for_many_as_for_few(api: ApiClient) -> None:
    def queries(count: int) -> int:
        attributes = [create(api, "attribute", dataElementAttribute=True) for _ in range(count)]
        with query_counter() as counted:
            assert put_in(api, "importStrategy=DELETE", attributes=attributes).status == 200
        return counted.count

    assert queries(10) == queries(1)


@pytest.mark.parametrize("side", ["numerator", "denominator"])
def test_an_indicator_keeps_the_data_elements_of_its_expressions(api: ApiClient, side: str) -> None:
    element = create(api, "dataElement")["id"]
    indicator(api, **{side: f"#{{{element}}} + 1"})

    assert veto(api.delete(f"/api/dataElements/{element}")) == "Indicator (Coverage)"


@pytest.mark.parametrize("side", ["generator", "sampleSkipTest"])
def test_a_predictor_keeps_the_data_elements_of_its_expressions(api: ApiClient, side: str) -> None:
    element = create(api, "dataElement")["id"]
    create(api, "predictor", name="Trend", **{side: EXPRESSION | {"expression": f"#{{{element}}}"}})

    assert veto(api.delete(f"/api/dataElements/{element}")) == "Predictor (Trend)"


@pytest.mark.parametrize("plural", ["categoryOptionCombos", "categoryCombos"])
def test_an_indicator_keeps_the_option_combos_of_its_expressions(api: ApiClient, plural: str) -> None:
    found = combo_of(api)
    element, combo = create(api, "dataElement")["id"], sorted(found["categoryOptionCombos"])[0]
    indicator(api, numerator=f"#{{{element}.{combo}}}")
    uid = combo if plural == "categoryOptionCombos" else the(found["categoryCombos"])["id"]

    assert veto(api.delete(f"/api/{plural}/{uid}")) == "Indicator (Coverage)"


def test_a_combo_keeps_its_categories(api: ApiClient) -> None:
    category = create(api, "category")["id"]
    combo = create(api, "categoryCombo", name="By sex", categories=[{"id": category}])["id"]

    assert veto(api.delete(f"/api/categories/{category}")) == "CategoryCombo (By sex)"
    assert api.get(f"/api/categoryCombos/{combo}?fields=categories").json == {"categories": [{"id": category}]}
    assert put_in(
        api, "importStrategy=DELETE", categories=[{"id": category}], categoryCombos=[{"id": combo}]
    ).status == 200  # fmt: skip
    assert api.get(f"/api/categories/{category}").status == 404


def test_programs_of_a_deleted_combo_fall_back_to_the_default_one(api: ApiClient) -> None:
    combo = the(combo_of(api)["categoryCombos"])
    found = create(api, "program", categoryCombo=combo)["id"]

    assert api.delete(f"/api/categoryCombos/{combo['id']}").status == 200
    shown = api.get(f"/api/programs/{found}?fields=categoryCombo").json
    assert shown == {"categoryCombo": {"id": "bjDvmb4bfuf"}}


def test_rules_variables_and_stages_go_with_their_program(api: ApiClient) -> None:
    """Though a rule names a stage and an action its section, which neither may lose alone."""
    uid, contents = program(api)
    stage, section = the(contents["programStages"]), the(contents["programStageSections"])
    rule = one(api, "programRule", program={"id": uid}, programStage=stage)
    create(api, "programRuleAction", programRule=rule, programRuleActionType="HIDESECTION", programStageSection=section)

    assert veto(api.delete(f"/api/programStages/{stage['id']}")).startswith("ProgramRule")
    assert api.delete(f"/api/programs/{uid}").status == 200
    for gone in (f"programStages/{stage['id']}", f"programRules/{rule['id']}", f"programStageSections/{section['id']}"):
        assert api.get(f"/api/{gone}").status == 404
