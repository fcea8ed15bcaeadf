"""`PATCH /api/orgunits/changes/{id}/`: who may review what, and which bodies are refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from orgunit_changes.fields import REQUESTABLE
from orgunit_changes.models import AppliedChange, OrgUnitChangeRequest
from tests.harness.client import Answer, ApiClient
from tests.orgunit_changes.world import (
    BADJIA,
    BO,
    CHANGES,
    NGELEHUN,
    make_project,
    make_type,
    place,
    profile,
    reviewer,
    someone_at,
    stored_change,
    worker,
)

pytestmark = pytest.mark.django_db

APPROVAL = {"status": "validated", "approved_fields": ["new_name"]}
REJECTION = {"status": "rejected", "rejection_comment": "Wrong village"}
NON_FIELD = "non_field_errors"
FORBIDDEN = {"detail": "You do not have permission to perform this action."}


@pytest.fixture(autouse=True)
def _reviewer() -> None:
    reviewer()


def review(api: ApiClient, change: OrgUnitChangeRequest, body: Any, query: str = "", user: str = "reviewer") -> Answer:
    return api.patch(f"{CHANGES}{change.pk}/{query}", body, user=user)


def test_an_approval_is_204_without_a_body_and_shown_by_the_detail(api: ApiClient) -> None:
    change = stored_change(new_name="Ngelehun Health Centre", new_opening_date="1971-06-01")

    answer = review(api, change, APPROVAL)

    assert (answer.status, answer.content) == (204, b"")
    shown = api.get(f"{CHANGES}{change.pk}/").json
    assert shown.items() >= {
        "status": "validated", "approved_fields": ["new_name"], "update_by": "reviewer", "updated_by": "reviewer",
    }.items()  # fmt: skip
    assert shown["updated_at"] > change.updated_at.timestamp()
    assert shown["org_unit"]["name"] == "Ngelehun Health Centre"


@pytest.mark.parametrize("path", ["{}{}/", "{}{}", "/api/42/orgunits/changes/{1}/", "/api/29/orgunits/changes/{1}"])
def test_both_slash_variants_review_under_every_version(api: ApiClient, path: str) -> None:
    change = stored_change(new_name="X")

    assert api.patch(path.format(CHANGES, change.pk), REJECTION, user="reviewer").status == 204


def test_a_rejection_leaves_the_unit_alone(api: ApiClient) -> None:
    before = place(NGELEHUN)
    change = stored_change(new_name="X")

    answer = review(api, change, REJECTION)

    assert (answer.status, answer.content) == (204, b"")
    change.refresh_from_db()
    assert (change.status, change.rejection_comment, change.approved_fields) == ("rejected", "Wrong village", [])
    assert change.updated_by.username == "reviewer"
    assert (place(NGELEHUN).name, place(NGELEHUN).last_updated) == (before.name, before.last_updated)
    assert not AppliedChange.objects.filter(request=change).exists()


@pytest.mark.parametrize("word", ["validated", "approved"])
def test_approved_is_another_word_for_validated(api: ApiClient, word: str) -> None:
    change = stored_change(new_name="X")

    assert review(api, change, APPROVAL | {"status": word}).status == 204

    assert api.get(f"{CHANGES}{change.pk}/").json["status"] == "validated"


def test_no_credentials_are_a_401(api: ApiClient) -> None:
    answer = api.patch(f"{CHANGES}{stored_change(new_name='X').pk}/", APPROVAL, user=None)

    assert (answer.status, answer.json) == (401, {"detail": "Authentication credentials were not provided."})
    assert answer.headers["WWW-Authenticate"]


def test_a_field_worker_may_not_review(api: ApiClient) -> None:
    worker()
    change = stored_change(new_name="X")

    answer = review(api, change, APPROVAL, user="worker")

    assert (answer.status, answer.json) == (403, FORBIDDEN)
    change.refresh_from_db()
    assert change.status == "new"


def test_a_superuser_may_review_without_org_units(api: ApiClient) -> None:
    assert review(api, stored_change(new_name="X"), APPROVAL, user="admin").status == 204


@pytest.mark.parametrize("id", ["999999999", "9" * 30, "abc", "0d2e7a52-7d0b-4f3e-9d0e-1f6a3b8c9d10", "-1", "%00"])
def test_what_is_not_there_is_a_404(api: ApiClient, id: str) -> None:
    assert api.patch(f"{CHANGES}{id}/", APPROVAL, user="reviewer").status in ((404,) if id != "%00" else (400, 404))


def test_the_authority_comes_before_the_request(api: ApiClient) -> None:
    worker()

    assert api.patch(f"{CHANGES}999999999/", APPROVAL, user="worker").status == 403


def test_a_unit_out_of_sight_is_a_403(api: ApiClient) -> None:
    reviewer("elsewhere", at=BADJIA)
    change = stored_change(BO, new_name="X")

    answer = review(api, change, APPROVAL, user="elsewhere")

    assert (answer.status, answer.json) == (403, FORBIDDEN)


def test_a_reviewer_without_org_units_sees_nothing(api: ApiClient) -> None:
    someone_at("nowhere", authorities=["ORG_UNITS_CHANGE_REQUEST_REVIEW"])

    assert review(api, stored_change(new_name="X"), APPROVAL, user="nowhere").status == 403


def test_the_project_of_a_call_must_hold_the_unit(api: ApiClient) -> None:
    make_project("with.it", [profile(NGELEHUN).org_unit_type])
    make_project("without.it", [make_type()])
    change = stored_change(new_name="X")

    for app_id in ("without.it", "unknown"):
        answer = review(api, change, APPROVAL, f"?app_id={app_id}")
        assert (answer.status, answer.json) == (403, FORBIDDEN)
    assert review(api, change, APPROVAL, "?app_id=with.it").status == 204


@pytest.mark.parametrize("app_id", ["", "%20", "default"])
def test_the_default_project_holds_everything(api: ApiClient, app_id: str) -> None:
    assert review(api, stored_change(new_name="X"), APPROVAL, f"?app_id={app_id}").status == 204


def test_what_phones_and_browsers_add_is_passed_over(api: ApiClient) -> None:
    change = stored_change(new_name="X")

    answer = review(api, change, APPROVAL | {"updated_at": 1.5, "uuid": "x", "junk": [{}]}, "?app_version=2.1")

    assert answer.status == 204


@pytest.mark.parametrize("word", ["validated", "rejected"])
@pytest.mark.parametrize("body", [APPROVAL, REJECTION, {}, {"status": "new"}], ids=["approve", "reject", "{}", "new"])
def test_a_second_review_is_refused_before_its_body_is_looked_at(
    api: ApiClient, word: str, body: dict[str, Any]
) -> None:
    change = stored_change(new_name="X", status=word)

    answer = review(api, change, body)

    assert (answer.status, answer.json) == (400, [f"Status must be `new` but current status is `{word}`."])


def test_a_double_click_is_refused_with_what_the_first_one_did(api: ApiClient) -> None:
    change = stored_change(new_name="X")
    assert review(api, change, APPROVAL).status == 204

    answer = review(api, change, APPROVAL)

    assert (answer.status, answer.json) == (400, ["Status must be `new` but current status is `validated`."])
    assert AppliedChange.objects.filter(request=change).count() == 1


def test_a_deleted_request_is_not_reviewed(api: ApiClient) -> None:
    change = stored_change(new_name="X", deleted_at=timezone.now())

    answer = review(api, change, APPROVAL)

    assert (answer.status, answer.json) == (400, ["The change request was deleted."])


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, {"status": ["This field is required."]}),
        ({"status": None}, {"status": ["This field may not be null."]}),
        ({"status": "new"}, {"status": ["Must be `approved` or `rejected`."]}),
        ({"status": "foo"}, {"status": ['"foo" is not a valid choice.']}),
        ({"status": ""}, {"status": ['"" is not a valid choice.']}),
        ({"status": 7}, {"status": ['"7" is not a valid choice.']}),
        ({"status": ["validated"]}, {"status": ["\"['validated']\" is not a valid choice."]}),
        ({"status": "validated"}, {NON_FIELD: ["At least one `approved_fields` must be provided."]}),
        (
            {"status": "validated", "approved_fields": None},
            {NON_FIELD: ["At least one `approved_fields` must be provided."]},
        ),
        (
            {"status": "validated", "approved_fields": []},
            {NON_FIELD: ["At least one `approved_fields` must be provided."]},
        ),
        (
            {"status": "validated", "approved_fields": ["new_name", "foo"]},
            {"approved_fields": ["Value foo is not a valid choice."]},
        ),
        (
            {"status": "rejected", "approved_fields": ["foo"], "rejection_comment": "No"},
            {"approved_fields": ["Value foo is not a valid choice."]},
        ),
        (
            {"status": "validated", "approved_fields": ["new_parent"]},
            {"approved_fields": ["Value new_parent is not a valid choice."]},
        ),
        (
            {"status": "validated", "approved_fields": ["name"]},
            {"approved_fields": ["Value name is not a valid choice."]},
        ),
        (
            {"status": "validated", "approved_fields": [{"a": [1]}]},
            {"approved_fields": ["Value {'a': [1]} is not a valid choice."]},
        ),
        (
            {"status": "validated", "approved_fields": "new_name"},
            {"approved_fields": ['Expected a list of items but got type "str".']},
        ),
        (
            {"status": "validated", "approved_fields": ["new_name"] * 1001},
            {"approved_fields": ["Ensure this field has no more than 1000 elements."]},
        ),
        ({"status": "rejected"}, {NON_FIELD: ["A `rejection_comment` must be provided."]}),
        (
            {"status": "rejected", "rejection_comment": None},
            {NON_FIELD: ["A `rejection_comment` must be provided."]},
        ),
        ({"status": "rejected", "rejection_comment": ""}, {NON_FIELD: ["A `rejection_comment` must be provided."]}),
        (
            {"status": "rejected", "rejection_comment": " \n "},
            {NON_FIELD: ["A `rejection_comment` must be provided."]},
        ),
        (
            {"status": "rejected", "rejection_comment": ["No"]},
            {"rejection_comment": ["Not a valid string."]},
        ),
        (
            {"status": "rejected", "rejection_comment": "x" * 10_001},
            {"rejection_comment": ["Ensure this field has no more than 10000 characters."]},
        ),
        (
            {"status": "foo", "approved_fields": ["bar"], "rejection_comment": True},
            {
                "status": ['"foo" is not a valid choice.'], "approved_fields": ["Value bar is not a valid choice."],
                "rejection_comment": ["Not a valid string."],
            },
        ),
        ([], {NON_FIELD: ["Invalid data. Expected a dictionary, but got list."]}),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_a_body_that_decides_nothing_is_refused_and_the_request_stays_open(
    api: ApiClient, body: Any, refusal: Any
) -> None:
    change = stored_change(new_name="X")

    answer = review(api, change, body)

    assert (answer.status, answer.json) == (400, refusal)
    change.refresh_from_db()
    assert (change.status, change.updated_by, place(NGELEHUN).name) == ("new", None, "Ngelehun CHC")


@pytest.mark.parametrize("body", ['{"status": ', '{"status": "rejected", "rejection_comment": "\\u0000"}'])
def test_what_is_no_json_is_a_400(api: ApiClient, body: str) -> None:
    answer = review(api, stored_change(new_name="X"), body)

    assert answer.status == 400
    assert answer.json["detail"].startswith("JSON parse error - ")


def test_null_is_as_good_as_absent_where_nothing_is_needed(api: ApiClient) -> None:
    approved, rejected = stored_change(new_name="X"), stored_change(new_name="X")

    assert review(api, approved, APPROVAL | {"rejection_comment": None}).status == 204
    assert review(api, rejected, REJECTION | {"approved_fields": None}).status == 204


def test_a_rejection_approves_nothing_whatever_fields_it_names(api: ApiClient) -> None:
    change = stored_change(new_name="X")

    assert review(api, change, REJECTION | {"approved_fields": ["new_name", "new_parent"]}).status == 204

    change.refresh_from_db()
    assert change.approved_fields == []


def test_a_comment_explains_a_partial_approval(api: ApiClient) -> None:
    change = stored_change(new_name="X", new_opening_date="1971-06-01")

    assert review(api, change, APPROVAL | {"rejection_comment": " Date is wrong "}).status == 204

    change.refresh_from_db()
    assert change.rejection_comment == "Date is wrong"


def test_fields_are_stored_once_each_in_the_order_of_all_lists(api: ApiClient) -> None:
    change = stored_change(
        new_name="X", new_opening_date="1971-06-01", new_closed_date="2030-01-01", new_location_accuracy="4.25"
    )
    names = ["new_closed_date", "new_name", "new_opening_date", "new_name"]

    assert review(api, change, {"status": "approved", "approved_fields": names}).status == 204

    change.refresh_from_db()
    assert change.approved_fields == [name for name in REQUESTABLE if name in names]


def test_the_names_that_uploads_use_will_do(api: ApiClient) -> None:
    change = stored_change(new_parent=place(BO), new_org_unit_type=make_type("Post"))

    names = ["new_org_unit_type_id", "new_parent_id"]
    assert review(api, change, {"status": "validated", "approved_fields": names}).status == 204

    change.refresh_from_db()
    assert change.approved_fields == ["new_parent", "new_org_unit_type"]
    assert (place(NGELEHUN).parent.uid, profile(NGELEHUN).org_unit_type.name) == (BO, "Post")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_other_methods_on_one_request_are_a_405(api: ApiClient, method: str) -> None:
    answer = api.request(method, f"{CHANGES}{stored_change(new_name='X').pk}/", {})

    assert (answer.status, answer.json) == (405, {"detail": f'Method "{method}" not allowed.'})


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_the_collection_is_neither_patched_nor_deleted(api: ApiClient, method: str) -> None:
    answer = api.request(method, CHANGES, {})

    assert (answer.status, answer.json) == (405, {"detail": f'Method "{method}" not allowed.'})
