"""What is wrong with an upload, member by member and together: 400 and 404 in the words of the API."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import OrganisationUnit
from orgunit_changes.models import Form, OrgUnitChangeRequest, OrgUnitProfile
from tests.harness.client import ApiClient
from tests.orgunit_changes.uploading import NON_FIELD, POINT, SENDERS, post, put
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    NGELEHUN,
    change_body,
    make_form,
    make_type,
    make_version,
    place,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("field_worker")]


@pytest.mark.parametrize("send", [post, put])
@pytest.mark.parametrize("members", [{}, {"new_name": None}, {"created_at": 1, "foo": "bar"}])
def test_something_must_be_asked_for(api: ApiClient, send: Any, members: dict[str, Any]) -> None:
    answer = send(api, change_body(**members))

    assert answer.status == 400
    assert answer.json[NON_FIELD][0].startswith(
        "You must provide at least one of the following fields: new_parent_id, new_name, new_org_unit_type_id"
    )


REQUIRED, NULL, BLANK = "This field is required.", "This field may not be null.", "This field may not be blank."
PK_OR_UUID = "Incorrect type. Expected pk or uuid value, received {}."
PK = "Incorrect type. Expected pk value, received {}."
BAD_DATE = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
BAD_PLACE = "Enter a valid location."
HUGE = "9" * 30

WRONG = [
    ("uuid", ..., REQUIRED), ("uuid", None, NULL), ("uuid", "", "Must be a valid UUID."),
    ("uuid", "x", "Must be a valid UUID."), ("uuid", 5, "Must be a valid UUID."),
    ("uuid", [], "Must be a valid UUID."),
    ("org_unit_id", ..., REQUIRED), ("org_unit_id", None, NULL), ("org_unit_id", "", BLANK),
    ("org_unit_id", "999999", 'Invalid pk or uuid "999999" - object does not exist.'),
    ("org_unit_id", "no such", 'Invalid pk or uuid "no such" - object does not exist.'),
    ("org_unit_id", HUGE, f'Invalid pk or uuid "{HUGE}" - object does not exist.'),
    ("org_unit_id", [], 'Invalid pk or uuid "[]" - object does not exist.'),
    ("new_parent_id", "", BLANK), ("new_parent_id", " ", BLANK), ("new_parent_id", [1], PK_OR_UUID.format("list")),
    ("new_parent_id", {}, PK_OR_UUID.format("dict")), ("new_parent_id", True, PK_OR_UUID.format("bool")),
    ("new_parent_id", "no such", PK_OR_UUID.format("str")), ("new_parent_id", 1.5, PK_OR_UUID.format("float")),
    ("new_name", "", BLANK), ("new_name", "  ", BLANK), ("new_name", [], "Not a valid string."),
    ("new_name", "x" * 231, "Ensure this field has no more than 230 characters."),
    ("new_org_unit_type_id", "x", PK.format("str")), ("new_org_unit_type_id", "", PK.format("str")),
    ("new_org_unit_type_id", [1], PK.format("list")), ("new_org_unit_type_id", False, PK.format("bool")),
    ("new_groups", "x", 'Expected a list of items but got type "str".'),
    ("new_groups", {}, 'Expected a list of items but got type "dict".'),
    ("new_groups", [[]], PK.format("list")), ("new_groups", [None], PK.format("NoneType")),
    ("new_groups", [999999], 'Invalid pk "999999" - object does not exist.'),
    ("new_groups", list(range(1001)), "Ensure this field has no more than 1000 elements."),
    ("new_location", {}, BAD_PLACE), ("new_location", "x", BAD_PLACE), ("new_location", [1, 2, 3], BAD_PLACE),
    ("new_location", POINT | {"altitude": None}, BAD_PLACE),
    ("new_location", {"latitude": 8, "longitude": 9}, BAD_PLACE),
    ("new_location", POINT | {"latitude": 90.5}, BAD_PLACE), ("new_location", POINT | {"longitude": -181}, BAD_PLACE),
    ("new_location", POINT | {"latitude": "8"}, BAD_PLACE), ("new_location", POINT | {"altitude": True}, BAD_PLACE),
    ("new_location_accuracy", "x", "A valid number is required."),
    ("new_location_accuracy", "NaN", "A valid number is required."),
    ("new_location_accuracy", {}, "A valid number is required."),
    ("new_location_accuracy", -1, "Ensure this value is greater than or equal to 0."),
    ("new_opening_date", "01/06/1971", BAD_DATE), ("new_opening_date", "", BAD_DATE), ("new_closed_date", [], BAD_DATE),
    ("new_closed_date", 1e300, BAD_DATE), ("new_closed_date", "2027-02-30", BAD_DATE),
    ("new_closed_date", True, BAD_DATE),
    ("new_reference_instances", [], "This list may not be empty."),
    ("new_reference_instances", "x", 'Expected a list of items but got type "str".'),
    ("new_reference_instances", ["x"], PK_OR_UUID.format("str")),
]  # fmt: skip


@SENDERS
@pytest.mark.parametrize(("member", "value", "message"), WRONG)
def test_a_wrong_member_is_named(api: ApiClient, send: Any, member: str, value: Any, message: str) -> None:
    body = change_body(new_location_accuracy=1) | {member: value}
    if value is ...:
        del body[member]

    answer = send(api, body)

    assert (answer.status, answer.json) == (400, {member: [message]})
    assert not OrgUnitChangeRequest.objects.exists()


def test_all_wrong_members_are_named_at_once(api: ApiClient) -> None:
    answer = post(api, change_body(new_name="", new_location={}, new_closed_date="x"))

    assert set(answer.json) == {"new_name", "new_location", "new_closed_date"}


@SENDERS
@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("new_parent_id", "999999", 'Invalid pk or uuid "999999" - object does not exist.'),
        ("new_parent_id", "0d2e7a52-7d0b-4f3e-9d0e-1f6a3b8c9d10",
         'Invalid pk or uuid "0d2e7a52-7d0b-4f3e-9d0e-1f6a3b8c9d10" - object does not exist.'),
        ("new_parent_id", "noSuchUnit1", 'Invalid pk or uuid "noSuchUnit1" - object does not exist.'),
        ("new_org_unit_type_id", 999999, 'Invalid pk "999999" - object does not exist.'),
        ("new_reference_instances", [999999], 'Invalid pk or uuid "999999" - object does not exist.'),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(api: ApiClient, send: Any, member: str, value: Any, message: str) -> None:
    answer = send(api, change_body(**{member: value}))

    assert (answer.status, answer.json) == (404, {member: [message]})


def test_deleted_submissions_and_those_of_deleted_forms_are_not_found(api: ApiClient) -> None:
    first, second = submission(make_form(), deleted=True), submission(make_form())
    Form.objects.filter(pk=second.form_id).update(deleted_at="2026-01-01T00:00:00Z")

    answer = post(api, change_body(new_reference_instances=[first.pk, second.pk]))

    assert (answer.status, len(answer.json["new_reference_instances"])) == (404, 2)


def test_what_is_wrong_comes_before_what_is_not_there(api: ApiClient) -> None:
    answer = post(api, change_body(new_parent_id="999999", new_groups=[999999]))

    assert (answer.status, set(answer.json)) == (400, {"new_parent_id", "new_groups"})


def test_one_submission_for_each_form(api: ApiClient) -> None:
    form = make_form()

    answer = post(api, change_body(new_reference_instances=[submission(form).pk, submission(form, BAOMA).pk]))

    words = "Only one reference instance can exist by org_unit/form pair."
    assert (answer.status, answer.json) == (400, {"new_reference_instances": [words]})


def test_a_type_of_no_project_is_refused(api: ApiClient) -> None:
    lonely = make_type()
    lonely.projects.clear()

    answer = post(api, change_body(new_org_unit_type_id=lonely.pk))

    words = "`new_org_unit_type_id` is not part of the user account."
    assert (answer.status, answer.json) == (400, {"new_org_unit_type_id": [words]})


CLOSED = "`new_closed_date` must be later than `new_opening_date`."
OPENED = "`new_opening_date` must be before the current org_unit closed date."


@SENDERS
@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"new_opening_date": "2020-01-02", "new_closed_date": "2020-01-02"}, CLOSED),
        ({"new_opening_date": "2020-01-02", "new_closed_date": "2020-01-01"}, CLOSED),
        ({"new_closed_date": "2000-01-01"}, CLOSED),
        ({"new_opening_date": "2030-01-01"}, OPENED),
        ({"new_opening_date": "2030-01-01", "new_closed_date": "2031-01-01"}, None),
        ({"new_opening_date": "2029-12-31"}, None),
        ({"new_closed_date": "2000-01-02"}, None),
    ],
)  # fmt: skip
def test_a_unit_closes_after_it_opened(api: ApiClient, send: Any, members: dict[str, str], message: str | None) -> None:
    OrganisationUnit.objects.filter(uid=NGELEHUN).update(opening_date="2000-01-01", closed_date="2030-01-01")

    answer = send(api, change_body(**members))

    assert (answer.status, answer.json if message else None) == (
        (400, {NON_FIELD: [message]}) if message else (201, None)
    )


def test_a_parent_is_of_the_same_version(api: ApiClient) -> None:
    OrgUnitProfile.objects.filter(org_unit__uid=BAOMA).update(version=make_version())

    answer = post(api, change_body(new_parent_id=place(BAOMA).pk))

    words = "`new_parent_id` and `org_unit_id` must have the same version."
    assert (answer.status, answer.json) == (400, {NON_FIELD: [words]})


@pytest.mark.parametrize("parent", [BADJIA, NGELEHUN])
def test_a_parent_is_neither_the_unit_nor_below_it(api: ApiClient, parent: str) -> None:
    answer = post(api, change_body(BADJIA, new_parent_id=place(parent).pk))

    words = "`new_parent_id` is already a child of `org_unit_id`."
    assert (answer.status, answer.json) == (400, {NON_FIELD: [words]})


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ("[]", {NON_FIELD: ["Invalid data. Expected a dictionary, but got list."]}),
        ('"x"', {NON_FIELD: ["Invalid data. Expected a dictionary, but got str."]}),
        ("null", {NON_FIELD: ["Invalid data. Expected a dictionary, but got NoneType."]}),
    ],
)
def test_a_body_is_one_object(api: ApiClient, body: str, answered: dict[str, Any]) -> None:
    answer = post(api, body)

    assert (answer.status, answer.json) == (400, answered)


@pytest.mark.parametrize("body", ["", "{", '{"uuid": "\\u0000"}', b"\xff"])
def test_what_is_no_json_is_refused(api: ApiClient, body: Any) -> None:
    answer = post(api, body)

    assert answer.status == 400
    assert answer.json["detail"].startswith("JSON parse error - ")


@SENDERS
def test_what_is_wrong_together_comes_before_what_is_absent(api: ApiClient, send: Any) -> None:
    body = change_body(new_parent_id=999999, new_opening_date="2020-01-02", new_closed_date="2020-01-01")

    answer = send(api, body)

    message = "`new_closed_date` must be later than `new_opening_date`."
    assert (answer.status, answer.json) == (400, {NON_FIELD: [message]})
