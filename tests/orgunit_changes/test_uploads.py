"""`POST` and `PUT /api/orgunits/changes/`: what phones send, once, twice, and wrongly."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from metadata.models import OrganisationUnit
from orgunit_changes.models import Form, Instance, OrgUnitChangeRequest, OrgUnitProfile
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    BO,
    CHANGES,
    NGELEHUN,
    ROOT,
    change_body,
    make_form,
    make_group,
    make_project,
    make_reference,
    make_type,
    make_version,
    place,
    profile,
    reviewer,
    someone_at,
    stored_change,
    submission,
    worker,
)

pytestmark = pytest.mark.django_db

NON_FIELD = "non_field_errors"
POINT = {"latitude": 8.1039, "longitude": -11.4197, "altitude": 61.5}


@pytest.fixture(autouse=True)
def _worker() -> None:
    worker()
    OrgUnitChangeRequest.objects.all().delete()


def post(api: ApiClient, body: Any, query: str = "", user: str | None = "worker") -> Any:
    return api.post(f"{CHANGES}{query}", body, user=user)


def put(api: ApiClient, body: Any, query: str = "", user: str | None = "worker") -> Any:
    return api.put(f"{CHANGES}{query}", body, user=user)


def the_only() -> OrgUnitChangeRequest:
    return OrgUnitChangeRequest.objects.get()


SENDERS = pytest.mark.parametrize("send", [post, put])


@SENDERS
def test_everything_that_can_be_asked_for_is_stored(api: ApiClient, send: Any) -> None:
    group, hospital, form = make_group(), make_type("Hospital"), make_form()
    instance = submission(form)
    body = change_body(
        new_name=" Ngelehun Health Centre ", new_parent_id=str(profile(BAOMA).uuid).upper(),
        new_org_unit_type_id=hospital.pk, new_groups=[group.pk], new_location=POINT, new_location_accuracy=4.25,
        new_opening_date="1971-06-01", new_closed_date="2027-12-31", new_reference_instances=[str(instance.uuid)],
    )  # fmt: skip

    answer = send(api, body)

    change = the_only()
    assert answer.status == 201, answer
    assert answer.json == {
        "id": change.pk, "uuid": body["uuid"], "org_unit_id": place(NGELEHUN).pk, "new_parent_id": place(BAOMA).pk,
        "new_name": "Ngelehun Health Centre", "new_org_unit_type_id": hospital.pk, "new_groups": [group.pk],
        "new_location": POINT, "new_location_accuracy": 4.25, "new_opening_date": "1971-06-01",
        "new_closed_date": "2027-12-31", "new_reference_instances": [instance.pk],
    }  # fmt: skip
    assert change.requested_fields == [
        "new_parent", "new_name", "new_org_unit_type", "new_groups", "new_location", "new_location_accuracy",
        "new_opening_date", "new_closed_date", "new_reference_instances",
    ]  # fmt: skip
    assert (change.status, change.created_by.username) == ("new", "worker")
    assert change.created_at == change.updated_at


@SENDERS
@pytest.mark.parametrize("path", [CHANGES, CHANGES.rstrip("/"), "/api/42/orgunits/changes/"])
def test_all_forms_of_the_address_take_a_body(api: ApiClient, send: Any, path: str) -> None:
    method = "POST" if send is post else "PUT"

    assert api.request(method, path, change_body(new_name="X"), user="worker").status == 201


def test_what_phones_send_besides_is_passed_over(api: ApiClient) -> None:
    body = change_body(new_name="X", created_at=1.5, updated_at=2.5, new_aliases=["Y"], status="validated")

    assert post(api, body, "?app_version=3&foo=bar").status == 201
    assert the_only().requested_fields == ["new_name"]
    assert (the_only().status, the_only().created_at.year > 2000) == ("new", True)


@pytest.mark.parametrize("given", ["pk", "digits", "uuid", "UUID", "uid"])
def test_a_unit_has_several_names(api: ApiClient, given: str) -> None:
    unit, key = place(NGELEHUN), str(profile(NGELEHUN).uuid)
    names = {"pk": unit.pk, "digits": str(unit.pk), "uuid": key, "UUID": key.upper(), "uid": NGELEHUN}

    assert post(api, change_body(new_name="X") | {"org_unit_id": names[given]}).json["org_unit_id"] == unit.pk


def test_the_unit_as_it_was_is_kept(api: ApiClient) -> None:
    """And not changed by what comes later."""
    reference, group = submission(make_form()), make_group("", [NGELEHUN])
    make_reference(reference)
    unit = place(NGELEHUN)
    OrganisationUnit.objects.filter(pk=unit.pk).update(geometry={"type": "Point", "coordinates": [-11.4, 8.1]})
    body = change_body(new_name="X")
    post(api, body)
    OrganisationUnit.objects.filter(pk=unit.pk).update(name="Renamed")

    put(api, body | {"new_name": "Y"})

    change = the_only()
    assert (change.old_name, change.new_name, change.old_parent) == ("Ngelehun CHC", "Y", place(BADJIA))
    assert (change.old_latitude, change.old_longitude, change.old_altitude) == (8.1, -11.4, 0.0)
    assert change.old_org_unit_type == profile(NGELEHUN).org_unit_type
    assert change.old_opening_date == unit.opening_date
    assert group in change.old_groups.all()
    assert list(change.old_reference_instances.filter(pk=reference.pk)) == [reference]


def test_nobody_uploads_without_logging_in(api: ApiClient) -> None:
    assert post(api, change_body(new_name="X"), user=None).status == 401
    assert put(api, change_body(new_name="X"), user=None).status == 401


def test_null_is_not_requested(api: ApiClient) -> None:
    nothing = dict.fromkeys(
        ("new_parent_id", "new_org_unit_type_id", "new_groups", "new_location", "new_location_accuracy",
         "new_opening_date", "new_closed_date", "new_reference_instances"),
    )  # fmt: skip

    assert post(api, change_body(new_name="X", **nothing)).status == 201
    assert the_only().requested_fields == ["new_name"]


def test_an_empty_list_of_groups_asks_for_none(api: ApiClient) -> None:
    assert post(api, change_body(new_groups=[])).json["new_groups"] == []
    assert the_only().requested_fields == ["new_groups"]


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


def test_a_submission_may_be_of_another_unit_and_named_twice(api: ApiClient) -> None:
    instance = submission(make_form(), BAOMA)

    answer = post(api, change_body(new_reference_instances=[instance.pk, str(instance.uuid)]))

    assert answer.json["new_reference_instances"] == [instance.pk]


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
    ("sent", "stored"),
    [("1.2345", "1.23"), (1.235, "1.24"), (1.2345, "1.23"), (4, "4.00"), (123456.7, "99999.99"), ("1e400", "99999.99")],
)  # fmt: skip
def test_accuracies_are_rounded_and_bounded(api: ApiClient, sent: Any, stored: str) -> None:
    assert post(api, change_body(new_location_accuracy=sent)).status == 201
    assert str(the_only().new_location_accuracy) == stored


@pytest.mark.parametrize(
    "sent", ["2027-12-31", "2027-12-31T10:00:00", "2027-12-31T10:00:00.123Z", "2028-01-01T01:00:00+02:00", 1830254400,
             1830254400.5],
)  # fmt: skip
def test_a_date_may_be_a_moment(api: ApiClient, sent: Any) -> None:
    assert post(api, change_body(new_closed_date=sent)).json["new_closed_date"] == "2027-12-31"


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


FORBIDDEN = {"detail": "The user is trying to create a change request for an unauthorized OrgUnit."}


@SENDERS
def test_a_unit_out_of_sight_is_forbidden(api: ApiClient, send: Any) -> None:
    someone_at("elsewhere", capture=[BAOMA])
    someone_at("nowhere")

    for user in ("elsewhere", "nowhere"):
        answer = send(api, change_body(new_name="X"), user=user)
        assert (answer.status, answer.json) == (403, FORBIDDEN)


def test_a_superuser_needs_no_org_units(api: ApiClient) -> None:
    someone_at("root", authorities=["ALL"])

    assert post(api, change_body(ROOT, new_name="X"), user="root").status == 201


@SENDERS
def test_a_project_holds_the_types_that_are_linked_to_it(api: ApiClient, send: Any) -> None:
    make_project("clinics", types=[profile(NGELEHUN).org_unit_type])
    make_project("chiefdoms", types=[profile(BADJIA).org_unit_type])

    assert send(api, change_body(new_name="X"), "?app_id=clinics").status == 201
    for query in ("?app_id=chiefdoms", "?app_id=unknown"):
        answer = send(api, change_body(new_name="X"), query)
        assert (answer.status, answer.json) == (403, FORBIDDEN)


@pytest.mark.parametrize("query", ["", "?app_id=", "?app_id=%20", "?app_id=default"])
def test_without_a_project_the_default_one_is_meant(api: ApiClient, query: str) -> None:
    assert post(api, change_body(new_name="X"), query).status == 201


def test_a_unit_of_another_version_is_in_no_project(api: ApiClient) -> None:
    OrgUnitProfile.objects.filter(org_unit__uid=NGELEHUN).update(version=make_version())

    assert post(api, change_body(new_name="X"), "?app_id=default").status == 403
    assert post(api, change_body(new_name="X")).status == 201


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


def test_an_upload_takes_as_many_queries_however_much_it_names(api: ApiClient) -> None:
    counts = []
    for number in (1, 4):
        body = change_body(
            new_groups=[make_group().pk for _ in range(number)],
            new_reference_instances=[submission(make_form()).pk for _ in range(number)],
        )  # fmt: skip
        api.get(CHANGES, user="worker")
        with query_counter() as few:
            assert post(api, body).status == 201
        counts.append(few.count)

    assert counts[0] == counts[1]


def test_names_in_any_script_come_back_as_they_were(api: ApiClient) -> None:
    name = "Ŋɛlɛhuŋ 🏥 مركز <b>&amp;"

    assert post(api, json.dumps(change_body(new_name=name))).json["new_name"] == name


def test_a_unit_that_dhis2_deletes_takes_its_requests_along(api: ApiClient) -> None:
    new = {"id": "newClinic01", "name": "N", "shortName": "N", "openingDate": "2020-01-01", "parent": {"id": BO}}
    assert api.post("/api/organisationUnits", new).status == 201
    change = post(api, change_body("newClinic01", new_name="X"))
    other = post(api, change_body(new_parent_id="newClinic01"))
    instance = submission(make_form(), "newClinic01")

    assert api.delete("/api/organisationUnits/newClinic01").status == 200

    kept = the_only()
    assert (kept.pk, kept.new_parent) == (other.json["id"], None)
    assert api.get(f"{CHANGES}{change.json['id']}/").status == 404
    assert Instance.objects.get(pk=instance.pk).org_unit is None
    assert uuid.UUID(change.json["uuid"]) != kept.uuid


@SENDERS
def test_a_submission_out_of_sight_is_none(api: ApiClient, send: Any) -> None:
    """A request shows the answers of its submissions."""
    worker("baoma_worker", BAOMA)
    form = make_form()
    foreign, own = submission(form, BADJIA), submission(form, BADJIA, created_by=worker("w2", BAOMA))

    answer = send(api, change_body(BAOMA, new_reference_instances=[foreign.pk]), user="baoma_worker")
    sent = send(api, change_body(BAOMA, new_reference_instances=[own.pk]), user="w2")

    message = f'Invalid pk or uuid "{foreign.pk}" - object does not exist.'
    assert (answer.status, answer.json) == (404, {"new_reference_instances": [message]})
    assert sent.status == 201, sent


def test_a_reviewer_learns_nothing_of_a_request_out_of_his_sight_by_its_uuid(api: ApiClient) -> None:
    reviewer("baoma_reviewer", BAOMA)
    stored = stored_change(BADJIA, new_name="A", status="rejected")

    answer = put(api, change_body(BAOMA, uuid=str(stored.uuid), new_name="B"), user="baoma_reviewer")

    assert answer.status == 403, answer


@SENDERS
def test_what_is_wrong_together_comes_before_what_is_absent(api: ApiClient, send: Any) -> None:
    body = change_body(new_parent_id=999999, new_opening_date="2020-01-02", new_closed_date="2020-01-01")

    answer = send(api, body)

    message = "`new_closed_date` must be later than `new_opening_date`."
    assert (answer.status, answer.json) == (400, {NON_FIELD: [message]})
