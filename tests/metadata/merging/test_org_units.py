"""Splitting and merging org units (DHIS2 2.42, metadata API, org units)."""

from __future__ import annotations

from typing import Any

import pytest

from datavalues.models import CompleteDataSetRegistration, DataApproval, LockException, MinMaxDataElement
from dhis2api.demo import identifiers as ids
from metadata.merging.bodies import MAX_OBJECTS
from metadata.models import CaptureOrganisationUnit, OrganisationUnit
from tests.datavalues.locks import approve, except_from_locks, workflow
from tests.datavalues.payloads import PERIOD, age, count_rows, send, stored, value
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.imports import put_in, unit
from tests.objects.payloads import create
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
TOP, OLD, OLDER, NEW, BELOW = "mergeTopAAA", "mergeOldAAA", "mergeOlderA", "mergeNewAAA", "mergeBelowA"


@pytest.fixture
def units(api: ApiClient) -> None:
    """A root with three children; the first of them has a child."""
    made = [unit(ids.SIERRA_LEONE, id=TOP), *(unit(TOP, id=uid) for uid in (OLD, OLDER, NEW)), unit(OLD, id=BELOW)]
    assert put_in(api, organisationUnits=made).status == 200


def merge(api: ApiClient, user: str = "admin", **members: Any) -> Answer:
    body = {"sources": [OLD, OLDER], "target": NEW} | members
    return api.post("/api/organisationUnits/merge", body, user=user)


def split(api: ApiClient, user: str = "admin", **members: Any) -> Answer:
    body = {"source": OLD, "targets": [NEW, OLDER]} | members
    return api.post("/api/organisationUnits/split", body, user=user)


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["errorCode"]


def exists(api: ApiClient, uid: str) -> bool:
    return api.get(f"/api/organisationUnits/{uid}").status == 200


def members(api: ApiClient, path: str) -> set[str]:
    return {one["id"] for one in api.get(f"/api/{path}?fields=organisationUnits").json["organisationUnits"]}


def group(api: ApiClient, *uids: str) -> str:
    return create(api, "organisationUnitGroup", organisationUnits=[{"id": uid} for uid in uids])["id"]


def test_a_merge_moves_members_children_and_data_and_deletes_the_sources(api: ApiClient, units: None) -> None:
    groups = [group(api, OLD, OLDER), group(api, OLD, NEW)]
    send(api, value(org_unit=OLD, value="1"), value(org_unit=OLDER, value="2", period="201402"))

    answer = merge(api)

    assert (answer.status, answer.json["message"]) == (200, "Organisation units merged")
    assert [members(api, f"organisationUnitGroups/{uid}") for uid in groups] == [{NEW}, {NEW}]
    below = api.get(f"/api/organisationUnits/{BELOW}?fields=parent,path,level").json
    path = OrganisationUnit.objects.get(uid=NEW).path
    assert below == {"parent": {"id": NEW}, "path": f"{path}/{BELOW}", "level": path.count("/") + 1}
    assert (stored(org_unit=NEW)["value"], stored(org_unit=NEW, period="201402")["value"]) == ("1", "2")
    assert not exists(api, OLD) and not exists(api, OLDER)


def test_sources_that_shall_stay_are_empty_then(api: ApiClient, units: None) -> None:
    uid = group(api, OLD)

    assert merge(api, deleteSources=False).status == 200

    assert exists(api, OLD) and members(api, f"organisationUnitGroups/{uid}") == {NEW}


def test_the_users_of_the_sources_are_the_targets(api: ApiClient, units: None, outsider: User) -> None:
    for found in OrganisationUnit.objects.filter(uid__in=[OLD, OLDER]):
        CaptureOrganisationUnit.objects.create(user=outsider, organisation_unit=found)

    assert merge(api).status == 200

    found = CaptureOrganisationUnit.objects.filter(user=outsider)
    assert [row.organisation_unit.uid for row in found] == [NEW]


def test_of_several_values_of_a_key_the_last_updated_stays(api: ApiClient, units: None) -> None:
    send(api, value(org_unit=NEW, value="1"), value(org_unit=OLD, value="2"))
    age()
    send(api, value(org_unit=OLDER, value="3"))
    before = count_rows()

    assert merge(api).status == 200

    assert (stored(org_unit=NEW)["value"], count_rows()) == ("3", before - 2)


def test_a_live_value_is_not_lost_to_a_later_deletion_mark(api: ApiClient, units: None) -> None:
    send(api, value(org_unit=NEW, value="1"), value(org_unit=OLD, value="2"))
    age()
    send(api, value(org_unit=OLD, value=""))

    assert merge(api).status == 200

    assert (stored(org_unit=NEW)["value"], stored(org_unit=NEW)["deleted"]) == ("1", False)


def test_values_of_sources_can_be_discarded(api: ApiClient, units: None) -> None:
    send(api, value(org_unit=NEW, value="1"), value(org_unit=OLD, value="2", period="201402"))
    before = count_rows()

    assert merge(api, dataValueMergeStrategy="DISCARD").status == 200

    assert (stored(org_unit=NEW)["value"], stored(org_unit=NEW, period="201402"), count_rows()) == ("1", {}, before - 1)


def test_completions_pass_on_once_a_key(api: ApiClient, units: None) -> None:
    data_set = api.get(f"/api/dataSets/{ids.MORTALITY}?fields=:owner").json
    data_set["organisationUnits"] += [{"id": uid} for uid in (OLD, OLDER, NEW)]
    assert api.put(f"/api/dataSets/{ids.MORTALITY}", data_set).status == 200
    for uid in (OLD, OLDER, NEW):
        sent = send(api, value(org_unit=uid), data_set=ids.MORTALITY, complete_date="2014-02-01", period=PERIOD,
                    org_unit=uid)  # fmt: skip
        assert sent.status == 200, sent

    kept = CompleteDataSetRegistration.objects.filter(period__iso=PERIOD, organisation_unit__uid__in=[OLD, OLDER, NEW])
    assert kept.count() == 3

    assert merge(api).status == 200

    assert [row.organisation_unit.uid for row in kept] == [NEW]


def test_favourites_show_the_target(api: ApiClient, units: None) -> None:
    shown = [{"id": OLD}, {"id": ids.BO}, {"id": OLDER}]
    chart = create(
        api, "visualization", organisationUnits=shown, rows=[{"id": "ou", "items": [*shown, {"id": "LEVEL-1"}]}]
    )["id"]

    assert merge(api).status == 200

    found = api.get(f"/api/visualizations/{chart}?fields=organisationUnits[id],rows[items[id]]").json
    assert [one["id"] for one in found["organisationUnits"]] == [NEW, ids.BO]
    assert [one["id"] for one in found["rows"][0]["items"]] == [NEW, ids.BO, "LEVEL-1"]


def test_attribute_values_that_name_a_source_name_the_target(api: ApiClient, units: None) -> None:
    place, words = (
        create(api, "attribute", valueType=kind, dataElementAttribute=True)["id"]
        for kind in ("ORGANISATION_UNIT", "TEXT")
    )
    values = [{"attribute": {"id": uid}, "value": OLD} for uid in (place, words)]
    element = create(api, "dataElement", attributeValues=values)["id"]

    assert merge(api).status == 200

    assert api.get(f"/api/dataElements/{element}?fields={place},{words}").json == {place: NEW, words: OLD}


def test_a_split_shares_memberships_and_gives_the_rest_to_the_primary_target(api: ApiClient, units: None) -> None:
    uid = group(api, OLD)
    chart = create(api, "visualization", organisationUnits=[{"id": OLD}, {"id": NEW}])["id"]
    send(api, value(org_unit=OLD, value="1"))

    answer = split(api, primaryTarget=OLDER)

    assert (answer.status, answer.json["message"]) == (200, "Organisation unit split")
    assert members(api, f"organisationUnitGroups/{uid}") == {NEW, OLDER}
    shown = api.get(f"/api/visualizations/{chart}?fields=organisationUnits[id]").json["organisationUnits"]
    assert {one["id"] for one in shown} == {NEW, OLDER} and len(shown) == 2
    assert api.get(f"/api/organisationUnits/{BELOW}?fields=parent").json == {"parent": {"id": OLDER}}
    assert (stored(org_unit=OLDER)["value"], stored(org_unit=NEW)) == ("1", {})
    assert not exists(api, OLD)


def test_without_a_primary_target_the_first_is_it(api: ApiClient, units: None) -> None:
    assert split(api, deleteSource=False).status == 200

    assert api.get(f"/api/organisationUnits/{BELOW}?fields=parent").json == {"parent": {"id": NEW}}
    assert exists(api, OLD)


def test_who_held_a_source_has_changed(api: ApiClient, units: None) -> None:
    """A client that pulls what changed sees it."""
    uid = group(api, OLD)
    before = api.get(f"/api/organisationUnitGroups/{uid}?fields=lastUpdated").json["lastUpdated"]

    assert merge(api).status == 200

    assert api.get(f"/api/organisationUnitGroups/{uid}?fields=lastUpdated").json["lastUpdated"] > before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sources": [OLD]}, "E1500"), ({"sources": None}, "E1500"), ({"target": None}, "E1501"),
        ({"target": "nobodyAAAAA"}, "E1501"), ({"target": OLD}, "E1502"), ({"sources": [OLD, "nobodyAAAAA"]}, "E1503"),
        ({"target": BELOW}, "E1504"),
    ],
)  # fmt: skip
def test_merges_that_make_no_sense(api: ApiClient, units: None, change: dict[str, Any], expected: str) -> None:
    assert code(merge(api, **change)) == (409, expected)
    assert exists(api, OLD)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"source": None}, "E1510"), ({"source": "nobodyAAAAA"}, "E1510"), ({"targets": [NEW]}, "E1511"),
        ({"targets": [NEW, OLD]}, "E1512"), ({"primaryTarget": "nobodyAAAAA"}, "E1513"),
        ({"primaryTarget": TOP}, "E1514"), ({"targets": [NEW, "nobodyAAAAA"]}, "E1515"),
        ({"targets": [NEW, BELOW]}, "E1516"),
    ],
)  # fmt: skip
def test_splits_that_make_no_sense(api: ApiClient, units: None, change: dict[str, Any], expected: str) -> None:
    assert code(split(api, **change)) == (409, expected)
    assert exists(api, OLD)


@pytest.mark.parametrize(
    "body",
    [
        [], {"sources": "x"}, {"sources": [1]}, {"target": 1}, {"deleteSources": "yes"},
        {"dataValueMergeStrategy": "NEWEST"}, {"dataApprovalMergeStrategy": "NEWEST"},
        {"sources": [str(n) for n in range(MAX_OBJECTS + 1)]},
    ],
)  # fmt: skip
def test_bodies_that_cannot_be_read(api: ApiClient, body: Any) -> None:
    assert api.post("/api/organisationUnits/merge", body).status == 400


def test_both_take_an_authority_of_their_own(api: ApiClient, units: None, editor: User) -> None:
    assert (merge(api, user="editor").status, split(api, user="editor").status) == (403, 403)
    persona("splitter", ["F_ORGANISATION_UNIT_SPLIT"])
    persona("merger", ["F_ORGANISATION_UNIT_MERGE"])
    assert (merge(api, user="splitter").status, split(api, user="merger").status) == (403, 403)
    assert merge(api, user="merger").status == 200


def test_the_number_of_queries_does_not_follow_what_is_moved(api: ApiClient, units: None) -> None:
    counts = []
    for number in (1, 8):
        made = [unit(TOP) for _ in range(2)]
        made += [unit(made[0]["id"]) for _ in range(number)]
        assert put_in(api, organisationUnits=made).status == 200
        for _ in range(number):
            group(api, made[0]["id"])
        send(api, *[value(org_unit=made[0]["id"], period=f"2014{n + 1:02}") for n in range(number)])
        with query_counter() as queries:
            assert merge(api, sources=[one["id"] for one in made[:2]]).status == 200
        counts.append(queries.count)

    assert counts[0] == counts[1]


def test_locks_approvals_and_limits_pass_on_once(api: ApiClient, units: None) -> None:
    followed = workflow(3)
    for uid in (OLD, OLDER, NEW):
        except_from_locks("201401", uid)
        approve(followed, "201401", uid, 3)
        limit = {"dataElement": ids.MEASLES, "orgUnit": uid, "optionCombo": ids.DEFAULT_OPTION_COMBO}
        assert api.post("/api/dataEntry/minMaxValues", limit | {"minValue": 1, "maxValue": 9}).status == 200

    assert merge(api).status == 200

    assert list(LockException.objects.values_list("organisation_unit__uid", flat=True)) == [NEW]
    assert list(DataApproval.objects.values_list("organisation_unit__uid", flat=True)) == [NEW]
    assert list(MinMaxDataElement.objects.values_list("source__uid", flat=True)) == [NEW]
