"""`GET /api/orgunits/changes/{id}/`: one request, old beside new."""

from __future__ import annotations

import pytest

from orgunit_changes.models import ReferenceInstance
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    CHANGES,
    NGELEHUN,
    make_form,
    make_group,
    make_reference,
    make_type,
    place,
    profile,
    someone_at,
    stored_change,
    submission,
    worker,
)

pytestmark = pytest.mark.django_db


def test_the_whole_shows_the_unit_and_what_shall_become_of_it(api: ApiClient) -> None:
    form = make_form("Facility profile", [{"name": "beds", "label": {"English": "Beds", "French": "Lits"}}])
    old, new = submission(form, answers={"beds": "12"}), submission(form, answers={"beds": 20, "rooms": ["a"]})
    ReferenceInstance.objects.all().delete()
    make_reference(old)
    change = stored_change(
        by=worker(), new_name="Ngelehun Health Centre", location=(8.1039, -11.4197, 61.5),
        new_location_accuracy="4.25", new_opening_date="1971-06-01", instances=[new],
    )  # fmt: skip

    answer = api.get(f"{CHANGES}{change.pk}/")

    body = answer.json
    label = {"English": "Beds", "French": "Lits"}
    assert answer.status == 200, answer
    assert (body["kind"], body["created_by"], body["update_by"]) == ("org_unit_change", "worker", None)
    assert body["requested_fields"] == [
        "new_name", "new_location", "new_location_accuracy", "new_opening_date", "new_reference_instances",
    ]  # fmt: skip
    assert body["org_unit"]["parent"] == "Badjia"
    assert body["org_unit"]["name"] == "Ngelehun CHC"
    assert body["org_unit"]["reference_instances"] == [
        {"id": old.pk, "form_id": form.pk, "form_name": "Facility profile",
         "values": [{"key": "beds", "label": label, "value": "12"}]}
    ]  # fmt: skip
    assert body["new_reference_instances"][0]["values"] == [
        {"key": "beds", "label": label, "value": "20"}, {"key": "rooms", "label": "rooms", "value": '["a"]'},
    ]  # fmt: skip
    assert body["new_location"] == {"latitude": 8.1039, "longitude": -11.4197, "altitude": 61.5}
    assert (body["new_location_accuracy"], body["new_opening_date"]) == (4.25, "1971-06-01")
    asked_for_nothing = ("new_parent", "new_org_unit_type_id", "new_org_unit_type_name", "new_closed_date")
    assert all(body[name] is None for name in asked_for_nothing)
    assert body["new_groups"] == []
    assert body["old_name"] == "Ngelehun CHC"


def test_parents_and_types_are_shown_by_name(api: ApiClient) -> None:
    hospital = make_type("Hospital")
    change = stored_change(new_parent=place(BAOMA), new_org_unit_type=hospital, groups=[make_group("By fee")])

    body = api.get(f"{CHANGES}{change.pk}").json

    assert (body["new_parent"], body["new_org_unit_type_name"]) == ("Baoma", "Hospital")
    assert body["new_org_unit_type_id"] == hospital.pk
    assert [group["name"] for group in body["new_groups"]] == ["By fee"]
    assert body["new_reference_instances"] is None


def test_a_root_has_an_empty_parent(api: ApiClient) -> None:
    change = stored_change("ImspTQPwCqd", new_name="X")

    assert api.get(f"{CHANGES}{change.pk}/").json["org_unit"]["parent"] == ""


@pytest.mark.parametrize(
    ("geometry", "kept", "shown"),
    [
        ([-11.4, 8.1], None, (8.1, -11.4, 0.0)),
        ([-11.4, 8.1], (8.1, -11.4, 60.0), (8.1, -11.4, 60.0)),
        ([-12.0, 8.1], (8.1, -11.4, 60.0), (8.1, -12.0, 0.0)),
        (None, (8.1, -11.4, 60.0), None),
        ("area", (8.1, -11.4, 60.0), (8.1, -11.4, 60.0)),
        ("area", None, None),
    ],
)  # fmt: skip
def test_a_location_is_the_point_of_the_metadata_with_the_altitude_that_it_lacks(
    api: ApiClient, geometry: list[float] | str | None, kept: tuple[float, ...] | None, shown: tuple[float, ...] | None
) -> None:
    area = {"type": "Polygon", "coordinates": [[[-11, 8], [-11, 9], [-10, 9], [-11, 8]]]}
    point = {"type": "Point", "coordinates": geometry}
    unit, names = place(NGELEHUN), ("latitude", "longitude", "altitude")
    stored = area if geometry == "area" else geometry and point
    type(unit).objects.filter(pk=unit.pk).update(geometry=stored)
    type(profile(NGELEHUN)).objects.filter(org_unit=unit).update(**dict(zip(names, kept or [None] * 3, strict=True)))
    change = stored_change(new_name="X")

    location = api.get(f"{CHANGES}{change.pk}/").json["org_unit"]["location"]

    assert location == (None if shown is None else dict(zip(names, shown, strict=True)))


@pytest.mark.parametrize("id", ["999999999", "x", "1.5", "9" * 30, "-1", "٣"])
def test_no_such_request(api: ApiClient, id: str) -> None:
    answer = api.get(f"{CHANGES}{id}/")

    assert (answer.status, answer.json) == (404, {"detail": "Not found."})


def test_a_request_out_of_sight_is_forbidden(api: ApiClient) -> None:
    change = stored_change(BAOMA, new_name="X")
    someone_at("chief", capture=[BADJIA])

    answer = api.get(f"{CHANGES}{change.pk}/", user="chief")

    assert (answer.status, list(answer.json)) == (403, ["detail"])


def test_the_whole_knows_no_parameters(api: ApiClient) -> None:
    change = stored_change(new_name="X")

    answer = api.get(f"{CHANGES}{change.pk}/?fields=id")

    assert (answer.status, answer.json) == (400, {"fields": ["Unknown parameter."]})


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_request_is_neither_replaced_nor_deleted_by_its_address(api: ApiClient, method: str) -> None:
    change = stored_change(new_name="X")

    answer = api.request(method, f"{CHANGES}{change.pk}/", {})

    assert (answer.status, answer.json) == (405, {"detail": f'Method "{method}" not allowed.'})


def test_the_whole_takes_as_many_queries_however_much_it_holds(api: ApiClient) -> None:
    counts = []
    for number in (1, 3):
        groups = [make_group() for _ in range(number)]
        change = stored_change(groups=groups, instances=[submission(make_form()) for _ in range(number)], new_name="X")
        change.old_groups.set(groups)
        api.get(f"{CHANGES}{change.pk}/")
        with query_counter() as few:
            api.get(f"{CHANGES}{change.pk}/")
        counts.append(few.count)

    assert counts[0] == counts[1]
    assert counts[0] <= 10
