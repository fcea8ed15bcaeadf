"""What is wrong with a whole set ends its import before any value is looked at (E7600, E7601, E7603, E7604)."""

from __future__ import annotations

import pytest

from datavalues.models import CompleteDataSetRegistration
from dhis2api.demo import identifiers as ids
from metadata.models import DataSet
from tests.datavalues.payloads import AUDIT_SET, NOBODY, OLD_SETS, SETS, send, send_xml, stored, value, value_set
from tests.harness.client import ApiClient
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("members", "conflict"),
    [
        pytest.param(
            {"data_set": "abcdefghijk"},
            {
                "object": "abcdefghijk", "objects": {"dataSet": "abcdefghijk"}, "errorCode": "E7600",
                "value": "Data set not found or not accessible: `abcdefghijk`", "property": "dataSet",
            },
            id="E7600",
        ),
        pytest.param(
            {"data_set": ids.MORTALITY, "org_unit": NOBODY},
            {
                "object": NOBODY, "objects": {"organisationUnit": NOBODY, "dataSet": ids.MORTALITY},
                "errorCode": "E7603", "property": "orgUnit",
                "value": f"Organisation unit not found or not accessible: `{NOBODY}`",
            },
            id="E7603",
        ),
        pytest.param(
            {"data_set": ids.MORTALITY, "attribute_option_combo": "abcdefghijk"},
            {
                "object": "abcdefghijk", "errorCode": "E7604", "property": "attributeOptionCombo",
                "objects": {"categoryOptionCombo": "abcdefghijk", "dataSet": ids.MORTALITY},
                "value": "Attribute option combo not found or not accessible: `abcdefghijk`",
            },
            id="E7604",
        ),
    ],
)  # fmt: skip
def test_fault_of_the_set_aborts_the_import(
    api: ApiClient, members: dict[str, str], conflict: dict[str, object]
) -> None:
    answer = send(
        api, value(), value(data_element="nowhereland"), complete_date="2014-02-03", period="201401", **members
    )

    assert answer.status == 409
    assert answer.json["status"] == "ERROR"
    assert answer.json["message"] == "An error occurred, please check import summary."
    assert answer.summary["status"] == "ERROR"
    assert answer.summary["description"] == "Import process was aborted"
    assert answer.counts == {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0}
    assert answer.summary["conflicts"] == [conflict]
    assert answer.summary["rejectedIndexes"] == []
    assert answer.summary["dataSetComplete"] == "false"
    assert stored() == {}
    assert not CompleteDataSetRegistration.objects.filter(period__iso="201401").exists()


def test_data_set_whose_data_may_not_be_written_is_e7601(api: ApiClient, badjia_clerk: User) -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing={"public": "r-r-----", "users": {}, "userGroups": {}})

    answer = send(api, value(), data_set=ids.MORTALITY, user="badjia_clerk")

    assert answer.status == 409
    assert answer.summary["status"] == "ERROR"
    assert answer.summary["conflicts"] == [
        {
            "object": ids.MORTALITY, "objects": {"dataSet": ids.MORTALITY}, "errorCode": "E7601",
            "value": f"User does not have write access for DataSet: `{ids.MORTALITY}`", "property": "dataSet",
        }
    ]  # fmt: skip
    assert stored() == {}


def test_data_set_that_may_not_be_read_is_as_unknown_as_one_that_does_not_exist(
    api: ApiClient, badjia_clerk: User
) -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing={"public": "--------", "users": {}, "userGroups": {}})

    answer = send(api, value(), data_set=ids.MORTALITY, user="badjia_clerk")

    assert answer.conflicts == [("E7600", "dataSet", [])]


def test_sharing_of_a_data_set_that_the_payload_does_not_name_is_not_asked(api: ApiClient, badjia_clerk: User) -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing={"public": "--------", "users": {}, "userGroups": {}})

    answer = send(api, value(), user="badjia_clerk")

    assert answer.counts["imported"] == 1


def test_members_of_a_review_group_write_its_data_set(api: ApiClient, badjia_clerk: User, bo_officer: User) -> None:
    assert send(api, data_set=AUDIT_SET, user="bo_officer").status == 200
    assert send(api, data_set=AUDIT_SET, user="badjia_clerk").conflicts == [("E7600", "dataSet", [])]


def test_all_faults_of_a_set_are_told_at_once(api: ApiClient) -> None:
    answer = send(api, value(), data_set="abcdefghijk", org_unit=NOBODY, attribute_option_combo="bcdefghijkl")

    assert answer.conflicts == [
        ("E7600", "dataSet", []), ("E7603", "orgUnit", []), ("E7604", "attributeOptionCombo", []),
    ]  # fmt: skip


def test_unreadable_period_of_the_set_is_left_to_the_values(api: ApiClient) -> None:
    answer = send(api, value(), value(period=None), period="2014-13")

    assert answer.status == 409
    assert answer.conflicts == [("E7611", "period", [1])]
    assert answer.counts["imported"] == 1


def test_aborted_set_at_33_is_bare_and_409_too(api: ApiClient) -> None:
    answer = api.post(OLD_SETS, value_set(value(), data_set="abcdefghijk"))

    assert answer.status == 409
    assert answer.json["status"] == "ERROR"
    assert answer.json["responseType"] == "ImportSummary"


def test_aborted_set_in_xml(api: ApiClient) -> None:
    answer = send_xml(api, value_set(value(), data_set="abcdefghijk"), SETS, headers={"Accept": "application/xml"})

    assert answer.status == 409
    assert 'status="ERROR"' in answer.text
    assert 'property="dataSet"' in answer.text


@pytest.mark.parametrize("body", ["{}", '{"dataValues":[]}', '{"dataValues":null}'])
def test_empty_json_set_succeeds(api: ApiClient, body: str) -> None:
    answer = api.post(SETS, body)

    assert answer.status == 200
    assert answer.counts == {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0}


def test_empty_xml_set_succeeds_with_and_without_namespace(api: ApiClient) -> None:
    assert send_xml(api, "<dataValueSet/>").summary["status"] == "SUCCESS"
    assert send_xml(api, '<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0"/>').summary["status"] == "SUCCESS"
