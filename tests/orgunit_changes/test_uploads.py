"""`POST` and `PUT /api/orgunits/changes/`: what phones send, and what is stored of it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from metadata.models import OrganisationUnit
from orgunit_changes.models import Instance, OrgUnitProfile
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.uploading import FORBIDDEN, POINT, SENDERS, post, put, the_only
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
    someone_at,
    submission,
    worker,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("field_worker")]


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


def test_a_submission_may_be_of_another_unit_and_named_twice(api: ApiClient) -> None:
    instance = submission(make_form(), BAOMA)

    answer = post(api, change_body(new_reference_instances=[instance.pk, str(instance.uuid)]))

    assert answer.json["new_reference_instances"] == [instance.pk]


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
