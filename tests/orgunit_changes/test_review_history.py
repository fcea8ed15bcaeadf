"""`GET /api/orgunits/changes/{id}/history/`: what was applied, by whom and when."""

from __future__ import annotations

from datetime import date

import pytest

from tests.harness.client import ApiClient
from tests.orgunit_changes.approving import (
    approve,
)
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    CHANGES,
    make_form,
    make_group,
    make_type,
    place,
    reviewer,
    stored_change,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_reviewer")]


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
