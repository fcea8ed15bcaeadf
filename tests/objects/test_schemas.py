"""`/api/schemas`: what a client learns of a type (DHIS2 2.42, metadata API, schemas)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db


def prop(api: ApiClient, singular: str, name: str) -> dict[str, Any]:
    answer = api.get(f"/api/schemas/{singular}/{name}")
    assert answer.status == 200, answer
    return answer.json


def test_a_type(api: ApiClient) -> None:
    shown = api.get("/api/schemas/dataElement").json

    expected = {
        "klass": "org.hisp.dhis.dataelement.DataElement", "singular": "dataElement", "plural": "dataElements",
        "displayName": "Data Element", "shareable": True, "dataShareable": False, "metadata": True,
        "translatable": True,
        "identifiableObject": True, "nameableObject": True, "embeddedObject": False, "defaultPrivate": False,
        "relativeApiEndpoint": "/dataElements", "apiEndpoint": "http://testserver/api/dataElements",
        "href": "http://testserver/api/schemas/dataElement", "namespace": "http://dhis2.org/schema/dxf/2.0",
        "authorities": [
            {"type": "CREATE_PUBLIC", "authorities": ["F_DATAELEMENT_PUBLIC_ADD"]},
            {"type": "CREATE_PRIVATE", "authorities": ["F_DATAELEMENT_PRIVATE_ADD"]},
            {"type": "DELETE", "authorities": ["F_DATAELEMENT_DELETE"]},
        ],
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert "org.hisp.dhis.category.CategoryCombo" in shown["references"]


@pytest.mark.parametrize(
    ("singular", "name", "expected"),
    [
        ("dataElement", "name", {"propertyType": "TEXT", "required": True, "unique": True, "max": 230, "simple": True}),
        ("dataElement", "valueType", {"propertyType": "CONSTANT", "required": True, "owner": True}),
        ("dataElement", "categoryCombo", {
            "propertyType": "REFERENCE", "klass": "org.hisp.dhis.category.CategoryCombo", "manyToOne": True,
            "href": "http://testserver/api/schemas/categoryCombo", "relativeApiEndpoint": "/categoryCombos",
        }),
        ("dataElement", "dataElementGroups", {
            "propertyType": "COLLECTION", "name": "dataElementGroup", "collectionName": "dataElementGroups",
            "itemKlass": "org.hisp.dhis.dataelement.DataElementGroup", "itemPropertyType": "REFERENCE", "owner": False,
        }),
        ("dataSet", "dataSetElements", {"itemPropertyType": "COMPLEX", "owner": True, "collection": True}),
        ("categoryCombo", "categories", {"name": "category", "ordered": True, "owner": True}),
        ("optionSet", "options", {"name": "option", "ordered": True, "owner": True}),
        ("organisationUnit", "openingDate", {"propertyType": "DATE", "required": True}),
        ("organisationUnit", "geometry", {"propertyType": "GEOLOCATION", "required": False}),
        ("user", "username", {"propertyType": "USERNAME", "required": True, "unique": True}),
        ("user", "email", {"propertyType": "EMAIL", "required": False}),
        ("constant", "value", {"propertyType": "NUMBER", "required": True}),
        ("dataElement", "href", {"persisted": False, "writable": False}),
    ],
)  # fmt: skip
def test_properties(api: ApiClient, singular: str, name: str, expected: dict[str, Any]) -> None:
    shown = prop(api, singular, name)

    assert {key: shown.get(key) for key in expected} == expected


def test_enumerations_list_their_names(api: ApiClient) -> None:
    assert prop(api, "dataElement", "domainType")["constants"] == ["AGGREGATE", "TRACKER"]


def test_what_does_not_exist(api: ApiClient) -> None:
    for path, message in (
        ("nothing", "Type nothing does not exist."), ("nothing/name", "Type nothing does not exist."),
        ("user/password", "Property password does not exist on org.hisp.dhis.user.User"),
    ):  # fmt: skip
        answer = api.get(f"/api/schemas/{path}")
        assert (answer.status, answer.json["message"]) == (404, message)


def test_fields_narrow_what_is_shown(api: ApiClient) -> None:
    shown = api.get("/api/schemas/constant?fields=plural,properties[name,propertyType]").json

    assert shown.keys() == {"plural", "properties"}
    assert all(p.keys() == {"name", "propertyType"} for p in shown["properties"])


def test_every_singular_is_listed_once_and_answers(api: ApiClient) -> None:
    """Operands are embedded in data sets and in sections, as one type of the wire."""
    listed = [s["singular"] for s in api.get("/api/schemas?fields=singular").json["schemas"]]

    assert len(listed) == len(set(listed))
    assert "dataElementOperand" in listed
    for singular in listed:
        assert api.get(f"/api/schemas/{singular}?fields=singular").json == {"singular": singular}


@pytest.mark.parametrize("singular", ["access", "sharing", "userAccess", "userGroupAccess", "objectStyle"])
def test_what_many_types_have_is_a_type_of_its_own_without_an_address(api: ApiClient, singular: str) -> None:
    shown = api.get(f"/api/schemas/{singular}?fields=embeddedObject,metadata,apiEndpoint,properties[name]").json

    assert (shown["embeddedObject"], shown["metadata"], "apiEndpoint" in shown) == (True, False, False)
    assert shown["properties"]


def test_the_schema_of_access_names_what_access_shows(api: ApiClient) -> None:
    [shown] = api.get("/api/dataSets?fields=access&pageSize=1").json["dataSets"]
    schema = api.get("/api/schemas/access?fields=properties[name]").json

    assert {prop["name"] for prop in schema["properties"]} == set(shown["access"])


def test_every_schema_with_an_address_answers_there(api: ApiClient) -> None:
    schemas = api.get("/api/schemas?fields=plural,relativeApiEndpoint").json["schemas"]
    served = [schema for schema in schemas if "relativeApiEndpoint" in schema]

    answers = {s["plural"]: api.get(f"/api{s['relativeApiEndpoint']}?pageSize=1") for s in served}

    assert len(answers) > 50
    assert {answer.status for answer in answers.values()} == {200}
    # A type with an address in a way of its own answers in a form of its own, too.
    assert {plural for plural, answer in answers.items() if plural not in answer.json} == {"dataStores"}
