"""The same uuid again: a `POST` changes nothing, a `PUT` replaces what nobody has reviewed."""

from __future__ import annotations

import pytest

from orgunit_changes.models import OrgUnitChangeRequest
from tests.harness.client import ApiClient
from tests.orgunit_changes.uploading import FORBIDDEN, POINT, post, put, the_only
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    change_body,
    make_group,
    place,
    reviewer,
    someone_at,
    stored_change,
    worker,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("field_worker")]


def test_a_replay_changes_nothing_and_is_answered_with_what_is_stored(api: ApiClient) -> None:
    body = change_body(new_name="First")
    first = post(api, body)
    stored = the_only()

    again = post(api, body | {"new_name": "Second", "new_closed_date": "2050-01-01"})

    assert (again.status, again.json) == (201, first.json)
    assert (the_only().updated_at, the_only().requested_fields) == (stored.updated_at, ["new_name"])


@pytest.mark.parametrize("status", ["validated", "rejected"])
def test_a_replay_after_the_review_is_none_the_wiser(api: ApiClient, status: str) -> None:
    body = change_body(new_name="X")
    post(api, body)
    OrgUnitChangeRequest.objects.update(status=status)

    assert post(api, body).status == 201
    assert the_only().status == status


def test_a_replay_is_looked_up_before_its_body_is_checked(api: ApiClient) -> None:
    """Its parent may have been deleted since, its author may have lost sight of the unit."""
    body = change_body(new_parent_id=place(BAOMA).pk)
    post(api, body)
    author = the_only().created_by
    author.organisation_units_rows.all().delete()

    assert post(api, body | {"new_parent_id": "999999", "org_unit_id": "x"}, "?app_id=unknown").status == 201


def test_a_replay_by_a_stranger_shows_nothing(api: ApiClient) -> None:
    body = change_body(new_name="X")
    post(api, body)
    someone_at("elsewhere", capture=[BAOMA])

    answer = post(api, body, user="elsewhere")

    assert (answer.status, answer.json) == (403, FORBIDDEN)


def test_put_replaces_all_that_was_asked_for(api: ApiClient) -> None:
    group = make_group()
    body = change_body(new_name="First", new_groups=[group.pk], new_location=POINT)
    post(api, body)
    before = the_only()

    answer = put(api, {"uuid": body["uuid"], "org_unit_id": body["org_unit_id"], "new_closed_date": "2050-01-01"})

    after = the_only()
    assert (answer.status, answer.json["id"]) == (201, before.pk)
    assert after.requested_fields == ["new_closed_date"]
    assert (after.new_name, after.new_latitude, list(after.new_groups.all())) == (None, None, [])
    assert after.updated_at > before.updated_at
    assert (after.created_at, after.updated_by.username) == (before.created_at, "worker")


@pytest.mark.parametrize("status", ["validated", "rejected"])
def test_put_of_a_reviewed_request_is_refused(api: ApiClient, status: str) -> None:
    change = stored_change(new_name="X", status=status, by=worker("author"))

    answer = put(api, change_body(new_name="Y") | {"uuid": str(change.uuid)}, user="author")

    assert (answer.status, answer.json) == (400, [f"Status must be `new` but current status is `{status}`."])
    assert the_only().new_name == "X"


def test_put_by_somebody_else_is_forbidden_unless_he_reviews(api: ApiClient) -> None:
    change = stored_change(new_name="X", by=worker("author"))
    reviewer()
    body = change_body(new_name="Y") | {"uuid": str(change.uuid)}

    assert put(api, body).status == 403
    assert the_only().new_name == "X"
    assert put(api, body, user="reviewer").status == 201


def test_put_does_not_move_a_request_to_another_unit(api: ApiClient) -> None:
    change = stored_change(new_name="X", by=worker("author"))

    answer = put(api, change_body(BADJIA, new_name="Y") | {"uuid": str(change.uuid)}, user="author")

    assert (answer.status, list(answer.json)) == (400, ["org_unit_id"])


def test_put_of_a_deleted_request_is_refused(api: ApiClient) -> None:
    change = stored_change(new_name="X", by=worker("author"), deleted_at="2026-01-01T00:00:00Z")

    answer = put(api, change_body(new_name="Y") | {"uuid": str(change.uuid)}, user="author")

    assert (answer.status, answer.json) == (400, ["The change request was deleted."])


def test_a_reviewer_learns_nothing_of_a_request_out_of_his_sight_by_its_uuid(api: ApiClient) -> None:
    reviewer("baoma_reviewer", BAOMA)
    stored = stored_change(BADJIA, new_name="A", status="rejected")

    answer = put(api, change_body(BAOMA, uuid=str(stored.uuid), new_name="B"), user="baoma_reviewer")

    assert answer.status == 403, answer
