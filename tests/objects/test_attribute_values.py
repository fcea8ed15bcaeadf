"""Values of custom attributes must fit the attribute's value type (E6004-E6021)."""

from __future__ import annotations

import pytest

from metadata.models import DataElement, OrganisationUnit
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.imports import codes, data_element, put_in
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db

WRONG = [
    ("INTEGER", "1.5", "E6006"),
    ("INTEGER_POSITIVE", "0", "E6007"),
    ("NUMBER", "many", "E6008"),
    ("INTEGER_ZERO_OR_POSITIVE", "-1", "E6009"),
    ("PERCENTAGE", "101", "E6010"),
    ("UNIT_INTERVAL", "2", "E6011"),
    ("INTEGER_NEGATIVE", "1", "E6013"),
    ("DATE", "yesterday", "E6014"),
    ("DATETIME", "2020-01-01", "E6015"),
    ("BOOLEAN", "perhaps", "E6016"),
    ("TRUE_ONLY", "false", "E6017"),
    ("EMAIL", "nobody", "E6018"),
    ("ORGANISATION_UNIT", "unknownUid1", "E6019"),
    ("USERNAME", "stranger", "E6020"),
    ("PHONE_NUMBER", "call me", "E6021"),
    ("GEOJSON", "{", "E6004"),
    ("GEOJSON", '{"type": "Point"}', "E6004"),
    ("GEOJSON", '{"type": "Feature"}', "E6005"),
]
RIGHT = [
    ("INTEGER", "-7"), ("INTEGER_POSITIVE", "7"), ("NUMBER", "1.5"), ("INTEGER_ZERO_OR_POSITIVE", "0"),
    ("PERCENTAGE", "100"), ("UNIT_INTERVAL", "0.5"), ("INTEGER_NEGATIVE", "-1"), ("DATE", "2020-01-31"),
    ("DATETIME", "2020-01-31T10:00"), ("BOOLEAN", "true"), ("TRUE_ONLY", "true"), ("EMAIL", "a@example.org"),
    ("USERNAME", "admin"), ("PHONE_NUMBER", "+4712345678"), ("TEXT", "anything"),
    ("GEOJSON", '{"type": "Point", "coordinates": [1, 2]}'),
]  # fmt: skip


def attribute(api: ApiClient, value_type: str) -> str:
    return create(api, "attribute", valueType=value_type, dataElementAttribute=True)["id"]


def valued(uid: str, value: str) -> dict[str, object]:
    return data_element(attributeValues=[{"attribute": {"id": uid}, "value": value}])


@pytest.mark.parametrize(("value_type", "value", "code"), WRONG)
def test_a_value_that_is_none_of_its_type(api: ApiClient, value_type: str, value: str, code: str) -> None:
    answer = api.post("/api/dataElements", valued(attribute(api, value_type), value))

    assert (answer.status, codes(answer)) == (409, [code])


@pytest.mark.parametrize(("value_type", "value"), RIGHT)
def test_a_value_of_its_type(api: ApiClient, value_type: str, value: str) -> None:
    assert api.post("/api/dataElements", valued(attribute(api, value_type), value)).status == 201


def test_an_org_unit_of_the_same_payload_is_known(api: ApiClient) -> None:
    uid = attribute(api, "ORGANISATION_UNIT")
    stored = OrganisationUnit.objects.values_list("uid", flat=True).first()
    unit = {"id": "unitOfTest1", "name": "New", "shortName": "New", "openingDate": "2020-01-01"}

    answer = put_in(api, dataElements=[valued(uid, stored), valued(uid, "unitOfTest1")], organisationUnits=[unit])

    assert answer.status == 200, answer


def test_a_definition_of_the_same_payload_counts(api: ApiClient) -> None:
    definition = {"id": "attrOfTest1", "name": "Count", "valueType": "INTEGER", "dataElementAttribute": True}

    answer = put_in(api, attributes=[definition], dataElements=[valued("attrOfTest1", "many")])

    assert codes(answer) == ["E6006"]


def test_runs_of_spaces_become_one(api: ApiClient) -> None:
    uid = attribute(api, "TEXT")
    payload = valued(uid, "a  b \t c")

    assert api.post("/api/dataElements", payload).status == 201
    assert DataElement.objects.get(uid=payload["id"]).attribute_values == {uid: "a b c"}


def test_the_number_of_queries_does_not_grow_with_the_values(api: ApiClient) -> None:
    uid = attribute(api, "USERNAME")
    found = []
    for size in (2, 200):
        elements = [valued(uid, "admin") for _ in range(size)]
        with query_counter() as few:
            assert put_in(api, dataElements=elements).status == 200
        found.append(few.count)
    assert found[0] == found[1]
