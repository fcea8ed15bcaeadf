"""Each code that the import of any type may report, and where it points."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import Attribute, DataElement
from tests.harness.client import ApiClient
from tests.objects.imports import codes, data_element, errors, group, put_in, unit
from tests.personas import persona, private
from users.models import User

pytestmark = pytest.mark.django_db


def attribute(uid: str, **columns: Any) -> str:
    columns = {"value_type": "TEXT", "data_element_attribute": True, "sharing": private()} | columns
    Attribute.objects.create(uid=uid, name=f"Attribute {uid}", **columns)
    return uid


def valued(uid: str, value: str) -> list[dict[str, Any]]:
    return [{"attribute": {"id": uid}, "value": value}]


CONTENT = [
    ("E4000", "name", {"name": None}), ("E4000", "valueType", {"valueType": None}),
    ("E4000", "shortName", {"shortName": ""}),
    ("E4001", "name", {"name": "x" * 231}), ("E4001", "code", {"code": "x" * 51}),
    ("E4002", "formName", {"formName": "x"}), ("E4004", "url", {"url": "ftp://example.org"}),
    ("E4014", None, {"id": "1234"}), ("E4014", None, {"id": "1bcdefghijk"}), ("E4014", None, {"id": "abc-efghijk"}),
    ("E5002", "optionSet", {"optionSet": {"id": "zzzzzzzzzz1"}}),
    ("E5002", "categoryCombo", {"categoryCombo": {"id": "zzzzzzzzzz1"}}),
    ("E5002", "legendSet", {"legendSets": [{"id": "zzzzzzzzzz1"}]}),
    ("E5002", "optionSet", {"optionSet": {"code": "no such"}}),
    ("E5002", "attributeValues", {"attributeValues": valued("zzzzzzzzzz1", "x")}),
    ("E5002", "userAccesses", {"sharing": private() | {"users": {"zzzzzzzzzz1": {"id": "zzzzzzzzzz1",
     "access": "r-------"}}}}),
    ("E5002", "userGroupAccesses", {"userGroupAccesses": [{"id": "zzzzzzzzzz1", "access": "r-------"}],
     "publicAccess": "--------"}),
    ("E3010", None, {"sharing": {"public": "rw"}}), ("E3010", None, {"sharing": {"public": 7}}),
    ("E3010", None, {"publicAccess": "rwx-----"}),
    ("E4000", "locale", {"translations": [{"property": "NAME", "value": "x"}]}),
    ("E1106", None, {"translations": [{"property": "NAME", "locale": "fr", "value": v} for v in "ab"]}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "prop", "members"), CONTENT, ids=[f"{c} {sorted(m)[0]}" for c, _, m in CONTENT])
def test_content(api: ApiClient, code: str, prop: str | None, members: dict[str, Any]) -> None:
    answer = put_in(api, dataElements=[data_element(**members)])

    assert (answer.status, errors(answer)) == (409, [(code, prop)])


def message(answer: Any) -> str:
    return answer.summary["typeReports"][0]["objectReports"][0]["errorReports"][0]["message"]


def test_messages_that_clients_compare(api: ApiClient, editor: User) -> None:
    def said(**members: Any) -> str:
        return message(put_in(api, dataElements=[data_element(**members)]))

    assert said(valueType=None) == "Missing required property `valueType`"
    assert said(id="1234") == "Invalid UID `1234` for property `DataElement`"
    duplicates = [{"property": "NAME", "locale": "sv", "value": v} for v in "ab"]
    assert said(id="abcdefghij1", translations=duplicates) == (
        "There are duplicate translation records for property `name` and locale `sv` on DataElement `abcdefghij1`"
    )
    user = {"firstName": "A", "surname": "B", "username": "somebody", "userRoles": [{"id": "yrB6vc5Ip3r"}]}
    translated = put_in(api, users=[user | {"translations": duplicates}])
    assert (codes(translated), message(translated)) == (["E1107"], "Object type `User` is not translatable")
    mail = put_in(api, users=[user | {"email": "Not-valid"}])
    assert (codes(mail), message(mail)) == (
        ["E4003"],
        "Property `email` requires a valid email address, was given `Not-valid`",
    )


def test_e4000_of_an_embedded_row_names_both(api: ApiClient) -> None:
    answer = put_in(api, legendSets=[{"name": "Legends", "legends": [{"name": "low", "startValue": 1}]}])

    assert errors(answer) == [("E4000", "legends.endValue")]


def test_e4008_a_number_out_of_range(api: ApiClient) -> None:
    assert errors(put_in(api, organisationUnitLevels=[{"name": "Zero", "level": 0}])) == [("E4008", "level")]


def test_e4009_and_e5003_what_must_be_unique(api: ApiClient) -> None:
    number = attribute("uniqueAttr1", unique=True)
    first = data_element(name="Unique", shortName="Unique", code="UNIQUE", attributeValues=valued(number, "17"))
    put_in(api, dataElements=[first])

    stored = put_in(api, dataElements=[data_element(name="Unique", attributeValues=valued(number, "17"))])
    assert errors(stored) == [("E4009", "attributeValues"), ("E5003", "name")]
    (report, other) = stored.summary["typeReports"][0]["objectReports"][0]["errorReports"]
    assert other["mainId"] == first["id"]
    assert report["message"] == "Attribute `Attribute uniqueAttr1` must be unique, and value `17` already exist"
    twins = put_in(api, dataElements=[data_element(code="TWIN"), data_element(code="TWIN")])
    assert errors(twins) == [("E5003", "code")]
    assert put_in(api, dataElements=[first]).status == 200
    assert put_in(api, dataElements=[data_element(code=""), data_element(code="")]).status == 200


def test_e4011_and_e6012_custom_attributes(api: ApiClient) -> None:
    needed = attribute("mandatoryA1", mandatory=True)
    foreign = attribute("foreignAtt1", data_element_attribute=False, option_attribute=True)

    assert errors(put_in(api, dataElements=[data_element()])) == [("E4011", "attributeValues")]
    both = valued(needed, "x") + valued(foreign, "x")
    assert errors(put_in(api, dataElements=[data_element(attributeValues=both)])) == [("E6012", "attributeValues")]
    assert put_in(api, dataElements=[data_element(attributeValues=valued(needed, "x"))]).status == 200


def test_a_custom_attribute_and_its_values_in_one_payload(api: ApiClient) -> None:
    new = {"id": "newAttribu1", "name": "New", "valueType": "TEXT", "dataElementAttribute": True}

    answer = put_in(api, attributes=[new], dataElements=[data_element(attributeValues=valued("newAttribu1", "x"))])

    assert answer.status == 200, answer


def test_e5000_and_e5001_existence(api: ApiClient) -> None:
    element = data_element(name="Here")
    put_in(api, dataElements=[element])

    there = put_in(api, "importStrategy=CREATE", dataElements=[element])
    assert (codes(there), message(there)) == (
        ["E5000"], "Found matching object for reference, but import mode is CREATE. Identifier was UID, and object was "
        f"Here [{element['id']}] (DataElement)",
    )  # fmt: skip
    assert errors(put_in(api, "importStrategy=UPDATE", dataElements=[data_element()])) == [("E5001", "id")]
    assert errors(put_in(api, "importStrategy=DELETE", dataElements=[{"id": "zzzzzzzzzz1"}])) == [("E5001", "id")]


def test_e5004_the_same_id_twice(api: ApiClient) -> None:
    first = data_element()

    assert codes(put_in(api, dataElements=[first, data_element(id=first["id"])])) == ["E5004"]


def test_e5005_the_same_combination_twice(api: ApiClient) -> None:
    put_in(api, dataSets=[{"id": "dataSetOfS1", "name": "S", "shortName": "S", "periodType": "Monthly"}])
    sections = [{"name": "Same", "dataSet": {"id": "dataSetOfS1"}} for _ in range(2)]

    assert codes(put_in(api, sections=sections)) == ["E5005"]


def test_e5006_the_other_side_of_a_relation(api: ApiClient) -> None:
    """Refused only when the report mode asks; ignored otherwise."""
    owner = group()
    put_in(api, dataElementGroups=[owner])
    element = data_element(dataElementGroups=[{"id": owner["id"]}])

    refused = put_in(api, "importReportMode=ERRORS_NOT_OWNER", dataElements=[element])
    assert errors(refused) == [("E5006", "dataElementGroups")]
    assert put_in(api, dataElements=[element]).status == 200
    assert not DataElement.objects.get(uid=element["id"]).data_element_groups.exists()


def test_e5007_the_same_reference_twice(api: ApiClient) -> None:
    element = data_element()

    answer = put_in(api, dataElements=[element], dataElementGroups=[group(element["id"], element["id"])])

    assert errors(answer) == [("E5007", "dataElement")]


def test_e5008_a_reference_that_the_importer_may_not_read(api: ApiClient, editor: User) -> None:
    secret = data_element(sharing={"public": "--------"})
    put_in(api, dataElements=[secret])

    answer = put_in(api, user="editor", dataElementGroups=[group(secret["id"])])

    assert errors(answer) == [("E5008", "dataElement")]


def test_e3000_creating_without_authority(api: ApiClient, outsider: User) -> None:
    answer = put_in(api, user="outsider", dataElements=[data_element()])

    assert codes(answer) == ["E3000", "E3009"]
    assert message(answer) == "User `outsider` is not allowed to create objects of type DataElement."


def test_e3001_and_e3002_changing_what_is_readable_only(api: ApiClient, editor: User) -> None:
    element = data_element(sharing={"public": "r-------"})
    put_in(api, dataElements=[element])

    update = put_in(api, user="editor", dataElements=[element])
    delete = put_in(api, "importStrategy=DELETE", user="editor", dataElements=[element])

    assert (codes(update), codes(delete)) == (["E3001"], ["E3002"])
    assert message(update).startswith("User `editor` is not allowed to update object ")


def test_e3008_public_objects_of_who_makes_private_ones(api: ApiClient, private_author: User) -> None:
    public, secret = ({"public": text} for text in ("rw------", "--------"))

    assert codes(put_in(api, user="private_author", dataElements=[data_element(sharing=public)])) == ["E3008"]
    assert put_in(api, user="private_author", dataElements=[data_element(sharing=secret)]).status == 200


def test_e3011_data_rights_where_there_is_no_data(api: ApiClient, editor: User) -> None:
    data = {"public": "rwr-----"}
    data_set = {"name": "DS", "shortName": "DS", "periodType": "Monthly", "sharing": data}

    assert codes(put_in(api, user="editor", dataElements=[data_element(sharing=data)])) == ["E3011"]
    assert put_in(api, user="editor", dataSets=[data_set]).status == 200


def test_all_checks_run_for_one_object_in_the_order_of_their_codes(api: ApiClient) -> None:
    element = data_element(id="1", name=None, url="x", optionSet={"id": "zzzzzzzzzz1"})

    assert codes(put_in(api, dataElements=[element])) == ["E4000", "E4004", "E4014", "E5002"]


def test_e6022_and_e4013_of_org_units(api: ApiClient) -> None:
    lonely = unit()
    assert errors(put_in(api, organisationUnits=[lonely | {"parent": {"id": lonely["id"]}}])) == [("E6022", "parent")]
    assert errors(put_in(api, organisationUnits=[unit(closedDate="2019-01-01")])) == [("E4013", "closedDate")]


def test_private_grants_reach_a_user(api: ApiClient) -> None:
    somebody = persona("somebody", ["F_DATAELEMENT_PRIVATE_ADD"])
    element = data_element(userAccesses=[{"id": somebody.uid, "access": "rw------"}], publicAccess="--------")
    put_in(api, dataElements=[element])

    assert api.put(f"/api/dataElements/{element['id']}", element, user="somebody").status == 200
