"""`POST /api/dashboards/cascadeSharing/{uid}`: who reads a dashboard reads what stands on it."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.registry import get_schema
from metadata.models import Dashboard, DataElement
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.documents import dashboard, showing, visualization
from tests.objects.imports import data_element, put_in
from tests.objects.payloads import create
from tests.personas import private
from tests.sharing.shared import grants, shared, user_group
from users.models import User

pytestmark = pytest.mark.django_db

EMPTY = {"errorReports": [], "countUpdatedDashboardItems": 0, "updateObjects": {}}


def board(api: ApiClient, *items: dict[str, Any], **sharing: Any) -> str:
    """A stored dashboard; the sharing is written past the import."""
    payload = dashboard(*items)
    assert put_in(api, dashboards=[payload]).status == 200
    found = shared(owner=User.objects.get(username="admin").uid, **sharing)
    Dashboard.objects.filter(uid=payload["id"]).update(sharing=found)
    return payload["id"]


def restrict(singular: str, *uids: str, **sharing: Any) -> None:
    get_schema(singular).model._base_manager.filter(uid__in=uids).update(sharing=shared(**sharing))


def sharing_at(singular: str, uid: str) -> dict[str, Any]:
    return get_schema(singular).model._base_manager.values_list("sharing", flat=True).get(uid=uid)


def cascade(api: ApiClient, uid: str, query: str = "", user: str = "admin") -> Any:
    answer = api.post(f"/api/dashboards/cascadeSharing/{uid}?{query}", user=user)
    assert answer.status == 200, answer
    return answer.json


def a_chart(api: ApiClient, **sharing: Any) -> tuple[str, str]:
    """A visualization and the data element that it shows, both of this sharing."""
    shown = data_element()
    chart = visualization(shown["id"])
    assert put_in(api, dataElements=[shown], visualizations=[chart]).status == 200
    restrict("dataElement", shown["id"], **sharing)
    restrict("visualization", chart["id"], **sharing)
    return chart["id"], shown["id"]


def test_grants_go_down_as_read_only(api: ApiClient, outsider: User, editor: User) -> None:
    group = user_group("Group")
    chart, shown = a_chart(api)
    uid = board(
        api, showing("visualization", chart), users={outsider.uid: "rw------", editor.uid: "-w------"},
        groups={group.uid: "rw------"},
    )  # fmt: skip

    report = cascade(api, uid)

    assert (report["errorReports"], report["countUpdatedDashboardItems"]) == ([], 1)
    assert {plural: [o["id"] for o in found] for plural, found in report["updateObjects"].items()} == {
        "visualizations": [chart], "dataElements": [shown],
    }  # fmt: skip
    assert report["updateObjects"]["dataElements"][0]["name"] == DataElement.objects.get(uid=shown).name
    for singular, target in (("visualization", chart), ("dataElement", shown)):
        found = sharing_at(singular, target)
        assert found["users"] == grants(**{outsider.uid: "r-------"})
        assert found["userGroups"] == grants(**{group.uid: "r-------"})
        assert found["public"] == "--------"
    assert cascade(api, uid) == EMPTY


def test_what_everybody_reads_is_left_alone_and_public_access_never_goes_down(api: ApiClient, outsider: User) -> None:
    chart, shown = a_chart(api, public="r-------")

    assert cascade(api, board(api, showing("visualization", chart), users={outsider.uid: "r-------"})) == EMPTY
    restrict("dataElement", shown)
    assert cascade(api, board(api, showing("visualization", chart), public="rw------")) == EMPTY


def test_grants_that_read_are_kept_and_others_made_to(api: ApiClient, outsider: User, editor: User) -> None:
    chart, shown = a_chart(api, users={outsider.uid: "rw------", editor.uid: "-w------"})
    readers = {outsider.uid: "r-------", editor.uid: "r-------"}

    cascade(api, board(api, showing("visualization", chart), users=readers))

    expected = grants(**{outsider.uid: "rw------", editor.uid: "r-------"})
    assert sharing_at("dataElement", shown)["users"] == expected


def test_a_dashboard_without_items(api: ApiClient, outsider: User) -> None:
    assert cascade(api, board(api, {"text": "x"}, users={outsider.uid: "r-------"})) == EMPTY


def test_a_dry_run_reports_and_writes_nothing(api: ApiClient, outsider: User) -> None:
    chart, shown = a_chart(api)
    uid = board(api, showing("visualization", chart), users={outsider.uid: "r-------"})

    report = cascade(api, uid, "dryRun=true")

    assert report == cascade(api, uid, "dryRun=true")
    assert report["countUpdatedDashboardItems"] == 1
    assert sharing_at("dataElement", shown)["users"] == {}
    assert cascade(api, uid) == report


@pytest.mark.parametrize("atomic", [True, False])
def test_e5001_what_the_caller_may_not_read(api: ApiClient, outsider: User, editor: User, atomic: bool) -> None:
    chart, shown = a_chart(api)
    restrict("visualization", chart, owner=editor.uid)
    uid = board(api, showing("visualization", chart))
    Dashboard.objects.filter(uid=uid).update(sharing=shared(owner=editor.uid, users={outsider.uid: "r-------"}))

    report = cascade(api, uid, f"atomic={str(atomic).lower()}", user="editor")

    assert report["errorReports"] == [{
        "message": f"No matching object for reference. Identifier was {shown}, and object was DataElement.",
        "args": [shown, "DataElement"], "mainKlass": "org.hisp.dhis.dataelement.DataElement", "errorCode": "E5001",
        "errorProperties": [shown, "DataElement"],
    }]  # fmt: skip
    assert list(report["updateObjects"]) == ([] if atomic else ["visualizations"])
    assert report["countUpdatedDashboardItems"] == (0 if atomic else 1)
    assert bool(sharing_at("visualization", chart)["users"]) is not atomic


def test_e3001_what_the_caller_may_not_change(api: ApiClient, outsider: User, editor: User) -> None:
    chart, _ = a_chart(api)
    restrict("visualization", chart, users={editor.uid: "r-------"})
    restrict("dataElement", DataElement.objects.latest("pk").uid, public="r-------")
    uid = board(api, showing("visualization", chart))
    Dashboard.objects.filter(uid=uid).update(sharing=shared(owner=editor.uid, users={outsider.uid: "r-------"}))

    report = cascade(api, uid, user="editor")

    assert [error["errorCode"] for error in report["errorReports"]] == ["E3001"]
    assert report["errorReports"][0]["errorProperties"][0] == "editor"
    assert report["updateObjects"] == {}


def test_an_unreadable_chart_hides_what_it_uses(api: ApiClient, outsider: User, editor: User) -> None:
    chart, _ = a_chart(api)
    uid = board(api, showing("visualization", chart))
    Dashboard.objects.filter(uid=uid).update(sharing=shared(owner=editor.uid, users={outsider.uid: "r-------"}))

    errors = cascade(api, uid, user="editor")["errorReports"]

    assert [error["errorProperties"] for error in errors] == [[chart, "Visualization"]]


@pytest.mark.parametrize("exists", [True, False])
def test_unknown_dashboards(api: ApiClient, outsider: User, exists: bool) -> None:
    uid = board(api, {"text": "x"}) if exists else "zzzzzzzzzz1"

    answer = api.post(f"/api/dashboards/cascadeSharing/{uid}", user="outsider")

    assert (answer.status, answer.json["message"]) == (404, f"Dashboard not found for uid: {uid}")


def test_all_that_a_chart_is_made_of(api: ApiClient, outsider: User) -> None:
    singulars = ["indicator", "category", "dataElementGroup", "dataElementGroupSet", "categoryOptionGroupSet",
                 "trackedEntityAttribute", "legendSet", "programStage", "categoryOption"]  # fmt: skip
    made = {name: create(api, name)["id"] for name in singulars}
    inner = create(api, "categoryOption")["id"]
    made["categoryOptionGroup"] = create(api, "categoryOptionGroup", categoryOptions=[{"id": inner}])["id"]

    def ref(name: str) -> dict[str, str]:
        return {"id": made[name]}

    chart = visualization(
        dataDimensionItems=[{"indicator": ref("indicator")}],
        categoryDimensions=[{"category": ref("category"), "categoryOptions": [ref("categoryOption")]}],
        dataElementGroupSetDimensions=[
            {"dataElementGroupSet": ref("dataElementGroupSet"), "dataElementGroups": [ref("dataElementGroup")]},
        ],
        categoryOptionGroupSetDimensions=[
            {"categoryOptionGroupSet": ref("categoryOptionGroupSet"),
             "categoryOptionGroups": [ref("categoryOptionGroup")]},
        ],
        attributeDimensions=[{"trackedEntityAttribute": ref("trackedEntityAttribute"), "legendSet": ref("legendSet")}],
        dataElementDimensions=[{"dataElement": {"id": create(api, "dataElement", id="usedElemen1")["id"]},
                                "programStage": ref("programStage")}],
    )  # fmt: skip
    answer = put_in(api, visualizations=[chart])
    assert answer.status == 200, answer
    made["dataElement"] = "usedElemen1"
    for name, target in [*made.items(), ("categoryOption", inner), ("visualization", chart["id"])]:
        restrict(name, target)

    report = cascade(api, board(api, showing("visualization", chart["id"]), users={outsider.uid: "r-------"}))

    changed = {o["id"] for found in report["updateObjects"].values() for o in found}
    assert {name for name, target in made.items() if target not in changed} == set()
    assert inner in changed


def test_a_map_is_shared_alone(api: ApiClient, outsider: User) -> None:
    shown = create(api, "dataElement")["id"]
    view = {"layer": "thematic", "renderingStrategy": "SINGLE", "dataDimensionItems": [{"dataElement": {"id": shown}}]}
    uid = create(api, "map", mapViews=[view])["id"]
    restrict("map", uid)
    restrict("dataElement", shown)

    report = cascade(api, board(api, showing("map", uid), users={outsider.uid: "r-------"}))

    assert list(report["updateObjects"]) == ["maps"]


def test_the_number_of_queries_does_not_depend_on_the_items(api: ApiClient, outsider: User) -> None:
    def queries(size: int) -> int:
        items = [showing("visualization", a_chart(api)[0]) for _ in range(size)]
        uid = board(api, *items, users={outsider.uid: "r-------"})
        with query_counter() as counter:
            assert cascade(api, uid)["countUpdatedDashboardItems"] == size
        return counter.count

    assert queries(1) == queries(6)


def test_who_may_not_read_a_dashboard_does_not_pass_it_on(api: ApiClient, editor: User, outsider: User) -> None:
    """Superusers may, though their lists do not show it."""
    uid = board(api, {"text": "x"})
    Dashboard.objects.filter(uid=uid).update(sharing=private(editor.uid))

    assert api.post(f"/api/dashboards/cascadeSharing/{uid}", user="outsider").status == 404
    assert api.post(f"/api/dashboards/cascadeSharing/{uid}").status == 200
