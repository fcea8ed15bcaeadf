"""`GET /api/mobile/orgunits/…`: what phones pull."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from orgunit_changes.models import Form, Instance, OrgUnitChangeRequest, OrgUnitProfile, Project
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    MOBILE,
    NGELEHUN,
    make_form,
    make_group,
    make_project,
    make_reference,
    make_type,
    make_version,
    place,
    profile,
    someone_at,
    stored_change,
    submission,
    worker,
)
from users.models import User

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 5, 4, 10, 30, 15, 921692, UTC)


@pytest.fixture
def me() -> User:
    OrgUnitChangeRequest.objects.all().delete()
    return worker()


def pulled(api: ApiClient, query: str = "app_id=default", user: str = "worker") -> list[int]:
    answer = api.get(f"{MOBILE}?{query}", user=user)
    assert answer.status == 200, answer
    return [row["id"] for row in answer.json["results"]]


@pytest.mark.parametrize("path", [MOBILE, MOBILE.rstrip("/"), "/api/42/mobile/orgunits/changes/"])
def test_a_request_is_shown_with_doubles_and_ids(api: ApiClient, me: User, path: str) -> None:
    group, hospital, instance = make_group(), make_type(), submission(make_form())
    change = stored_change(
        by=me, status="rejected", rejection_comment="Wrong village", created_at=MOMENT, updated_at=MOMENT,
        new_parent=place(BAOMA), new_name="X", new_org_unit_type=hospital, groups=[group], location=(8.1, -11.4, 61.5),
        new_location_accuracy="4.25", new_opening_date=date(2022, 10, 27), instances=[instance],
    )  # fmt: skip

    answer = api.get(f"{path}?app_id=default", user="worker")

    assert answer.json == {
        "count": 1, "has_next": False, "has_previous": False, "page": 1, "pages": 1, "limit": 20,
        "results": [{
            "id": change.pk, "uuid": str(change.uuid), "org_unit_id": place(NGELEHUN).pk,
            "org_unit_uuid": str(profile(NGELEHUN).uuid), "status": "rejected", "approved_fields": [],
            "rejection_comment": "Wrong village", "created_at": MOMENT.timestamp(), "updated_at": MOMENT.timestamp(),
            "new_parent_id": str(place(BAOMA).pk), "new_name": "X", "new_org_unit_type_id": hospital.pk,
            "new_groups": [group.pk], "new_location": {"latitude": 8.1, "longitude": -11.4, "altitude": 61.5},
            "new_location_accuracy": 4.25, "new_opening_date": 1666828800.0, "new_closed_date": None,
            "new_reference_instances": [instance.pk],
        }],
    }  # fmt: skip


def test_what_was_not_asked_for_is_null(api: ApiClient, me: User) -> None:
    stored_change(by=me, new_name="X")

    row = api.get(f"{MOBILE}?app_id=default", user="worker").json["results"][0]

    assert {name for name, value in row.items() if name.startswith("new_") and value is not None} == {"new_name"}


def test_only_who_asks_for_no_groups_is_shown_none(api: ApiClient, me: User) -> None:
    """Groups that were asked for and are deleted by now are no wish to leave all."""
    group = make_group()
    of_none, of_one = stored_change(by=me, groups=[]), stored_change(by=me, groups=[group])
    group.delete()

    rows = api.get(f"{MOBILE}?app_id=default", user="worker").json["results"]

    assert {row["id"]: row["new_groups"] for row in rows} == {of_none.pk: [], of_one.pk: None}


@pytest.mark.parametrize(
    ("query", "message"),
    [("", "This field is required."), ("?app_id=", "This field may not be blank."),
     ("?app_id=%20", "This field may not be blank.")],
)  # fmt: skip
@pytest.mark.parametrize("path", [MOBILE, f"/api/mobile/orgunits/{NGELEHUN}/reference_instances"])
def test_a_project_must_be_named(api: ApiClient, me: User, path: str, query: str, message: str) -> None:
    answer = api.get(f"{path}{query}", user="worker")

    assert (answer.status, answer.json) == (400, {"app_id": [message]})


def test_an_unknown_project_holds_nothing(api: ApiClient, me: User) -> None:
    stored_change(by=me, new_name="X")

    assert pulled(api, "app_id=unknown") == []


def test_a_project_holds_the_units_of_its_types_and_of_the_default_version(api: ApiClient, me: User) -> None:
    clinic = stored_change(NGELEHUN, by=me, new_name="X")
    stored_change(BAOMA, by=me, new_name="Y")
    make_project("clinics", types=[profile(NGELEHUN).org_unit_type])

    assert pulled(api, "app_id=clinics") == [clinic.pk]
    OrgUnitProfile.objects.filter(org_unit__uid=NGELEHUN).update(version=make_version())
    assert pulled(api, "app_id=clinics") == []


def test_a_phone_pulls_its_own_requests(api: ApiClient, me: User) -> None:
    own = stored_change(by=me, new_name="X")
    stored_change(by=worker("other"), new_name="Y")

    assert pulled(api) == [own.pk]


def test_requests_vanish_with_the_sight_of_their_unit(api: ApiClient, me: User) -> None:
    stored_change(by=me, new_name="X")
    me.organisation_units_rows.all().delete()

    assert pulled(api) == []


@pytest.mark.parametrize("status", ["new", "validated", "rejected"])
def test_requests_of_every_status_are_pulled(api: ApiClient, me: User, status: str) -> None:
    change = stored_change(by=me, new_name="X", status=status)

    assert pulled(api) == [change.pk]


def test_requests_come_in_the_order_they_changed(api: ApiClient, me: User) -> None:
    later = stored_change(by=me, new_name="X", updated_at=MOMENT + timedelta(seconds=1))
    first, second = (stored_change(by=me, new_name="Y", updated_at=MOMENT) for _ in range(2))

    assert pulled(api) == [first.pk, second.pk, later.pk]
    assert pulled(api, "app_id=default&limit=2&page=2") == [later.pk]


@pytest.mark.parametrize(
    ("last_sync", "is_shown"),
    [
        ("2026-05-04T10:30:15.921692Z", True), ("2026-05-04T10:30:15.921693Z", False),
        ("2026-05-04T10:30:15Z", True), ("2026-05-04T10:30:16Z", False), ("2026-05-04T10:30:15", True),
        ("2026-05-04T10:30:16", False), ("2026-05-04T10:30", True), ("2026-05-04T10:31", False), ("", True),
        ("2026-05-04T12:30:15+02:00", True), ("2026-05-04T12:30:15%2B02:00", True),
        ("2026-05-04T12:30:16+02:00", False), ("2026-05-04T08:30:16-02:00", False), ("2026-05-04 10:30:15", True),
    ],
)  # fmt: skip
def test_a_sync_begins_where_the_last_one_ended(api: ApiClient, me: User, last_sync: str, is_shown: bool) -> None:
    change = stored_change(by=me, new_name="X", updated_at=MOMENT)

    assert pulled(api, f"app_id=default&last_sync={last_sync}") == ([change.pk] if is_shown else [])


@pytest.mark.parametrize("last_sync", ["x", "2026-13-01T00:00", "1683196215", "2026-02-30T10:00Z"])
@pytest.mark.parametrize("path", [MOBILE, f"/api/mobile/orgunits/{NGELEHUN}/reference_instances"])
def test_a_moment_that_is_none_is_refused(api: ApiClient, me: User, path: str, last_sync: str) -> None:
    answer = api.get(f"{path}?app_id=default&last_sync={last_sync}", user="worker")

    assert (answer.status, answer.json) == (400, {"last_sync": ["Enter a valid date/time."]})


@pytest.mark.parametrize("query", ["page=x", "limit=x", "page=0", "limit=-1"])
@pytest.mark.parametrize("path", [MOBILE, f"/api/mobile/orgunits/{NGELEHUN}/reference_instances"])
def test_pages_are_numbers(api: ApiClient, me: User, path: str, query: str) -> None:
    answer = api.get(f"{path}?app_id=default&{query}", user="worker")

    assert (answer.status, answer.json) == (400, {query.partition("=")[0]: ["A valid integer is required."]})


def test_what_phones_add_to_an_address_is_passed_over(api: ApiClient, me: User) -> None:
    assert pulled(api, "app_id=default&app_version=12&foo=bar") == []


def test_requests_with_submissions_that_the_project_does_not_hold_stay_hidden(api: ApiClient, me: User) -> None:
    own, foreign = make_form(), make_form()
    types = [profile(NGELEHUN).org_unit_type]
    project = make_project("clinics", types=types, forms=[own])
    kept = stored_change(by=me, new_name="X", instances=[submission(own), submission(make_form(), project=project)])
    kept.new_reference_instances.set([submission(own, project=project)])
    stored_change(by=me, new_name="X", instances=[submission(foreign)])
    stored_change(by=me, new_name="X", instances=[submission(own, project=make_project("other"))])

    assert pulled(api, "app_id=clinics") == [kept.pk]


def test_requests_for_submissions_that_no_app_could_open_stay_hidden(api: ApiClient, me: User) -> None:
    gone, bare = submission(make_form()), submission(make_form())
    stored_change(by=me, instances=[gone])
    stored_change(by=me, instances=[bare])
    Instance.objects.filter(pk=gone.pk).update(deleted=True)
    Instance.objects.filter(pk=bare.pk).update(form_version=None)

    assert pulled(api) == []


def test_two_stamped_in_the_same_moment_are_both_pulled_again(api: ApiClient, me: User) -> None:
    """A phone asks from the greatest double that it has seen."""
    changes = [stored_change(by=me, new_name="X", updated_at=MOMENT).pk for _ in range(2)]
    seen = api.get(f"{MOBILE}?app_id=default&limit=1", user="worker").json["results"][0]["updated_at"]
    since = datetime.fromtimestamp(seen, UTC).isoformat().replace("+", "%2B")

    assert pulled(api, f"app_id=default&last_sync={since}") == changes


def test_a_pull_takes_as_many_queries_however_much_it_brings(api: ApiClient, me: User) -> None:
    counts = []
    for number in (1, 5):
        for _ in range(number):
            stored_change(by=me, groups=[make_group()], instances=[submission(make_form())])
        pulled(api)
        with query_counter() as few:
            pulled(api)
        counts.append(few.count)

    assert counts[0] == counts[1]


def test_nobody_pulls_without_logging_in(api: ApiClient) -> None:
    for path in (MOBILE, f"/api/mobile/orgunits/{NGELEHUN}/reference_instances"):
        answer = api.get(f"{path}?app_id=default", user=None)
        assert (answer.status, answer.json) == (401, {"detail": "Authentication credentials were not provided."})


def references(unit: object = NGELEHUN) -> str:
    return f"/api/mobile/orgunits/{unit}/reference_instances"


@pytest.fixture
def no_references() -> None:
    """The demo's facilities have some."""
    Instance.objects.update(deleted=True)


@pytest.mark.parametrize("name", ["pk", "uuid", "UUID", "uid"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_submissions_of_a_unit_by_any_of_its_names(
    api: ApiClient, me: User, no_references: None, name: str, slash: str
) -> None:
    instance = submission(make_form(), answers={"beds": "20"}, created_at=MOMENT, updated_at=MOMENT)
    make_reference(instance)
    key = str(profile(NGELEHUN).uuid)
    names = {"pk": place(NGELEHUN).pk, "uuid": key, "UUID": key.upper(), "uid": NGELEHUN}

    answer = api.get(f"{references(names[name])}{slash}?app_id=default", user="worker")

    assert answer.json == {
        "count": 1, "has_next": False, "has_previous": False, "page": 1, "pages": 1, "limit": 20,
        "instances": [{
            "id": instance.pk, "uuid": str(instance.uuid), "form_id": instance.form_id,
            "form_version_id": instance.form_version_id, "created_at": MOMENT.timestamp(),
            "updated_at": MOMENT.timestamp(), "json": {"beds": "20"}, "instance_files": [],
        }],
    }  # fmt: skip


def test_the_newest_submission_comes_first_by_its_phones_time(api: ApiClient, me: User, no_references: None) -> None:
    day = timedelta(days=1)
    old = submission(make_form(), created_at=MOMENT, updated_at=MOMENT)
    newest = submission(make_form(), created_at=MOMENT - day, device_created_at=MOMENT + day)
    for instance in (old, newest):
        make_reference(instance)

    rows = api.get(f"{references()}?app_id=default", user="worker").json["instances"]

    assert [row["id"] for row in rows] == [newest.pk, old.pk]
    assert rows[0]["created_at"] == (MOMENT + day).timestamp()


def test_a_sync_of_submissions_goes_by_the_servers_time(api: ApiClient, me: User, no_references: None) -> None:
    instance = submission(make_form(), updated_at=MOMENT, device_updated_at=MOMENT - timedelta(days=30))
    make_reference(instance)

    counts = {
        text: api.get(f"{references()}?app_id=default&last_sync={text}", user="worker").json["count"]
        for text in ("2026-05-04T10:30:15.921692Z", "2026-05-04T10:31")
    }

    assert list(counts.values()) == [1, 0]


def test_deleted_submissions_and_those_of_deleted_forms_are_left_out(
    api: ApiClient, me: User, no_references: None
) -> None:
    gone, formless = submission(make_form(), deleted=True), submission(make_form())
    for instance in (gone, formless):
        make_reference(instance)
    Form.objects.filter(pk=formless.form_id).update(deleted_at=MOMENT)

    assert api.get(f"{references()}?app_id=default", user="worker").json["instances"] == []


@pytest.mark.parametrize("unit", ["999999", "x", "0d2e7a52-7d0b-4f3e-9d0e-1f6a3b8c9d10", "9" * 30])
def test_an_unknown_unit_has_no_submissions(api: ApiClient, me: User, unit: str) -> None:
    answer = api.get(f"{references(unit)}?app_id=default", user="worker")

    assert (answer.status, answer.json) == (404, {"detail": "Not found."})


def test_a_unit_outside_the_project_is_not_found(api: ApiClient, me: User) -> None:
    make_project("chiefdoms", types=[profile(BADJIA).org_unit_type])

    for app_id in ("chiefdoms", "unknown"):
        assert api.get(f"{references()}?app_id={app_id}", user="worker").status == 404


def test_a_unit_out_of_sight_is_forbidden(api: ApiClient) -> None:
    someone_at("elsewhere", capture=[BAOMA])

    assert api.get(f"{references()}?app_id=default", user="elsewhere").status == 403


def test_a_count_of_versions_is_a_number(api: ApiClient, me: User) -> None:
    answer = api.get(f"{references()}?app_id=default&version_count=x", user="worker")

    assert (answer.status, answer.json) == (400, {"version_count": ["A valid integer is required."]})
    assert api.get(f"{references()}?app_id=default&version_count=2", user="worker").status == 200


def test_there_is_one_default_project() -> None:
    assert Project.objects.filter(is_default=True).count() == 1
