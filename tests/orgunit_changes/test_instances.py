"""Submissions: once however often they are sent, about units in sight, and what stands for a unit is reviewed."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from orgunit_changes.apps import MANAGE_AUTHORITY, REVIEW_AUTHORITY
from orgunit_changes.models import Form, Instance, Project, ReferenceInstance
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    NGELEHUN,
    make_form,
    make_project,
    make_reference,
    place,
    reviewer,
    someone_at,
    submission,
    worker,
)
from users.models import User

pytestmark = pytest.mark.django_db

INSTANCES = "/api/instances/"


def body(form: Form, unit: str = NGELEHUN, **members: Any) -> dict[str, Any]:
    """A submission as phones send it, with members that mean nothing here."""
    return {
        "uuid": str(uuid.uuid4()), "form_id": form.pk, "org_unit_id": str(place(unit).pk), "json": {"beds": "12"},
        "file": "a.xml", "accuracy": 4.2, "entityUuid": None,
    } | members  # fmt: skip


@pytest.fixture
def nurse(db: None) -> User:
    """A field worker of Badjia."""
    return worker("nurse", at=BADJIA)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_submission_is_stored_with_the_times_of_its_device(api: ApiClient, nurse: User, slash: str) -> None:
    form = make_form()
    sent = body(form, created_at=1698310800.0, updated_at=1698314400.5)

    made = api.post(f"/api/instances{slash}", sent, user="nurse")

    instance = Instance.objects.get(uuid=sent["uuid"])
    assert (made.status, made.json) == (201, {
        "id": instance.pk, "uuid": sent["uuid"], "form_id": form.pk, "form_version_id": form.versions.get().pk,
        "org_unit_id": place(NGELEHUN).pk, "project_id": Project.objects.get(is_default=True).pk,
        "json": {"beds": "12"}, "created_at": 1698310800.0, "updated_at": 1698314400.5, "created_by": "nurse",
        "is_reference": False,
    })  # fmt: skip
    assert instance.updated_at.timestamp() > 1698314400.5
    assert api.get(f"/api/instances/{instance.pk}{slash}", user="nurse").json == made.json


def test_without_times_of_its_device_those_of_the_server_are_shown(api: ApiClient, nurse: User) -> None:
    made = api.post(INSTANCES, body(make_form()), user="nurse").json

    assert made["created_at"] == made["updated_at"] == Instance.objects.get(pk=made["id"]).updated_at.timestamp()


@pytest.mark.parametrize("named", ["{0.pk}", "{0.uid}", "{0.change_profile.uuid}"])
def test_the_org_unit_is_named_by_id_uid_or_uuid(api: ApiClient, nurse: User, named: str) -> None:
    unit = place(NGELEHUN)

    made = api.post(INSTANCES, body(make_form(), org_unit_id=named.format(unit)), user="nurse")

    assert made.json["org_unit_id"] == unit.pk


def test_the_same_uuid_again_changes_nothing(api: ApiClient, nurse: User) -> None:
    sent = body(make_form())
    first = api.post(INSTANCES, sent, user="nurse").json

    again = api.post(INSTANCES, sent | {"json": {"beds": "99"}, "form_id": None}, user="nurse")

    assert (again.status, again.json) == (201, first)
    assert Instance.objects.filter(uuid=sent["uuid"]).count() == 1


def test_the_same_uuid_of_what_is_out_of_sight_shows_nothing_of_it(api: ApiClient, nurse: User) -> None:
    hidden = submission(make_form(), BAOMA)

    again = api.post(INSTANCES, body(make_form(), uuid=str(hidden.uuid)), user="nurse")

    assert (again.status, again.json) == (201, {"id": hidden.pk})


def test_the_app_id_of_the_address_names_the_project(api: ApiClient, nurse: User) -> None:
    project = make_project("of.address")

    assert api.post(f"{INSTANCES}?app_id=of.address", body(make_form()), user="nurse").json["project_id"] == project.pk
    assert api.post(f"{INSTANCES}?app_id=none.such", body(make_form()), user="nurse").json == {
        "app_id": ['Project with app_id "none.such" does not exist.']
    }


def test_units_out_of_sight_are_neither_written_nor_read(api: ApiClient, nurse: User) -> None:
    form = make_form()
    hidden, seen = submission(form, BAOMA), submission(form, NGELEHUN)

    refused = api.post(INSTANCES, body(form, BAOMA), user="nurse")
    moved = api.patch(f"{INSTANCES}{seen.pk}/", {"org_unit_id": place(BAOMA).pk}, user="nurse")

    assert (refused.status, moved.status) == (403, 403)
    assert [row["id"] for row in api.get(f"{INSTANCES}?form_id={form.pk}", user="nurse").json["results"]] == [seen.pk]
    assert api.get(f"{INSTANCES}{hidden.pk}/", user="nurse").status == 404
    assert api.delete(f"{INSTANCES}{hidden.pk}/", user="nurse").status == 404
    assert api.get(INSTANCES, user=None).status == 401


def test_somebody_without_org_units_sees_none(api: ApiClient, outsider: User) -> None:
    submission(make_form())

    assert api.get(INSTANCES, user="outsider").json["count"] == 0


WRONG = [
    ({"json": None}, {"json": ["This field may not be null."]}),
    ({"json": [1]}, {"json": ["Expected a dictionary of answers by question."]}),
    ({"uuid": "x"}, {"uuid": ["Must be a valid UUID."]}),
    ({"form_id": 999999}, {"form_id": ['Invalid pk "999999" - object does not exist.']}),
    ({"form_id": True}, {"form_id": ["Incorrect type. Expected pk value, received bool."]}),
    ({"form_version_id": 999999}, {"form_version_id": ['Invalid pk "999999" - object does not exist.']}),
    ({"project_id": 999999}, {"project_id": ['Invalid pk "999999" - object does not exist.']}),
    ({"org_unit_id": "999999"}, {"org_unit_id": ['Invalid pk or uuid "999999" - object does not exist.']}),
    ({"org_unit_id": "?"}, {"org_unit_id": ['Invalid pk or uuid "?" - object does not exist.']}),
    ({"org_unit_id": {}}, {"org_unit_id": ["Incorrect type. Expected pk or uuid value, received dict."]}),
    ({"created_at": "2026-01-01"}, {"created_at": ["Enter a valid date/time."]}),
    ({"updated_at": 1e300}, {"updated_at": ["Enter a valid date/time."]}),
]


@pytest.mark.parametrize(("members", "expected"), WRONG, ids=[str(row[0]) for row in WRONG])
def test_what_cannot_be_is_refused_by_its_member(
    api: ApiClient, nurse: User, members: dict[str, Any], expected: dict[str, Any]
) -> None:
    before = Instance.objects.count()

    answer = api.post(INSTANCES, body(make_form()) | members, user="nurse")

    assert (answer.status, answer.json) == (400, expected)
    assert Instance.objects.count() == before


def test_a_version_of_another_form_is_refused(api: ApiClient, nurse: User) -> None:
    other = make_form().versions.get()

    answer = api.post(INSTANCES, body(make_form(), form_version_id=other.pk), user="nurse")

    assert (answer.status, answer.json) == (400, {"form_version_id": ["This version belongs to another form."]})


def test_a_change_gets_a_later_stamp_and_keeps_form_and_uuid(api: ApiClient, nurse: User) -> None:
    instance = submission(make_form())
    address = f"{INSTANCES}{instance.pk}/"

    changed = api.patch(address, {"json": {"beds": "20"}}, user="nurse")

    assert (changed.status, changed.json["json"]) == (200, {"beds": "20"})
    assert Instance.objects.get(pk=instance.pk).updated_at > instance.updated_at
    assert list(api.patch(address, {"uuid": str(uuid.uuid4())}, user="nurse").json) == ["uuid"]
    assert list(api.put(address, body(make_form(), uuid=str(instance.uuid)), user="nurse").json) == ["form_id"]


def test_without_version_and_project_it_is_the_newest_and_the_default_one(api: ApiClient, nurse: User) -> None:
    form = make_form()
    newest = form.versions.create(version_id="2", questions=[])
    sent = body(form, form_version_id=form.versions.first().pk, project_id=make_project("other").pk)
    made = api.post(INSTANCES, sent, user="nurse").json

    changed = api.patch(f"{INSTANCES}{made['id']}/", {"form_version_id": None, "project_id": None}, user="nurse").json

    assert made["form_version_id"] == sent["form_version_id"]
    assert changed["form_version_id"] == newest.pk
    assert changed["project_id"] == Project.objects.get(is_default=True).pk


@pytest.mark.parametrize("authority", [REVIEW_AUTHORITY, MANAGE_AUTHORITY])
def test_who_reviews_or_manages_says_what_stands_for_a_unit(api: ApiClient, authority: str) -> None:
    someone_at("chooser", capture=[BADJIA], authorities=[authority])
    form = make_form()
    before = make_reference(submission(form))

    made = api.post(INSTANCES, body(form, is_reference=True), user="chooser").json

    assert made["is_reference"] is True
    assert ReferenceInstance.objects.get(org_unit=place(NGELEHUN), form=form).instance_id == made["id"]
    assert api.get(f"{INSTANCES}{before.instance_id}/").json["is_reference"] is False
    unset = api.patch(f"{INSTANCES}{made['id']}/", {"is_reference": False}, user="chooser").json
    assert unset["is_reference"] is False
    assert not ReferenceInstance.objects.filter(form=form).exists()


def test_without_the_authority_what_stands_for_a_unit_stays_as_it_is(api: ApiClient, nurse: User) -> None:
    """Otherwise a change could go round the review."""
    form = make_form()
    address = f"{INSTANCES}{make_reference(submission(form)).instance_id}/"

    refused = [
        api.post(INSTANCES, body(form, is_reference=True), user="nurse"),
        api.patch(address, {"json": {}}, user="nurse"), api.delete(address, user="nurse"),
    ]  # fmt: skip

    assert [answer.status for answer in refused] == [403, 403, 403]
    assert Instance.objects.filter(form=form).count() == 1
    assert Instance.objects.get(form=form).json == {"beds": "12"}


def test_a_deleted_one_is_gone_and_stands_for_nothing(api: ApiClient) -> None:
    reviewer("judge")
    form = make_form()
    instance = make_reference(submission(form)).instance

    assert api.delete(f"{INSTANCES}{instance.pk}/", user="judge").status == 204

    assert api.get(f"{INSTANCES}{instance.pk}/").status == 404
    assert api.get(f"{INSTANCES}?form_id={form.pk}").json["count"] == 0
    gone = Instance.objects.get(pk=instance.pk)
    assert gone.deleted and gone.updated_at > instance.updated_at
    assert not gone.references.exists()


@pytest.mark.parametrize("by", ["project", "app_id", "form_id", "org_unit_id"])
def test_the_list_is_narrowed(api: ApiClient, by: str) -> None:
    form, other, project = make_form(), make_form(), make_project("narrow")
    wanted = submission(form, BADJIA, project=project)
    submission(other, BAOMA, project=make_project("other"))
    value = {"project": project.pk, "app_id": "narrow", "form_id": form.pk, "org_unit_id": place(BADJIA).pk}[by]

    assert [row["id"] for row in api.get(f"{INSTANCES}?{by}={value}").json["results"]] == [wanted.pk]


@pytest.mark.parametrize("query", ["form_id=999999", "org_unit_id=x", "project=1e3", "app_id=none.such", "page=x"])
def test_a_filter_that_means_nothing_is_refused(api: ApiClient, query: str) -> None:
    answer = api.get(f"{INSTANCES}?{query}")

    assert (answer.status, list(answer.json)) == (400, [query.partition("=")[0]])


def test_the_number_of_queries_does_not_grow_with_the_page(api: ApiClient, nurse: User) -> None:
    form = make_form()
    for _ in range(9):
        submission(form, created_by=nurse)
    api.get(f"{INSTANCES}?form_id={form.pk}&limit=1", user="nurse")
    with query_counter() as few:
        assert len(api.get(f"{INSTANCES}?form_id={form.pk}&limit=1", user="nurse").json["results"]) == 1
    with query_counter() as many:
        assert len(api.get(f"{INSTANCES}?form_id={form.pk}&limit=9", user="nurse").json["results"]) == 9

    assert many.count == few.count
