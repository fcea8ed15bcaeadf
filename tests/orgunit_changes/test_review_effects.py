"""What an approval does to the org unit, as DHIS2's own endpoints show it afterwards."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from metadata.models import OrganisationUnit, OrganisationUnitGroup
from orgunit_changes.models import ReferenceInstance
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.approving import (
    AREA,
    LONG_AGO,
    approve,
    as_dhis2_shows,
    changed_since,
)
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
    place,
    profile,
    reviewer,
    stored_change,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_reviewer")]


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
