"""Metadata that data is kept by cannot be deleted (E4030), nor can what data means be changed (E1121)."""

from __future__ import annotations

import pytest

from dhis2api.demo import identifiers as ids
from tests.datavalues.payloads import HARBOUR, SESSIONS, send, value
from tests.harness.client import Answer, ApiClient

pytestmark = pytest.mark.django_db


def codes(answer: Answer) -> list[str]:
    return [report["errorCode"] for report in answer.json["response"]["errorReports"]]


def new(api: ApiClient, plural: str, **members: object) -> str:
    """An object of one's own, so that only data can stand in the way of its deletion."""
    payload = {"id": "nEwObject01", "name": "New object", "shortName": "New object"} | members
    answer = api.post(f"/api/{plural}", payload)
    assert answer.status == 201, answer
    return "nEwObject01"


@pytest.fixture
def element(api: ApiClient) -> str:
    return new(api, "dataElements", valueType="NUMBER", domainType="AGGREGATE", aggregationType="SUM",
               categoryCombo={"id": ids.DEFAULT_CATEGORY_COMBO})  # fmt: skip


@pytest.mark.parametrize("is_deleted", [False, True], ids=["live", "deleted"])
def test_data_element_with_data(api: ApiClient, element: str, is_deleted: bool) -> None:
    send(api, value(data_element=element))
    if is_deleted:
        send(api, value(data_element=element, value=""))

    answer = api.delete(f"/api/dataElements/{element}")

    assert (answer.status, codes(answer)) == (409, ["E4030"])
    assert api.get(f"/api/dataElements/{element}").status == 200


def test_data_element_without_data(api: ApiClient, element: str) -> None:
    assert api.delete(f"/api/dataElements/{element}").status == 200


def test_org_unit_with_data(api: ApiClient) -> None:
    unit = new(api, "organisationUnits", openingDate="2000-01-01", parent={"id": ids.BADJIA})
    send(api, value(org_unit=unit))

    answer = api.delete(f"/api/organisationUnits/{unit}")

    assert (answer.status, codes(answer)) == (409, ["E4030"])


def test_option_combo_that_is_an_attribute_of_data(api: ApiClient) -> None:
    send(api, value(data_element=SESSIONS, attribute_option_combo=HARBOUR))

    answer = api.delete(f"/api/categoryOptionCombos/{HARBOUR}")

    assert (answer.status, codes(answer)) == (409, ["E4030"])


def test_value_type_of_a_data_element_with_data(api: ApiClient, element: str) -> None:
    path, patch = f"/api/dataElements/{element}", [{"op": "replace", "path": "/valueType", "value": "TEXT"}]
    send(api, value(data_element=element))

    refused = api.patch(path, patch, content_type="application/json-patch+json")

    assert (refused.status, codes(refused)) == (409, ["E1121"])
    assert api.get(path + "?fields=valueType").json == {"valueType": "NUMBER"}


def test_value_type_of_a_data_element_without_data(api: ApiClient, element: str) -> None:
    path, patch = f"/api/dataElements/{element}", [{"op": "replace", "path": "/valueType", "value": "TEXT"}]

    assert api.patch(path, patch, content_type="application/json-patch+json").status == 200
