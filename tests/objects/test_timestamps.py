"""What changed after a moment: filters on dates in every form, and stamps as exact as they are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest

from metadata.models import DataElement, OrganisationUnit
from tests.harness.client import ApiClient
from tests.objects.elements import DAY, element, store
from tests.objects.imports import data_element, put_in
from users.models import User

pytestmark = pytest.mark.django_db
MOMENT = datetime(2021, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


def found(api: ApiClient, text: str, type_: str = "dataElements") -> list[str]:
    query = [("filter", "name:like:Stamped"), ("filter", text), ("fields", "name"), ("order", "name")]
    answer = api.get(f"/api/{type_}?" + urlencode(query))
    assert answer.status == 200, answer
    return [o["name"].removeprefix("Stamped ") for o in answer.json[type_]]


@pytest.fixture
def stamped(db: None) -> None:
    """One at a moment of microseconds, one a millisecond later."""
    store([
        element("Stamped a", last_updated=MOMENT),
        element("Stamped b", last_updated=MOMENT.replace(microsecond=124001)),
    ])  # fmt: skip


def test_who_asks_for_what_changed_since_gets_nothing_twice_and_misses_nothing(api: ApiClient, stamped: None) -> None:
    """Stored stamps are as exact as shown ones."""
    shown = [
        o["lastUpdated"] for o in api.get(
            "/api/dataElements?filter=name:like:Stamped&fields=lastUpdated&order=name"
        ).json["dataElements"]
    ]  # fmt: skip

    assert shown == ["2021-05-06T07:08:09.123", "2021-05-06T07:08:09.124"]
    assert found(api, f"lastUpdated:gt:{shown[0]}") == ["b"]
    assert found(api, f"lastUpdated:ge:{shown[0]}") == ["a", "b"]
    assert found(api, f"lastUpdated:gt:{shown[1]}") == []
    assert found(api, f"lastUpdated:eq:{shown[0]}") == ["a"]
    assert found(api, f"lastUpdated:lt:{shown[1]}") == ["a"]


def test_stamps_of_an_import_are_cut_to_milliseconds(api: ApiClient) -> None:
    payload = data_element(created="2020-01-01T00:00:00.123456")
    assert put_in(api, dataElements=[payload]).status == 200
    assert put_in(api, dataElements=[payload | {"name": "Changed"}]).status == 200

    row = DataElement.objects.get(uid=payload["id"])
    assert row.created.microsecond == 123_000
    assert row.last_updated.microsecond % 1000 == 0


def test_a_moved_unit_and_what_lies_below_carry_such_stamps(api: ApiClient) -> None:
    unit = api.get("/api/organisationUnits?filter=level:eq:2&fields=:owner&pageSize=1").json["organisationUnits"][0]
    assert put_in(api, organisationUnits=[unit | {"parent": None}]).status == 200

    stamps = OrganisationUnit.objects.filter(path__startswith=f"/{unit['id']}").values_list("last_updated", flat=True)
    assert len(stamps) > 1
    assert all(stamp.microsecond % 1000 == 0 for stamp in stamps)


def test_a_stamp_set_in_place_is_cut_too(admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(last_updated=MOMENT)

    assert User.objects.get(pk=admin.pk).last_updated == MOMENT.replace(microsecond=123_000)


@pytest.mark.parametrize(
    "text",
    [
        "2021", "2021-05", "2021-05-06", "20210506", "2021-05-06T07", "2021-05-06T07:08", "2021-05-06T07:08:09",
        "2021-05-06T07:08:09.123", "2021-05-06T07:08:09.1234", "2021-05-06T07:08:09.123456", "2021-05-06T07:08:09Z",
        "2021-05-06T09:08:09.123+02:00", "2021-05-06T09:08:09.123+0200", "2021-05-06 07:08:09Z",
        "2021-05-06T07:08:09.123456789Z", "1620284889123",
    ],
)  # fmt: skip
def test_every_form_of_a_date(api: ApiClient, stamped: None, text: str) -> None:
    assert "b" in found(api, f"lastUpdated:gt:{text}")
    assert found(api, f"lastUpdated:lt:{text}") in ([], ["a"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("openingDate:eq:2020-01-02", ["x"]), ("openingDate:gt:2020-01-02", []), ("openingDate:ge:2020-01-02", ["x"]),
        ("openingDate:lt:2020-01-02T12:00:00", ["x"]), ("openingDate:le:2020-01-02T12:00:00", ["x"]),
        ("openingDate:gt:2020-01-02T12:00:00", []), ("openingDate:ge:2020-01-02T12:00:00", []),
        ("openingDate:eq:2020-01-02T12:00:00", []), ("openingDate:!eq:2020-01-02T12:00:00", ["x"]),
    ],
)  # fmt: skip
def test_a_day_is_its_first_instant(api: ApiClient, text: str, expected: list[str]) -> None:
    OrganisationUnit.objects.create(
        name="Stamped x", short_name="x", opening_date=date(2020, 1, 2), created=DAY, last_updated=DAY,
    )  # fmt: skip

    assert found(api, text, "organisationUnits") == expected
