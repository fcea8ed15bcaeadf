"""What the files of real systems carry and a strict reader would refuse: all of it goes in.

The payload is written in the manner of the set-up files that clients of DHIS2 keep.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.client import ApiClient
from tests.objects.imports import put_in, stats
from users.models import User

pytestmark = pytest.mark.django_db

STRAY = {"owner": "nobodyKnown", "external": False, "users": {}, "userGroups": {}, "habitGroup1": {"access": "rw"}}
SHOWN = {"access": {"read": True}, "favorite": False, "displayName": "Shown once", "href": "https://old.example/api/x"}


def files() -> dict[str, Any]:
    """Children before parents, stray members, rows twice, embedded rows at the top again."""
    row = {"dataElement": {"id": "habitElemn1", "code": "ANOTHER_CODE"}, "compulsory": True, "access": {"read": True}}
    attribute_row = {
        "trackedEntityAttribute": {"id": "habitAttrb1"}, "name": "Program attribute", "valueType": "TEXT",
        "favorite": False, "mandatory": True,
    }  # fmt: skip
    return {
        "system": {"id": "x", "date": "2020-01-01"},
        "package": {"name": "Habits", "version": "1.0.0"},
        "date": "2020-01-01T00:00:00.000",
        "programStageDataElements": [row | {"id": "habitRow001"}],
        "programTrackedEntityAttributes": [attribute_row | {"id": "habitRow002"}],
        "userGroups": [{"id": "habitGroup1", "name": "Habit group", "users": []}],
        "users": [{
            "id": "habitUser01", "username": "habituated", "password": "Habit-123", "firstName": "Habit",
            "surname": "Uated", "name": "Habit Uated", "twoFA": False, "userRoles": [{"id": "yrB6vc5Ip3r"}],
        }],
        "organisationUnits": [
            {"id": "habitUnit03", "name": "Clinic", "shortName": "Clinic", "openingDate": "2001-01-01T00:00:00.000",
             "parent": {"id": "habitUnit02"}, "level": 7, "code": ""},
            {"id": "habitUnit02", "name": "District", "shortName": "District", "openingDate": "2001-01-01",
             "parent": {"id": "habitUnit01", "code": "WRONG"}, "children": [{"id": "habitUnit03"}]},
            {"id": "habitUnit01", "name": "Country", "shortName": "Country", "openingDate": "2001",
             "createdBy": "an old user"},
        ],
        "categoryCombos": [{"id": "bjDvmb4bfuf", "name": "default", "sharing": {"public": "rw"}}],
        "dataElements": [SHOWN | {
            "id": "habitElemn1", "name": "Weight  in kg", "shortName": "Weight", "valueType": "NUMBER",
            "domainType": "TRACKER", "aggregationType": "NONE", "created": "2014-03-02T03:07:54.855",
            "categoryCombo": {"id": "bjDvmb4bfuf", "code": "default"}, "sharing": STRAY, "items": [],
        }],
        "trackedEntityAttributes": [{
            "id": "habitAttrb1", "name": "Habit name", "shortName": "Habit name", "valueType": "TEXT",
            "aggregationType": "NONE", "pattern": "", "createdBy": {"id": "goneUser001"},
        }],
        "trackedEntityTypes": [{"id": "habitTypeT1", "name": "Habit person", "shortName": "Habit person"}],
        "programs": [{
            "id": "habitProgr1", "name": "Habits", "shortName": "Habits", "programType": "WITH_REGISTRATION",
            "trackedEntityType": {"id": "habitTypeT1"}, "programStages": [{"id": "habitStage1"}],
            "programTrackedEntityAttributes": [attribute_row], "organisationUnits": [{"id": "habitUnit03"}],
            "user": "an old user", "categoryCombo": {"id": "bjDvmb4bfuf"},
        }],
        "programStages": [{
            "id": "habitStage1", "name": "Visit", "program": {"id": "habitProgr1"},
            "programStageDataElements": [row, row, row | {"id": "habitRow003"}],
        }],
        "relationshipTypes": [{
            "id": "habitRelat1", "name": "Habit link", "fromToName": "links",
            "fromConstraint": {"relationshipEntity": "TRACKED_ENTITY_INSTANCE",
                               "trackedEntityType": {"id": "habitTypeT1"}, "program": {"id": "habitProgr1"}},
            "toConstraint": {"relationshipEntity": "PROGRAM_STAGE_INSTANCE", "programStage": {"id": "habitStage1"}},
        }],
    }  # fmt: skip


def test_it_goes_in_and_again(api: ApiClient) -> None:
    first = put_in(api, "importReportMode=FULL", **files())
    assert (first.status, stats(first)) == (200, (11, 0, 0, 0)), first
    shown = {o["uid"] for t in first.summary["typeReports"] for o in t["objectReports"]}
    assert {"habitUnit01", "habitProgr1", "habitStage1", "habitRelat1"} <= shown

    again = put_in(api, "atomicMode=OBJECT&importMode=", **files())
    assert (again.status, stats(again)) == (200, (0, 11, 0, 0)), again


def test_what_became_of_it(api: ApiClient, admin: User) -> None:
    assert put_in(api, **files()).status == 200

    def fields(path: str) -> Any:
        return api.get(f"/api/{path}").json

    unit = fields("organisationUnits/habitUnit03?fields=level,path,code")
    assert unit == {"level": 3, "path": "/habitUnit01/habitUnit02/habitUnit03"}
    element = fields("dataElements/habitElemn1?fields=created,createdBy[username],sharing,dataElementGroups")
    assert element["created"] == "2014-03-02T03:07:54.855"
    assert element["createdBy"]["username"] == "admin"
    assert (element["sharing"]["public"], element["sharing"]["userGroups"]) == ("rw------", {})
    stage = fields("programStages/habitStage1?fields=programStageDataElements[dataElement,compulsory]")
    assert stage == {"programStageDataElements": [{"dataElement": {"id": "habitElemn1"}, "compulsory": True}]}
    assert fields("trackedEntityAttributes/habitAttrb1?fields=pattern") == {}
    assert fields("me?fields=username") == {"username": "admin"}


def test_a_user_joins_a_group_by_its_own_body(api: ApiClient) -> None:
    """The user is read, the group appended to what was shown, and all of it put back."""
    assert put_in(api, **files()).status == 200
    body = api.get("/api/users/habitUser01").json
    body["userGroups"].append({"id": "habitGroup1"})

    assert api.put("/api/users/habitUser01", body).status == 200
    (member,) = api.get("/api/userGroups/habitGroup1?fields=users").json["users"]
    assert member["id"] == "habitUser01"
