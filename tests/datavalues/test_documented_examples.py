"""The documentation's own data value sets, word for word, and what is answered to them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from lxml import etree

from tests.datavalues.payloads import DXF, OLD_SETS, SETS, send_xml
from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db

MORTALITY_XML = """<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0" dataSet="pBOMPrpg1QX"
  completeDate="2014-02-03" period="201401" orgUnit="DiszpKrYNg8">
  <dataValue dataElement="f7n9E0hX8qk" value="12"/>
  <dataValue dataElement="Ix2HsbDMLea" value="14"/>
  <dataValue dataElement="eY5ehpbEsB7" value="16"/>
</dataValueSet>
"""

MORTALITY_JSON = {
    "dataSet": "pBOMPrpg1QX",
    "completeDate": "2014-02-03",
    "period": "201401",
    "orgUnit": "DiszpKrYNg8",
    "dataValues": [
        {"dataElement": "f7n9E0hX8qk", "value": "1"},
        {"dataElement": "Ix2HsbDMLea", "value": "2"},
        {"dataElement": "eY5ehpbEsB7", "value": "3"},
    ],
}

BULK_XML = """<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0">
  <dataValue dataElement="f7n9E0hX8qk"
    period="201401" orgUnit="DiszpKrYNg8" value="12"/>
  <dataValue dataElement="f7n9E0hX8qk"
    period="201401" orgUnit="FNnj3jKGS7i" value="14"/>
  <dataValue dataElement="f7n9E0hX8qk"
    period="201402" orgUnit="DiszpKrYNg8" value="16"/>
  <dataValue dataElement="f7n9E0hX8qk"
    period="201402" orgUnit="Jkhdsf8sdf4" value="18"/>
</dataValueSet>
"""

BULK_JSON = {
    "dataValues": [
        {"dataElement": "f7n9E0hX8qk", "period": "201401", "orgUnit": "DiszpKrYNg8", "value": "12"},
        {"dataElement": "f7n9E0hX8qk", "period": "201401", "orgUnit": "FNnj3jKGS7i", "value": "14"},
        {"dataElement": "f7n9E0hX8qk", "period": "201402", "orgUnit": "DiszpKrYNg8", "value": "16"},
        {"dataElement": "f7n9E0hX8qk", "period": "201402", "orgUnit": "Jkhdsf8sdf4", "value": "18"},
    ]
}

IMPORT_OPTIONS = {
    "idSchemes": {}, "dryRun": False, "async": False, "importStrategy": "CREATE_AND_UPDATE", "mergeMode": "REPLACE",
    "reportMode": "FULL", "skipExistingCheck": False, "sharing": False, "skipNotifications": False,
    "skipAudit": False, "datasetAllowsPeriods": False, "strictPeriods": False, "strictDataElements": False,
    "strictCategoryOptionCombos": False, "strictAttributeOptionCombos": False, "strictOrganisationUnits": False,
    "strictDataSetApproval": False, "strictDataSetLocking": False, "strictDataSetInputPeriods": False,
    "requireCategoryOptionCombo": False, "requireAttributeOptionCombo": False, "skipPatternValidation": False,
    "ignoreEmptyCollection": False, "force": False, "firstRowIsHeader": True, "skipLastUpdated": False,
    "mergeDataValues": False, "skipCache": False,
}  # fmt: skip

NOT_FOUND = {
    "object": "Jkhdsf8sdf4",
    "objects": {"organisationUnit": "Jkhdsf8sdf4"},
    "value": "Organisation unit not found or not accessible: `Jkhdsf8sdf4`",
    "errorCode": "E7612",
    "property": "orgUnit",
    "indexes": [3],
}


def counts(imported: int = 0, updated: int = 0, ignored: int = 0, deleted: int = 0) -> dict[str, int]:
    return {"imported": imported, "updated": updated, "ignored": ignored, "deleted": deleted}


def find(document: bytes, path: str) -> Any:
    return etree.fromstring(document).find(path, {"d": DXF})


def texts(document: bytes, path: str) -> list[str]:
    return [element.text for element in etree.fromstring(document).iterfind(path, {"d": DXF})]


def test_xml_set_at_33_is_imported_then_counted_as_updated(api: ApiClient) -> None:
    first = send_xml(api, MORTALITY_XML, OLD_SETS)
    again = send_xml(api, MORTALITY_XML, OLD_SETS)

    assert first.status == again.status == 200
    root = etree.fromstring(first.content)
    assert root.tag == f"{{{DXF}}}importSummary"
    assert dict(root.attrib) == {"responseType": "ImportSummary"}
    assert [etree.QName(child).localname for child in root] == [
        "status", "description", "importCount", "conflicts", "dataValueCount", "dataSetComplete",
    ]  # fmt: skip
    assert texts(first.content, "d:status") == ["SUCCESS"]
    assert texts(first.content, "d:dataSetComplete") == ["2014-02-03"]
    assert dict(find(first.content, "d:importCount").attrib) == {
        "imported": "3", "updated": "0", "ignored": "0", "deleted": "0",
    }  # fmt: skip
    assert dict(find(again.content, "d:dataValueCount").attrib) == {"imported": "0", "updated": "3", "ignored": "0"}


def test_json_set_at_33_is_answered_by_a_bare_summary(api: ApiClient) -> None:
    first = api.post(OLD_SETS, MORTALITY_JSON)
    again = api.post(OLD_SETS, MORTALITY_JSON)

    assert first.status == again.status == 200
    assert first.json == {
        "responseType": "ImportSummary",
        "status": "SUCCESS",
        "importOptions": IMPORT_OPTIONS,
        "description": "Import process completed successfully",
        "importCount": counts(imported=3),
        "conflicts": [],
        "dataSetComplete": "2014-02-03",
    }
    assert again.json["importCount"] == counts(updated=3)


def test_json_set_without_version_is_wrapped_and_ignored_when_sent_again(api: ApiClient) -> None:
    first = api.post(SETS, MORTALITY_JSON)
    again = api.post(SETS, MORTALITY_JSON)

    assert first.status == again.status == 200
    assert list(first.json) == ["httpStatus", "httpStatusCode", "status", "message", "response"]
    assert first.json["httpStatus"] == "OK"
    assert first.json["httpStatusCode"] == 200
    assert first.json["status"] == "OK"
    assert first.json["message"] == "Import was successful."
    assert first.summary["rejectedIndexes"] == []
    assert first.counts == counts(imported=3)
    assert again.summary["status"] == "SUCCESS"
    assert again.summary["rejectedIndexes"] == []
    assert again.counts == counts(ignored=3)


def test_xml_set_without_version_is_answered_in_json_unless_xml_is_asked_for(api: ApiClient) -> None:
    plain = send_xml(api, MORTALITY_XML)
    asked = send_xml(api, MORTALITY_XML, headers={"Accept": "application/xml"})

    assert plain.headers["Content-Type"].startswith("application/json")
    assert plain.counts == counts(imported=3)
    root = etree.fromstring(asked.content)
    assert root.tag == f"{{{DXF}}}webMessage"
    assert dict(root.attrib) == {"httpStatus": "OK", "httpStatusCode": "200", "status": "OK"}
    assert texts(asked.content, "d:message") == ["Import was successful."]
    assert texts(asked.content, "d:response/d:status") == ["SUCCESS"]
    assert find(asked.content, "d:response/d:importCount").get("ignored") == "3"
    assert texts(asked.content, "d:response/d:dataSetComplete") == ["2014-02-03"]


@pytest.mark.parametrize("version", ["26", "33", "37"])
def test_up_to_37_the_request_decides_the_format_of_the_answer(api: ApiClient, version: str) -> None:
    path = f"/api/{version}/dataValueSets"
    from_json = api.post(path, MORTALITY_JSON, headers={"Accept": "application/xml"})
    from_xml = send_xml(api, MORTALITY_XML, path, headers={"Accept": "application/json"})

    assert from_json.headers["Content-Type"].startswith("application/json")
    assert from_json.json["responseType"] == "ImportSummary"
    assert from_xml.headers["Content-Type"].startswith("application/xml")
    assert etree.fromstring(from_xml.content).tag == f"{{{DXF}}}importSummary"


@pytest.mark.parametrize("version", ["38", "42", "43"])
def test_from_38_accept_decides_the_format_of_the_answer(api: ApiClient, version: str) -> None:
    answer = api.post(f"/api/{version}/dataValueSets", MORTALITY_JSON, headers={"Accept": "application/xml"})

    assert answer.headers["Content-Type"].startswith("application/xml")
    assert etree.fromstring(answer.content).tag == f"{{{DXF}}}webMessage"


def test_bulk_reports_the_invalid_org_unit_and_imports_the_others(api: ApiClient) -> None:
    api.post(SETS, {"dataValues": BULK_JSON["dataValues"][:1]})

    answer = api.post(SETS, BULK_JSON)

    assert answer.status == 409
    assert answer.json == {
        "httpStatus": "Conflict",
        "httpStatusCode": 409,
        "status": "WARNING",
        "message": "One more conflicts encountered, please check import summary.",
        "response": {
            "responseType": "ImportSummary",
            "status": "WARNING",
            "importOptions": IMPORT_OPTIONS,
            "description": "Import process completed successfully",
            "importCount": counts(imported=2, ignored=2),
            "conflicts": [NOT_FOUND],
            "rejectedIndexes": [3],
            "dataSetComplete": "false",
        },
    }


def test_bulk_at_33_counts_the_value_of_the_first_example_as_updated(api: ApiClient) -> None:
    send_xml(api, MORTALITY_XML, OLD_SETS)

    in_json = api.post(OLD_SETS + "?dryRun=true", BULK_JSON)
    in_xml = send_xml(api, BULK_XML, OLD_SETS)

    assert in_json.status == in_xml.status == 409
    assert in_json.json["status"] == "WARNING"
    assert in_json.counts == counts(imported=2, updated=1, ignored=1)
    assert in_json.json["dataSetComplete"] == "false"
    assert dict(find(in_xml.content, "d:dataValueCount").attrib) == {"imported": "2", "updated": "1", "ignored": "1"}
    assert texts(in_xml.content, "d:dataSetComplete") == ["false"]
    assert dict(find(in_xml.content, "d:conflicts/d:conflict").attrib) == {
        "object": NOT_FOUND["object"], "value": NOT_FOUND["value"], "errorCode": "E7612", "property": "orgUnit",
        "indexes": "3",
    }  # fmt: skip


def test_set_is_read_back_in_json(api: ApiClient) -> None:
    api.post(SETS, MORTALITY_JSON)

    answer = api.get(f"{SETS}.json?dataSet=pBOMPrpg1QX&period=201401&orgUnit=DiszpKrYNg8")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert answer.headers["Cache-Control"] == "no-cache, no-store, max-age=0, must-revalidate"
    assert list(answer.json) == ["dataSet", "completeDate", "period", "orgUnit", "dataValues"]
    assert {name: answer.json[name] for name in list(answer.json)[:4]} == {
        "dataSet": "pBOMPrpg1QX", "completeDate": "2014-02-03", "period": "201401", "orgUnit": "DiszpKrYNg8",
    }  # fmt: skip
    measles = next(value for value in answer.json["dataValues"] if value["dataElement"] == "f7n9E0hX8qk")
    moments = [datetime.datetime.strptime(measles.pop(name), "%Y-%m-%dT%H:%M:%S.%f%z")
               for name in ("created", "lastUpdated")]  # fmt: skip
    assert all(moment.utcoffset() == datetime.timedelta() for moment in moments)
    assert measles == {
        "dataElement": "f7n9E0hX8qk", "period": "201401", "orgUnit": "DiszpKrYNg8",
        "categoryOptionCombo": "HllvX50cXC0", "attributeOptionCombo": "HllvX50cXC0", "value": "1",
        "storedBy": "admin", "comment": None, "followup": False,
    }  # fmt: skip


def test_set_is_read_back_in_xml(api: ApiClient) -> None:
    send_xml(api, MORTALITY_XML)
    path = f"{OLD_SETS}?dataSet=pBOMPrpg1QX&period=201401&orgUnit=DiszpKrYNg8"

    answer = api.get(path, headers={"Accept": "application/xml"})

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/xml; charset=UTF-8"
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{DXF}}}dataValueSet"
    assert dict(root.attrib) == {
        "dataSet": "pBOMPrpg1QX", "completeDate": "2014-02-03", "period": "201401", "orgUnit": "DiszpKrYNg8",
    }  # fmt: skip
    assert {(child.get("dataElement"), child.get("value"), child.get("followUp")) for child in root} == {
        ("f7n9E0hX8qk", "12", "false"), ("Ix2HsbDMLea", "14", "false"), ("eY5ehpbEsB7", "16", "false"),
    }  # fmt: skip
    assert {child.get("comment") for child in root} == {None}


def test_what_was_read_can_be_sent_again(api: ApiClient) -> None:
    send_xml(api, MORTALITY_XML)
    path = f"{SETS}?dataSet=pBOMPrpg1QX&period=201401&orgUnit=DiszpKrYNg8"

    in_json = api.post(SETS, api.get(path).content)
    in_xml = send_xml(api, api.get(path, headers={"Accept": "application/xml"}).content)

    assert in_json.status == in_xml.status == 200
    assert in_json.counts == in_xml.counts == counts(ignored=3)
    assert in_json.summary["dataSetComplete"] == in_xml.summary["dataSetComplete"] == "2014-02-03"


def test_larger_bulks_are_read_by_dates_and_below_org_units(api: ApiClient) -> None:
    api.post(SETS, BULK_JSON)
    path = (
        f"{OLD_SETS}?dataSet=pBOMPrpg1QX&dataSet=BfMAe6Itzgt&startDate=2014-01-01&endDate=2014-01-31"
        "&orgUnit=YuQRtpLP10I&orgUnit=vWbkYPRmKyS&children=true"
    )

    answer = api.get(path)

    assert list(answer.json) == ["dataValues"]
    assert [(value["orgUnit"], value["period"]) for value in answer.json["dataValues"]] == [("DiszpKrYNg8", "201401")]


def test_recent_changes_are_read_without_a_period(api: ApiClient) -> None:
    api.post(SETS, MORTALITY_JSON)

    answer = api.get("/api/dataValueSets?dataSet=pBOMPrpg1QX&orgUnit=DiszpKrYNg8&lastUpdatedDuration=10d")

    assert {"201401"} <= {value["period"] for value in answer.json["dataValues"]}


def test_wrong_password_is_401(api: ApiClient) -> None:
    answer = api.post(SETS, MORTALITY_JSON, password="wrong")

    assert answer.status == 401
    assert answer.json["httpStatus"] == "Unauthorized"


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/pdf", "text/plain"])
def test_other_media_types_are_415(api: ApiClient, content_type: str) -> None:
    answer = api.post(SETS, MORTALITY_XML, content_type=content_type)

    assert answer.status == 415
    assert answer.json["message"] == f"Content-Type '{content_type}' is not supported"


@pytest.mark.parametrize("content_type", ["text/xml", "application/xml; charset=UTF-8"])
def test_xml_goes_by_two_names(api: ApiClient, content_type: str) -> None:
    assert api.post(SETS, MORTALITY_XML, content_type=content_type).counts == counts(imported=3)


def test_broken_xml_is_400(api: ApiClient) -> None:
    answer = send_xml(api, MORTALITY_XML.replace("</dataValueSet>", ""))

    assert answer.status == 400
    assert answer.json["httpStatus"] == "Bad Request"


def test_unknown_identifier_is_409(api: ApiClient) -> None:
    answer = send_xml(api, MORTALITY_XML.replace("pBOMPrpg1QX", "abcdefghijk"))

    assert answer.status == 409
    assert answer.summary["conflicts"][0]["value"] == "Data set not found or not accessible: `abcdefghijk`"
