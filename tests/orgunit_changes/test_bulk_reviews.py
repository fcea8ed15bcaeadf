"""`PATCH bulk_review` and `POST bulk_delete`: many requests in one call."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from orgunit_changes.models import AppliedChange, OrgUnitChangeRequest
from orgunit_changes.review import bulk
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    BO,
    CHANGES,
    NGELEHUN,
    make_group,
    place,
    reviewer,
    stored_change,
    worker,
)

pytestmark = pytest.mark.django_db

NON_FIELD = "non_field_errors"
APPROVE = {"status": "approved"}
REJECT = {"status": "rejected", "rejection_comment": "Not now"}


@pytest.fixture(autouse=True)
def _reviewer() -> None:
    reviewer()
    OrgUnitChangeRequest.objects.all().delete()


def review(api: ApiClient, body: Any, query: str = "", user: str | None = "reviewer") -> Answer:
    return api.patch(f"{CHANGES}bulk_review/{query}", body, user=user)


def delete(api: ApiClient, body: Any, query: str = "", user: str | None = "reviewer") -> Answer:
    return api.post(f"{CHANGES}bulk_delete/{query}", body, user=user)


def states() -> list[str]:
    return list(OrgUnitChangeRequest.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize("path", ["bulk_review/", "bulk_review"])
def test_all_that_was_requested_is_approved(api: ApiClient, path: str) -> None:
    change = stored_change(new_name="Other", new_opening_date="1971-06-01")
    left = stored_change(BADJIA, new_name="Left alone")

    answer = api.patch(f"{CHANGES}{path}", APPROVE | {"selected_ids": [change.pk]}, user="reviewer")

    assert (answer.status, answer.json) == (200, {"result": "success", "approved": [change.pk], "failed": {}})
    change.refresh_from_db()
    assert (change.status, change.approved_fields) == ("validated", ["new_name", "new_opening_date"])
    assert change.updated_by.username == "reviewer"
    assert place(NGELEHUN).name == "Other"
    left.refresh_from_db()
    assert left.status == "new"
    assert AppliedChange.objects.get().request == change


def test_a_rejection_reaches_all_that_are_chosen(api: ApiClient) -> None:
    changes = [stored_change(new_name="X") for _ in range(3)]

    answer = review(api, REJECT | {"select_all": True, "unselected_ids": [changes[1].pk]})

    assert answer.json == {"result": "success", "rejected": [changes[0].pk, changes[2].pk], "failed": {}}
    assert states() == ["rejected", "new", "rejected"]
    changes[0].refresh_from_db()
    assert changes[0].rejection_comment == "Not now"
    assert changes[0].updated_by.username == "reviewer"
    assert place(NGELEHUN).name == "Ngelehun CHC"


@pytest.mark.parametrize("body", [APPROVE, REJECT], ids=["approve", "reject"])
def test_every_request_that_is_touched_is_pulled_again(api: ApiClient, body: dict[str, Any]) -> None:
    changes = [stored_change(new_name="X") for _ in range(2)]

    assert review(api, body | {"select_all": True}).status == 200

    for change in changes:
        before = change.updated_at
        change.refresh_from_db()
        assert change.updated_at > before


@pytest.mark.parametrize("body", [APPROVE, REJECT], ids=["approve", "reject"])
def test_what_is_not_open_is_passed_over(api: ApiClient, body: dict[str, Any]) -> None:
    reviewed, open_one = stored_change(new_name="X", status="rejected"), stored_change(new_name="X")
    stored_change(new_name="X", deleted_at=timezone.now())

    answer = review(api, body | {"select_all": True})

    assert answer.json["approved" if body is APPROVE else "rejected"] == [open_one.pk]
    before = reviewed.updated_at
    reviewed.refresh_from_db()
    assert (reviewed.updated_at, reviewed.rejection_comment) == (before, "")


def test_the_lists_filters_narrow_the_choice(api: ApiClient) -> None:
    stored_change(new_name="X")
    change = stored_change(BADJIA, groups=[make_group()])

    answer = review(api, APPROVE | {"select_all": True}, "?requested_fields=groups&status=new")

    assert answer.json["approved"] == [change.pk]
    assert states() == ["new", "validated"]


def test_what_is_named_but_filtered_out_stays(api: ApiClient) -> None:
    change = stored_change(new_name="X")

    answer = review(api, APPROVE | {"selected_ids": [change.pk]}, f"?org_unit_id={place(BADJIA).pk}")

    assert answer.json["approved"] == []


@pytest.mark.parametrize("body", [APPROVE, REJECT], ids=["approve", "reject"])
def test_what_is_out_of_sight_stays(api: ApiClient, body: dict[str, Any]) -> None:
    reviewer("at.badjia", at=BADJIA)
    mine, others = stored_change(new_name="X"), stored_change(BO, new_name="X")

    answer = review(api, body | {"selected_ids": [mine.pk, others.pk]}, user="at.badjia")

    assert answer.json["approved" if body is APPROVE else "rejected"] == [mine.pk]


def test_parents_come_before_children(api: ApiClient) -> None:
    """Whichever was asked for first."""
    child = stored_change(NGELEHUN, new_parent=place(BO))
    parent = stored_change(BADJIA, new_parent=place(BAOMA))

    answer = review(api, APPROVE | {"select_all": True})

    assert answer.json["approved"] == [parent.pk, child.pk]
    first, second = AppliedChange.objects.order_by("applied_at")
    assert (first.request, second.request) == (parent, child)
    assert place(NGELEHUN).path == f"{place(BO).path}/{NGELEHUN}"


def test_failures_are_told_and_spoil_nothing_else(api: ApiClient) -> None:
    good = stored_change(new_name="Other")
    circle = stored_change(BADJIA, new_parent=place(NGELEHUN))
    gone = stored_change(BAOMA, new_parent=None, requested_fields=["new_parent"])

    answer = review(api, APPROVE | {"select_all": True})

    assert (answer.status, answer.json) == (200, {
        "result": "success", "approved": [good.pk], "failed": {
            str(circle.pk): {NON_FIELD: ["`new_parent_id` is already a child of `org_unit_id`."]},
            str(gone.pk): {"new_parent": ["What was requested does not exist any more."]},
        },
    })  # fmt: skip
    assert states() == ["validated", "new", "new"]
    assert place(NGELEHUN).name == "Other"


@pytest.mark.parametrize("body", [APPROVE, REJECT], ids=["approve", "reject"])
@pytest.mark.parametrize("selection", [{}, {"select_all": False}, {"selected_ids": []}, {"selected_ids": None}])
def test_nothing_chosen_is_nothing_done(api: ApiClient, body: dict[str, Any], selection: dict[str, Any]) -> None:
    stored_change(new_name="X")

    answer = review(api, body | selection)

    assert (answer.status, states()) == (200, ["new"])


SELECTION_FAULTS = [
    (
        {"select_all": True, "selected_ids": [1]},
        {NON_FIELD: ["You cannot set both `select_all` and `selected_ids`."]},
    ),
    ({"unselected_ids": [1]}, {NON_FIELD: ["You cannot set `unselected_ids` without `select_all`."]}),
    ({"select_all": "yes"}, {"select_all": ["Must be a valid boolean."]}),
    ({"selected_ids": 7}, {"selected_ids": ['Expected a list of items but got type "int".']}),
    ({"selected_ids": ["abc"]}, {"selected_ids": ["A valid integer is required."]}),
    ({"selected_ids": [2**63]}, {"selected_ids": ["A valid integer is required."]}),
    ({"selected_ids": [[1], {}]}, {"selected_ids": ["A valid integer is required."]}),
    ({"selected_ids": list(range(1001))}, {"selected_ids": ["Ensure this field has no more than 1000 elements."]}),
]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        *((APPROVE | body, refusal) for body, refusal in SELECTION_FAULTS),
        ({"select_all": True}, {"status": ["This field is required."]}),
        ({"select_all": True, "status": "new"}, {"status": ["Must be `approved` or `rejected`."]}),
        (
            {"select_all": True, "status": "rejected"},
            {NON_FIELD: ["A `rejection_comment` must be provided."]},
        ),
        ([], {NON_FIELD: ["Invalid data. Expected a dictionary, but got list."]}),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_a_review_that_contradicts_itself_is_refused(api: ApiClient, body: Any, refusal: Any) -> None:
    stored_change(new_name="X")

    answer = review(api, body)

    assert (answer.status, answer.json) == (400, refusal)
    assert states() == ["new"]


@pytest.mark.parametrize("call", [review, delete])
@pytest.mark.parametrize("query", ["?foo=1", "?org_unit_id=999999", "?status=foo", "?groups=x"])
def test_filters_are_as_strict_as_the_lists(api: ApiClient, call: Any, query: str) -> None:
    assert call(api, REJECT | {"select_all": True}, query).status == 400


@pytest.mark.parametrize("call", [review, delete])
def test_both_take_the_authority_to_review(api: ApiClient, call: Any) -> None:
    worker()
    change = stored_change(new_name="X")

    assert call(api, REJECT | {"select_all": True}, user="worker").status == 403
    assert call(api, REJECT | {"select_all": True}, user=None).status == 401
    change.refresh_from_db()
    assert (change.status, change.deleted_at) == ("new", None)


@pytest.mark.parametrize(("method", "path"), [("GET", "bulk_review/"), ("GET", "bulk_delete/"), ("PUT", "bulk_review")])
def test_other_methods_are_a_405(api: ApiClient, method: str, path: str) -> None:
    assert api.request(method, f"{CHANGES}{path}").status == 405


def test_more_than_can_be_reviewed_at_once_is_refused(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_REVIEWS", 2)
    for _ in range(3):
        stored_change(new_name="X")

    answer = review(api, APPROVE | {"select_all": True})

    words = ["No more than 2 change requests can be reviewed at once."]
    assert (answer.status, answer.json, states()) == (400, {NON_FIELD: words}, ["new"] * 3)


def test_rejecting_many_takes_as_many_statements_as_few(api: ApiClient) -> None:
    def statements(size: int) -> int:
        changes = [stored_change(new_name="X") for _ in range(size)]
        with query_counter() as counter:
            assert review(api, REJECT | {"selected_ids": [change.pk for change in changes]}).status == 200
        return counter.count

    statements(1)
    assert statements(2) == statements(20)


@pytest.mark.parametrize("path", ["bulk_delete/", "bulk_delete"])
def test_a_deletion_hides_and_a_restoration_brings_back(api: ApiClient, path: str) -> None:
    change = stored_change(new_name="X", status="validated")
    body = {"selected_ids": [change.pk]}

    answer = api.post(f"{CHANGES}{path}", body, user="reviewer")

    assert (answer.status, answer.json) == (201, {"result": "success"})
    change.refresh_from_db()
    assert change.deleted_at is not None
    assert api.get(f"{CHANGES}?is_soft_deleted=false").json["count"] == 0
    assert api.post(f"{CHANGES}{path}", body | {"restore": True}, user="reviewer").status == 201
    deleted_then = change.updated_at
    change.refresh_from_db()
    assert (change.deleted_at, change.status) == (None, "validated")
    assert change.updated_at > deleted_then


def test_a_deletion_is_stamped_and_says_nothing_of_who_reviewed(api: ApiClient) -> None:
    change = stored_change(new_name="X")

    assert delete(api, {"select_all": True}).status == 201

    before = change.updated_at
    change.refresh_from_db()
    assert change.updated_at > before
    assert change.updated_by is None


def test_what_is_deleted_already_is_not_touched(api: ApiClient) -> None:
    then = timezone.now()
    change = stored_change(new_name="X", deleted_at=then)

    assert delete(api, {"select_all": True}).status == 201

    before = change.updated_at
    change.refresh_from_db()
    assert (change.deleted_at, change.updated_at) == (then, before)


def test_a_deletion_reaches_what_the_filters_leave_and_the_user_sees(api: ApiClient) -> None:
    reviewer("at.badjia", at=BADJIA)
    mine, kept, others = stored_change(new_name="X"), stored_change(groups=[]), stored_change(BO, new_name="X")

    assert delete(api, {"select_all": True}, "?requested_fields=name&order=groups", user="at.badjia").status == 201

    gone = OrgUnitChangeRequest.objects.exclude(deleted_at=None)
    assert list(gone) == [mine]
    assert {kept, others}.isdisjoint(gone)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [*SELECTION_FAULTS, ({"restore": 1}, {"restore": ["Must be a valid boolean."]})],
    ids=lambda value: str(value)[:60],
)
def test_a_deletion_that_contradicts_itself_is_refused(api: ApiClient, body: Any, refusal: Any) -> None:
    answer = delete(api, body)

    assert (answer.status, answer.json) == (400, refusal)


def test_deleting_many_takes_as_many_statements_as_few(api: ApiClient) -> None:
    def statements(size: int) -> int:
        changes = [stored_change(new_name="X") for _ in range(size)]
        with query_counter() as counter:
            assert delete(api, {"selected_ids": [change.pk for change in changes]}).status == 201
        return counter.count

    statements(1)
    assert statements(2) == statements(20)
