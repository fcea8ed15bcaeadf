"""POST, PUT, PATCH and DELETE of one object (DHIS2 2.42, metadata API, create, update, patch, delete)."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import DataElement, DataElementGroup
from tests.harness.client import Answer, ApiClient
from tests.objects.imports import codes, data_element, errors, group, put_in
from tests.objects.payloads import create
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db
PATH = "/api/dataElements"


@pytest.fixture
def stored(api: ApiClient) -> dict[str, Any]:
    """A data element, as its owner members read back."""
    element = data_element(id="patchedEle1", name="Patched", code="PATCHED", aggregationLevels=[1, 2],
                           style={"color": "#fff"})  # fmt: skip
    assert api.post(PATH, element).status == 201
    return api.get(f"{PATH}/patchedEle1?fields=:owner").json


def patch(api: ApiClient, *operations: Any, query: str = "", **options: Any) -> Answer:
    return api.patch(
        f"{PATH}/patchedEle1?{query}", list(operations), content_type="application/json-patch+json", **options
    )


def shown(api: ApiClient, fields: str) -> Any:
    return api.get(f"{PATH}/patchedEle1?fields={fields}").json


def test_a_refused_post_is_an_object_report(api: ApiClient) -> None:
    answer = api.post(PATH, data_element(id="11111111111"))

    args = ["11111111111", "DataElement"]
    klass = "org.hisp.dhis.dataelement.DataElement"
    assert (answer.status, answer.json) == (409, {
        "httpStatus": "Conflict", "httpStatusCode": 409, "status": "ERROR",
        "message": "One or more errors occurred, please see full details in import report.",
        "response": {
            "responseType": "ObjectReport", "klass": klass, "uid": "11111111111", "errorReports": [{
                "message": "Invalid UID `11111111111` for property `DataElement`", "args": args, "mainKlass": klass,
                "errorCode": "E4014", "errorProperties": args,
            }],
        },
    })  # fmt: skip


def test_post_of_what_exists(api: ApiClient, stored: dict[str, Any]) -> None:
    answer = api.post(PATH, stored)

    assert (answer.status, codes(answer)) == (409, ["E5000"])


@pytest.mark.parametrize("body", [[], '"text"', 7, "null"])
def test_a_body_must_be_an_object(api: ApiClient, stored: dict[str, Any], body: Any) -> None:
    for answer in (
        api.post(PATH, body),
        api.put(f"{PATH}/patchedEle1", body),
        api.post("/api/schemas/dataElement", body),
    ):
        assert (answer.status, answer.json["message"]) == (400, "The body must be a JSON object")


def test_put_takes_the_id_of_the_path(api: ApiClient, stored: dict[str, Any]) -> None:
    answer = api.put(f"{PATH}/patchedEle1", stored | {"id": "otherOther1", "name": "Replaced"})

    assert (answer.status, answer.json["response"]["uid"]) == (200, "patchedEle1")
    assert shown(api, "name") == {"name": "Replaced"}
    assert api.put(f"{PATH}/otherOther1", stored).status == 404


def test_put_without_sharing_resets_it_unless_told_not_to(api: ApiClient, stored: dict[str, Any]) -> None:
    kept = private()
    DataElement.objects.update(sharing=kept)
    del stored["sharing"]

    api.put(f"{PATH}/patchedEle1?skipSharing=true", stored)
    assert DataElement.objects.get(uid="patchedEle1").sharing == kept
    api.put(f"{PATH}/patchedEle1", stored)
    assert DataElement.objects.get(uid="patchedEle1").sharing["public"] == "rw------"


def test_an_unchanged_put_with_a_stale_create_strategy_still_updates(api: ApiClient, stored: dict[str, Any]) -> None:
    """The verb decides; `importStrategy` and `atomicMode` belong to /api/metadata."""
    assert api.put(f"{PATH}/patchedEle1?importStrategy=DELETE&atomicMode=NONE", stored).status == 200
    assert shown(api, "name") == {"name": "Patched"}


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "replace", "path": "/name", "value": "New"}], {"name": "New"}),
        ([{"op": "add", "path": "/description", "value": "Text"}], {"description": "Text"}),
        ([{"op": "remove", "path": "/code"}], {}),
        ([{"op": "remove", "path": "/url"}], {}),  # removing what is not there changes nothing
        ([{"op": "add", "path": "/aggregationLevels/-", "value": 3}], {"aggregationLevels": [1, 2, 3]}),
        ([{"op": "add", "path": "/aggregationLevels/0", "value": 0}], {"aggregationLevels": [0, 1, 2]}),
        ([{"op": "add", "path": "/aggregationLevels/2", "value": 3}], {"aggregationLevels": [1, 2, 3]}),
        ([{"op": "remove", "path": "/aggregationLevels/0"}], {"aggregationLevels": [2]}),
        ([{"op": "replace", "path": "/aggregationLevels/1", "value": 9}], {"aggregationLevels": [1, 9]}),
        ([{"op": "replace", "path": "/style/color", "value": "#000"}], {"style": {"color": "#000"}}),
        ([{"op": "add", "path": "/style/icon", "value": "x"}, {"op": "remove", "path": "/style/color"}],
         {"style": {"icon": "x"}}),
        ([{"op": "add", "path": "/translations/-", "value": {"locale": "fr", "property": "NAME", "value": "N"}}],
         {"translations": [{"locale": "fr", "property": "NAME", "value": "N"}]}),
        ([{"op": "replace", "path": "/sharing/public", "value": "r-------"}], {"publicAccess": "r-------"}),
        ([], {"name": "Patched"}),
    ],
)  # fmt: skip
def test_patches(api: ApiClient, stored: dict[str, Any], operations: list[Any], expected: dict[str, Any]) -> None:
    answer = patch(api, *operations)

    assert (answer.status, answer.json["response"]["errorReports"]) == (200, []), answer
    for name in {o["path"].split("/")[1] for o in operations} - {"sharing"}:
        assert shown(api, name) == {k: v for k, v in expected.items() if k == name}
    assert expected.items() <= shown(api, "*").items()


REFUSED_PATCHES = [
    ({"op": "add", "path": "/nothing", "value": 1}, "Property nothing does not exist on DataElement"),
    ({"op": "add", "path": "/style/a/b", "value": 1}, "Path does not exist: /style/a/b"),
    ({"op": "add", "path": "/name/x", "value": 1}, "Parent node is not a container, unable to proceed"),
    ({"op": "add", "path": "/name/x/y", "value": 1}, "Parent node is not a container, unable to proceed"),
    ({"op": "add", "path": "/aggregationLevels/x", "value": 1}, "not an index: x"),
    ({"op": "add", "path": "/aggregationLevels/³", "value": 1}, "not an index: ³"),
    ({"op": "add", "path": "/aggregationLevels/9", "value": 1}, "index out of bounds: 9"),
    ({"op": "replace", "path": "/aggregationLevels/2", "value": 1}, "index out of bounds: 2"),
    ({"op": "remove", "path": "/aggregationLevels/-"}, "not an index: -"),
    ({"op": "add", "path": "name", "value": 1}, "Invalid path name"),
    ({"op": "add", "path": "/", "value": 1}, "Invalid path /"), ({"op": "add", "path": 7}, "Invalid path 7"),
    ({"op": "add"}, "Invalid path None"),
    ({"op": "replace", "path": "/id", "value": "x"}, "Invalid path /id: the identifier cannot be changed"),
    ({"op": "remove-by-id", "path": "/legendSets"}, "Invalid id None"),
    ({"op": "remove-by-id", "path": "/name", "id": "x"}, "Parent node is not a container, unable to proceed"),
    ({"op": "remove-by-id", "path": "/style", "id": "x"}, "Invalid path /style"),
    ({"op": "move", "path": "/name"}, "Operation 0 of the patch has no `op` of add, remove, replace, remove-by-id"),
    ("text", "Operation 0 of the patch has no `op` of add, remove, replace, remove-by-id"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "message"), REFUSED_PATCHES, ids=[str(o) for o, _ in REFUSED_PATCHES])
def test_patches_that_fit_nothing(api: ApiClient, stored: dict[str, Any], operation: Any, message: str) -> None:
    answer = patch(api, operation)

    assert (answer.status, answer.json["message"]) == (400, message)


@pytest.mark.parametrize("body", [{}, {"op": "add"}, '"text"', 7, "null"])
def test_a_patch_is_a_list(api: ApiClient, stored: dict[str, Any], body: Any) -> None:
    answer = api.patch(f"{PATH}/patchedEle1", body, content_type="application/json-patch+json")

    assert (answer.status, answer.json["message"]) == (400, "A JSON patch must be a list of operations")


def test_a_patch_that_makes_an_invalid_object(api: ApiClient, stored: dict[str, Any]) -> None:
    answer = patch(api, {"op": "remove", "path": "/name"})

    assert (answer.status, answer.json["status"], errors(answer)) == (409, "ERROR", [("E4000", "name")])


def test_a_patch_of_another_content_type(api: ApiClient, stored: dict[str, Any]) -> None:
    assert api.patch(f"{PATH}/patchedEle1", [], content_type="text/plain").status == 415


def test_members_are_added_once_and_removed_by_id(api: ApiClient, stored: dict[str, Any]) -> None:
    other = data_element()
    owner = group("patchedEle1")
    put_in(api, dataElements=[other], dataElementGroups=[owner])

    def change(*operations: dict[str, Any]) -> list[str]:
        answer = api.patch(f"/api/dataElementGroups/{owner['id']}", list(operations))
        assert answer.status == 200, answer
        found = DataElementGroup.objects.get(uid=owner["id"]).data_elements.values_list("uid", flat=True)
        return sorted(found)

    add = {"op": "add", "path": "/dataElements/-", "value": {"id": other["id"]}}
    assert change(add) == change(add) == sorted(["patchedEle1", other["id"]])
    assert change({"op": "remove-by-id", "path": "/dataElements", "id": other["id"]}) == ["patchedEle1"]


def test_a_patch_of_the_other_side_is_e5006(api: ApiClient, stored: dict[str, Any]) -> None:
    owner = group()
    put_in(api, dataElementGroups=[owner])
    add = {"op": "add", "path": "/dataElementGroups/-", "value": {"id": owner["id"]}}

    assert codes(patch(api, add)) == ["E5006"]
    assert patch(api, add, query="importReportMode=FULL").status == 200


def test_a_patch_keeps_sharing_and_dates(api: ApiClient, stored: dict[str, Any], editor: User) -> None:
    patch(api, {"op": "replace", "path": "/name", "value": "By another"}, user="editor")

    found = shown(api, "created,sharing,createdBy[username],lastUpdatedBy[username]")
    assert (found["created"], found["sharing"]["owner"]) == (stored["created"], stored["sharing"]["owner"])
    assert (found["createdBy"]["username"], found["lastUpdatedBy"]["username"]) == ("admin", "editor")


def test_a_delete_that_is_refused_says_what_stands_in_the_way(api: ApiClient) -> None:
    """E4030 with the type and the name; its args are not shown."""
    kind = {"id": "indicatorT1", "name": "Kind of its own", "factor": 100}
    used = {
        "name": "Coverage",
        "shortName": "Coverage",
        "indicatorType": {"id": "indicatorT1"},
        "numerator": "1",
        "denominator": "1",
    }
    put_in(api, indicatorTypes=[kind], indicators=[used])

    answer = api.delete("/api/indicatorTypes/indicatorT1")

    assert (answer.status, answer.json["status"]) == (409, "WARNING")
    (report,) = answer.json["response"]["errorReports"]
    assert report == {
        "message": "Object could not be deleted because it is associated with another object: Indicator (Coverage)",
        "args": [], "mainKlass": "org.hisp.dhis.indicator.IndicatorType", "mainId": "indicatorT1", "errorCode": "E4030",
        "errorProperties": [],
    }  # fmt: skip
    assert api.get("/api/indicatorTypes/indicatorT1").status == 200


def test_a_delete_takes_an_object_out_of_its_groups(api: ApiClient, stored: dict[str, Any]) -> None:
    owner = group("patchedEle1")
    put_in(api, dataElementGroups=[owner])

    answer = api.delete(f"{PATH}/patchedEle1")

    assert (answer.status, answer.json["response"]) == (200, {
        "responseType": "ObjectReport", "klass": "org.hisp.dhis.dataelement.DataElement", "uid": "patchedEle1",
        "errorReports": [],
    })  # fmt: skip
    assert api.get(f"/api/dataElementGroups/{owner['id']}?fields=dataElements").json == {"dataElements": []}


def test_a_delete_by_import_stops_at_a_veto(api: ApiClient) -> None:
    kind = {"id": "indicatorT1", "name": "Kind of its own", "factor": 100}
    used = {
        "id": "indicator11",
        "name": "C",
        "shortName": "C",
        "indicatorType": kind,
        "numerator": "1",
        "denominator": "1",
    }
    put_in(api, indicatorTypes=[kind], indicators=[used])
    spare = data_element()
    put_in(api, dataElements=[spare])

    atomic = put_in(api, "importStrategy=DELETE", indicatorTypes=[kind], dataElements=[spare])
    assert (codes(atomic), DataElement.objects.filter(uid=spare["id"]).exists()) == (["E4030"], True)
    rest = put_in(api, "importStrategy=DELETE&atomicMode=NONE", indicatorTypes=[kind], dataElements=[spare])
    assert (codes(rest), DataElement.objects.filter(uid=spare["id"]).exists()) == (["E4030"], False)
    both = put_in(api, "importStrategy=DELETE", indicatorTypes=[kind], indicators=[used])
    assert both.summary["stats"]["deleted"] == 2


def test_schemas_check_content_only(api: ApiClient) -> None:
    good, bad = data_element(id=None, categoryCombo={"id": "zzzzzzzzzz1"}), data_element(url="x", name=None)

    assert api.post("/api/schemas/dataElement", good).json == {
        "httpStatus": "OK", "httpStatusCode": 200, "status": "OK",
        "response": {"responseType": "ErrorReports", "errorReports": []},
    }  # fmt: skip
    answer = api.put("/api/schemas/dataElement", bad)
    assert (answer.status, answer.json["status"]) == (400, "ERROR")
    assert sorted(e["errorCode"] for e in answer.json["response"]["errorReports"]) == ["E4000", "E4004"]
    assert api.get("/api/schemas/xyz").json["message"] == "Type xyz does not exist."


def test_a_forced_delete_parts_what_may_be_without_the_object(api: ApiClient, editor: User) -> None:
    """Optional references are emptied for a superuser; required ones still stand in the way."""
    options = create(api, "optionSet", valueType="TEXT")["id"]
    element = create(api, "dataElement", optionSet={"id": options})["id"]
    path = f"/api/optionSets/{options}"
    before = api.get(f"{PATH}/{element}?fields=lastUpdated").json["lastUpdated"]

    assert codes(api.delete(path)) == ["E4030"]
    assert api.delete(f"{path}?force=true", user="editor").status == 403
    assert api.delete(f"{path}?force=true").status == 200
    assert api.get(f"{PATH}/{element}?fields=optionSet").json == {}
    assert api.get(f"{PATH}/{element}?fields=lastUpdated").json["lastUpdated"] > before
    kind = create(api, "indicatorType")["id"]
    create(api, "indicator", indicatorType={"id": kind})
    assert codes(api.delete(f"/api/indicatorTypes/{kind}?force=true")) == ["E4030"]
