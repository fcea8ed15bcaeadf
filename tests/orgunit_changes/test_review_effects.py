"""What an approval does to the org unit, as DHIS2's own endpoints show it afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dhis2api.objects.uids import generate_uid
from metadata.models import OrganisationUnit, OrganisationUnitGroup
from orgunit_changes.models import AppliedChange, OrgUnitChangeRequest, ReferenceInstance
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    BO,
    CHANGES,
    NGELEHUN,
    ROOT,
    make_form,
    make_group,
    make_reference,
    make_type,
    make_version,
    place,
    profile,
    reviewer,
    stored_change,
    submission,
)

pytestmark = pytest.mark.django_db

NON_FIELD = "non_field_errors"
GONE = "What was requested does not exist any more."
AREA = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _reviewer() -> None:
    reviewer()
    ReferenceInstance.objects.all().delete()  # the demo has some
    OrganisationUnit.objects.update(last_updated=LONG_AGO)
    OrganisationUnitGroup.objects.update(last_updated=LONG_AGO)


def approve(api: ApiClient, change: OrgUnitChangeRequest, *fields: str, user: str = "reviewer") -> Answer:
    """Approve these fields, or all that were requested."""
    body = {"status": "validated", "approved_fields": list(fields) or change.requested_fields}
    return api.patch(f"{CHANGES}{change.pk}/", body, user=user)


def as_dhis2_shows(api: ApiClient, uid: str = NGELEHUN, fields: str = "*") -> dict[str, Any]:
    answer = api.get(f"/api/organisationUnits/{uid}?fields={fields}")
    assert answer.status == 200, answer
    return answer.json


def changed_since(uids: Sequence[str]) -> set[str]:
    """Those of these units that an incremental sync would bring."""
    rows = OrganisationUnit.objects.filter(uid__in=uids, last_updated__gt=LONG_AGO)
    return set(rows.values_list("uid", flat=True))


def refused(answer: Answer, status: int, body: Any, change: OrgUnitChangeRequest) -> bool:
    """Whether nothing became of a review."""
    assert (answer.status, answer.json) == (status, body)
    change.refresh_from_db()
    unwritten = not AppliedChange.objects.filter(request=change).exists()
    return (change.status, change.approved_fields, unwritten) == ("new", [], True)


def test_only_what_is_approved_changes(api: ApiClient) -> None:
    before = as_dhis2_shows(api)
    change = stored_change(
        new_name="Other", new_opening_date=date(1971, 6, 1), new_closed_date=date(2030, 1, 1), location=(8, -11, 5.5)
    )

    assert approve(api, change, "new_opening_date").status == 204

    after = as_dhis2_shows(api)
    assert {name for name in before | after if before.get(name) != after.get(name)} == {
        "openingDate", "lastUpdated", "lastUpdatedBy",
    }  # fmt: skip


def test_who_approved_and_when_stands_on_the_unit(api: ApiClient) -> None:
    assert approve(api, stored_change(new_name="Other")).status == 204

    shown = as_dhis2_shows(api, fields="lastUpdatedBy[username],lastUpdated")
    assert shown["lastUpdatedBy"]["username"] == "reviewer"
    assert changed_since([NGELEHUN, BADJIA]) == {NGELEHUN}


def test_a_new_name_is_its_display_name_too(api: ApiClient) -> None:
    assert approve(api, stored_change(new_name="Ngelehun Health Centre")).status == 204

    shown = as_dhis2_shows(api, fields="name,displayName")
    assert shown == {"name": "Ngelehun Health Centre", "displayName": "Ngelehun Health Centre"}


@pytest.mark.parametrize(
    ("name", "short_name", "becomes"),
    [
        ("Ngelehun CHC", "Ngelehun CHC", "New " * 12 + "Ne"),
        ("Ngelehun CHC", "Ngelehun", "Ngelehun"),
        ("x" * 60, "x" * 50, "New " * 12 + "Ne"),
        ("x" * 60, "x" * 49, "x" * 49),
    ],
    ids=["equal", "other", "cut to 50", "cut to 49"],
)
def test_a_short_name_follows_if_it_was_the_name_cut_to_50(
    api: ApiClient, name: str, short_name: str, becomes: str
) -> None:
    OrganisationUnit.objects.filter(uid=NGELEHUN).update(name=name, short_name=short_name)

    assert approve(api, stored_change(new_name="New " * 20 + "end")).status == 204

    assert place(NGELEHUN).short_name == becomes


def test_a_unit_moves_with_everything_below_it(api: ApiClient) -> None:
    inside = list(OrganisationUnit.objects.filter(path__startswith=f"{place(BADJIA).path}/"))
    assert len(inside) > 3
    change = stored_change(BADJIA, new_parent=place(ROOT))

    assert approve(api, change).status == 204

    shown = as_dhis2_shows(api, BADJIA, "path,level,parent[id],ancestors[id]")
    assert shown == {
        "path": f"/{ROOT}/{BADJIA}", "level": 2, "parent": {"id": ROOT}, "ancestors": [{"id": ROOT}],
    }  # fmt: skip
    for unit in inside:
        now = place(unit.uid)
        assert (now.path, now.hierarchy_level) == (unit.path.replace(f"/{BO}", ""), unit.hierarchy_level - 1)
    assert changed_since([BADJIA, BAOMA, *(unit.uid for unit in inside)]) == {BADJIA, *(unit.uid for unit in inside)}
    assert BADJIA in {child["id"] for child in as_dhis2_shows(api, ROOT, "children")["children"]}
    assert BADJIA not in {child["id"] for child in as_dhis2_shows(api, BO, "children")["children"]}


def test_a_moved_unit_keeps_its_type(api: ApiClient) -> None:
    before = profile(BADJIA).org_unit_type_id

    assert approve(api, stored_change(BADJIA, new_parent=place(ROOT))).status == 204

    assert profile(BADJIA).org_unit_type_id == before


def test_who_captures_at_the_new_place_sees_the_unit_now(api: ApiClient) -> None:
    reviewer("at.baoma", at=BAOMA)
    change, other = stored_change(new_parent=place(BAOMA)), stored_change(new_name="Other")
    assert approve(api, other, user="at.baoma").status == 403

    assert approve(api, change).status == 204

    assert approve(api, other, user="at.baoma").status == 204


def test_neither_moving_nor_groups_take_an_authority_of_dhis2(api: ApiClient) -> None:
    closed = make_group("Closed")
    OrganisationUnitGroup.objects.filter(pk=closed.pk).update(
        sharing={"public": "--------", "users": {}, "userGroups": {}}
    )

    assert approve(api, stored_change(new_parent=place(BAOMA), groups=[closed])).status == 204

    assert place(NGELEHUN).parent.uid == BAOMA


def test_a_new_type_is_the_companions_alone(api: ApiClient) -> None:
    before = place(NGELEHUN)

    assert approve(api, stored_change(new_org_unit_type=make_type("Post"))).status == 204

    after = place(NGELEHUN)
    assert profile(NGELEHUN).org_unit_type.name == "Post"
    assert (after.path, after.hierarchy_level) == (before.path, before.hierarchy_level)


def test_groups_are_replaced_on_both_sides(api: ApiClient) -> None:
    kept, left, joined, other = (make_group(name) for name in ("Kept", "Left", "Joined", "Other"))
    place(NGELEHUN).organisation_unit_groups.set([kept, left])
    OrganisationUnitGroup.objects.update(last_updated=LONG_AGO)

    assert approve(api, stored_change(groups=[kept, joined])).status == 204

    shown = as_dhis2_shows(api, fields="organisationUnitGroups[name]")
    assert {group["name"] for group in shown["organisationUnitGroups"]} == {"Kept", "Joined"}
    members = api.get(f"/api/organisationUnitGroups/{joined.uid}?fields=organisationUnits,lastUpdatedBy").json
    assert members["organisationUnits"] == [{"id": NGELEHUN}]
    assert members["lastUpdatedBy"]["username"] == "reviewer"
    touched = OrganisationUnitGroup.objects.filter(last_updated__gt=LONG_AGO)
    assert set(touched.values_list("name", flat=True)) == {"Left", "Joined"}
    assert other.last_updated_by is None


def test_no_groups_means_none(api: ApiClient) -> None:
    make_group("Left", [NGELEHUN])

    assert approve(api, stored_change(groups=[])).status == 204

    assert as_dhis2_shows(api, fields="organisationUnitGroups") == {"organisationUnitGroups": []}


@pytest.mark.parametrize("before", [None, {"type": "Point", "coordinates": [-10.0, 7.0]}], ids=["none", "a point"])
def test_a_location_is_a_point_with_the_longitude_first(api: ApiClient, before: Any) -> None:
    OrganisationUnit.objects.filter(uid=NGELEHUN).update(geometry=before)
    change = stored_change(location=(8.1039, -11.4197, 61.5))

    assert approve(api, change).status == 204

    shown = as_dhis2_shows(api, fields="geometry")
    assert shown == {"geometry": {"type": "Point", "coordinates": [-11.4197, 8.1039]}}
    assert api.get(f"{CHANGES}{change.pk}/").json["org_unit"]["location"] == {
        "latitude": 8.1039, "longitude": -11.4197, "altitude": 61.5,
    }  # fmt: skip


def test_a_unit_with_an_area_keeps_it(api: ApiClient) -> None:
    OrganisationUnit.objects.filter(uid=NGELEHUN).update(geometry=AREA)
    change = stored_change(location=(8.1039, -11.4197, 61.5))

    assert approve(api, change).status == 204

    assert as_dhis2_shows(api, fields="geometry") == {"geometry": AREA}
    assert api.get(f"{CHANGES}{change.pk}/").json["org_unit"]["location"] == {
        "latitude": 8.1039, "longitude": -11.4197, "altitude": 61.5,
    }  # fmt: skip


def test_an_accuracy_helps_to_decide_and_changes_nothing(api: ApiClient) -> None:
    change = stored_change(new_location_accuracy="4.25")

    assert approve(api, change).status == 204

    change.refresh_from_db()
    assert (change.status, change.approved_fields) == ("validated", ["new_location_accuracy"])
    assert changed_since([NGELEHUN]) == set()


def test_dates_are_days_at_midnight(api: ApiClient) -> None:
    change = stored_change(new_opening_date=date(1971, 6, 1), new_closed_date=date(2027, 12, 31))

    assert approve(api, change).status == 204

    assert as_dhis2_shows(api, fields="openingDate,closedDate") == {
        "openingDate": "1971-06-01T00:00:00.000", "closedDate": "2027-12-31T00:00:00.000",
    }  # fmt: skip


def test_a_reference_takes_the_place_of_that_of_its_form_alone(api: ApiClient) -> None:
    one, other = make_form(), make_form()
    stays, goes = submission(other), submission(one)
    make_reference(stays)
    make_reference(goes)
    comes = submission(one, BAOMA)

    assert approve(api, stored_change(instances=[comes])).status == 204

    held = ReferenceInstance.objects.filter(org_unit=place(NGELEHUN)).values_list("instance_id", flat=True)
    assert set(held) == {stays.pk, comes.pk}


def test_what_is_left_of_groups_and_submissions_is_applied(api: ApiClient) -> None:
    groups, forms = [make_group("Stays"), make_group("Goes")], [make_form(), make_form()]
    instances = [submission(form) for form in forms]
    change = stored_change(groups=groups, instances=instances)
    groups[1].delete()
    type(instances[1]).objects.filter(pk=instances[1].pk).update(deleted=True)

    assert approve(api, change).status == 204

    assert [group.name for group in place(NGELEHUN).organisation_unit_groups.all()] == ["Stays"]
    assert [held.instance_id for held in place(NGELEHUN).reference_instances.all()] == [instances[0].pk]


def test_approving_what_is_there_already_succeeds(api: ApiClient) -> None:
    change = stored_change(new_name="Ngelehun CHC", new_parent=place(BADJIA))

    assert approve(api, change).status == 204

    assert changed_since([NGELEHUN]) == {NGELEHUN}


def test_the_last_approval_wins_and_leaves_other_fields_alone(api: ApiClient) -> None:
    """An outdated request is applied on top of what came after it."""
    older = stored_change(new_name="Older")
    newer = stored_change(new_name="Newer", new_opening_date=date(1971, 6, 1))
    assert approve(api, newer).status == 204
    older.refresh_from_db()
    assert older.status == "new"

    assert approve(api, older).status == 204

    assert (place(NGELEHUN).name, place(NGELEHUN).opening_date) == ("Older", date(1971, 6, 1))


def test_what_a_request_found_stays_as_it_was(api: ApiClient) -> None:
    change = stored_change(new_name="Other", old_name="Long ago")

    assert approve(api, change).status == 204

    assert api.get(f"{CHANGES}{change.pk}/").json["old_name"] == "Long ago"


def test_below_itself_a_unit_cannot_be(api: ApiClient) -> None:
    change = stored_change(BADJIA, new_parent=place(NGELEHUN), new_name="Other")

    answer = approve(api, change)

    assert refused(answer, 400, {NON_FIELD: ["`new_parent_id` is already a child of `org_unit_id`."]}, change)
    assert place(BADJIA).name == "Badjia"


def test_two_moves_that_are_right_alone_make_no_circle(api: ApiClient) -> None:
    first = stored_change(BADJIA, new_parent=place(BAOMA))
    second = stored_change(BAOMA, new_parent=place(BADJIA))
    assert approve(api, first).status == 204

    answer = approve(api, second)

    assert refused(answer, 400, {NON_FIELD: ["`new_parent_id` is already a child of `org_unit_id`."]}, second)


def test_a_parent_of_another_version_is_refused(api: ApiClient) -> None:
    change = stored_change(new_parent=place(BAOMA))
    type(profile(BAOMA)).objects.filter(org_unit__uid=BAOMA).update(version=make_version())

    answer = approve(api, change)

    words = ["`new_parent_id` and `org_unit_id` must have the same version."]
    assert refused(answer, 400, {NON_FIELD: words}, change)


def test_a_parent_out_of_the_reviewers_sight_is_a_403(api: ApiClient) -> None:
    reviewer("at.badjia", at=BADJIA)
    change = stored_change(new_parent=place(BAOMA), new_name="Other")

    answer = approve(api, change, user="at.badjia")

    assert refused(answer, 403, {"detail": "You do not have permission to perform this action."}, change)
    assert approve(api, change, "new_name", user="at.badjia").status == 204


def test_a_parent_that_was_deleted_is_refused_but_other_fields_go_in(api: ApiClient) -> None:
    parent = OrganisationUnit.objects.create(
        uid=generate_uid(), name="Short-lived", short_name="Short-lived", parent=place(BO), opening_date="2000-01-01"
    )
    change = stored_change(new_parent=parent, new_name="Other")
    assert api.delete(f"/api/organisationUnits/{parent.uid}").status == 200

    answer = approve(api, change)

    assert refused(answer, 400, {"new_parent": [GONE]}, change)
    assert (place(NGELEHUN).name, place(NGELEHUN).parent.uid) == ("Ngelehun CHC", BADJIA)
    assert approve(api, change, "new_name").status == 204


def test_groups_that_are_all_gone_do_not_mean_none(api: ApiClient) -> None:
    kept, gone = make_group("Kept", [NGELEHUN]), make_group("Gone")
    change = stored_change(groups=[gone])
    gone.delete()

    answer = approve(api, change)

    assert refused(answer, 400, {"new_groups": [GONE]}, change)
    assert kept in place(NGELEHUN).organisation_unit_groups.all()


def test_a_type_that_was_deleted_is_refused(api: ApiClient) -> None:
    type = make_type()
    change = stored_change(new_org_unit_type=type)
    type.delete()

    assert refused(approve(api, change), 400, {"new_org_unit_type": [GONE]}, change)


def test_a_type_that_left_all_projects_is_refused(api: ApiClient) -> None:
    type = make_type()
    change = stored_change(new_org_unit_type=type)
    type.projects.clear()

    words = ["`new_org_unit_type_id` is not part of the user account."]
    assert refused(approve(api, change), 400, {"new_org_unit_type_id": words}, change)


def test_submissions_that_are_all_gone_are_refused(api: ApiClient) -> None:
    instance = submission(make_form())
    change = stored_change(instances=[instance], new_name="Other")
    type(instance).objects.filter(pk=instance.pk).update(deleted=True)

    assert refused(approve(api, change), 400, {"new_reference_instances": [GONE]}, change)


def test_two_submissions_of_one_form_are_refused(api: ApiClient) -> None:
    form = make_form()
    change = stored_change(instances=[submission(form), submission(form)])

    words = ["Only one reference instance can exist by org_unit/form pair."]
    assert refused(approve(api, change), 400, {"new_reference_instances": words}, change)


CLOSED = "`new_closed_date` must be later than `new_opening_date`."
OPENED = "`new_opening_date` must be before the current org_unit closed date."


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (["new_opening_date"], OPENED), (["new_closed_date"], CLOSED), (["new_opening_date", "new_closed_date"], None),
    ],
    ids=["opening alone", "closing alone", "both"],
)  # fmt: skip
def test_dates_are_held_against_those_that_the_unit_will_have(
    api: ApiClient, fields: list[str], message: str | None
) -> None:
    """The unit was open in 1990 when the request was made; now it was from 2000 to 2010."""
    OrganisationUnit.objects.filter(uid=NGELEHUN).update(opening_date="2000-01-01", closed_date="2010-01-01")
    change = stored_change(new_opening_date=date(2010, 1, 1), new_closed_date=date(2011, 1, 1))
    if fields == ["new_closed_date"]:
        OrganisationUnit.objects.filter(uid=NGELEHUN).update(opening_date="2011-01-01", closed_date="2012-01-01")

    answer = approve(api, change, *fields)

    if message is None:
        assert answer.status == 204
    else:
        assert refused(answer, 400, {NON_FIELD: [message]}, change)


def test_the_history_tells_before_and_after(api: ApiClient) -> None:
    group, form = make_group("New group"), make_form("Facility profile")
    reference = submission(form)
    change = stored_change(
        new_name="Other", new_parent=place(BAOMA), groups=[group], instances=[reference], location=(8.5, -11.5, 3.5),
        new_org_unit_type=make_type("Post"), new_opening_date=date(1971, 6, 1), new_closed_date=date(2030, 1, 1),
    )  # fmt: skip
    before = api.get(f"{CHANGES}{change.pk}/").json["org_unit"]
    assert approve(api, change).status == 204

    answer = api.get(f"{CHANGES}{change.pk}/history/", user="reviewer")

    assert (answer.status, answer.json["count"]) == (200, 1)
    entry = answer.json["results"][0]
    change.refresh_from_db()
    assert entry.items() >= {
        "request_id": change.pk, "request_uuid": str(change.uuid), "fields": change.requested_fields,
        "before": before, "applied_by": "reviewer", "applied_at": change.updated_at.timestamp(),
    }.items()  # fmt: skip
    after = entry["after"]
    assert after == api.get(f"{CHANGES}{change.pk}/").json["org_unit"]
    assert (after["name"], after["parent"], after["parent_id"]) == ("Other", "Baoma", place(BAOMA).pk)
    assert after["location"] == {"latitude": 8.5, "longitude": -11.5, "altitude": 3.5}
    assert (after["groups"], after["org_unit_type_name"]) == ([{"id": group.pk, "name": "New group"}], "Post")
    assert (after["opening_date"], after["closed_date"]) == ("1971-06-01", "2030-01-01")
    assert [one["id"] for one in after["reference_instances"]] == [reference.pk]


def test_the_history_holds_all_changes_of_the_unit_newest_first(api: ApiClient) -> None:
    changes = [stored_change(new_name=name) for name in ("First", "Second", "Third")]
    approve(api, stored_change(BADJIA, new_name="Another unit"))
    for change in changes:
        assert approve(api, change).status == 204

    page = api.get(f"{CHANGES}{changes[0].pk}/history?limit=2").json

    assert [entry["after"]["name"] for entry in page["results"]] == ["Third", "Second"]
    assert (page["count"], page["pages"], page["has_next"]) == (3, 2, True)


@pytest.mark.parametrize(
    ("id", "query", "user", "status"),
    [
        (None, "", None, 401), ("999999999", "", "reviewer", 404), ("abc", "", "reviewer", 404),
        (None, "", "elsewhere", 403), (None, "?foo=1", "reviewer", 400), (None, "?page=0", "reviewer", 400),
    ],
)  # fmt: skip
def test_a_history_is_shown_to_who_sees_its_request(
    api: ApiClient, id: str | None, query: str, user: str | None, status: int
) -> None:
    reviewer("elsewhere", at=BAOMA)
    change = stored_change(new_name="X")

    assert api.get(f"{CHANGES}{id or change.pk}/history/{query}", user=user).status == status


def test_the_history_outlives_the_request(api: ApiClient) -> None:
    change, later = stored_change(new_name="Other"), stored_change(new_name="Later")
    assert approve(api, change).status == 204
    change.delete()

    entry = api.get(f"{CHANGES}{later.pk}/history/").json["results"][0]

    assert (entry["request_id"], entry["request_uuid"]) == (None, str(change.uuid))


def test_an_approval_takes_as_many_statements_for_many_as_for_few(api: ApiClient) -> None:
    def statements(size: int) -> int:
        OrganisationUnit.objects.filter(uid=NGELEHUN).update(parent=place(BADJIA))
        place(NGELEHUN).organisation_unit_groups.set([make_group() for _ in range(size)])
        instances = [submission(make_form()) for _ in range(size)]
        change = stored_change(
            new_name="Other", new_parent=place(BAOMA), groups=[make_group() for _ in range(size)], instances=instances,
            new_org_unit_type=make_type(), location=(1, 2, 3),
        )  # fmt: skip
        with query_counter() as counter:
            assert approve(api, change).status == 204
        return counter.count

    statements(1)
    assert statements(1) == statements(12)
