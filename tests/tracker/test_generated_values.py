"""Values by text patterns (DHIS2 2.42, tracked entity attributes): never one twice, never one in use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone as clock

from metadata.models import TrackedEntityAttribute
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase
from tests.harness.queries import query_counter
from tests.tracker.world import CLOSED_TO_ALL, NGELEHUN, make_attribute, make_type, stored_entity
from tracker.generated.housekeeping import remove_used_or_expired
from tracker.generated.java_dates import format_java_date
from tracker.models import ReservedValue

COUNT_REFUSED = "You can only reserve between 1 and 1000 values in a single request."
MOMENT = datetime(2024, 3, 2, 13, 5, 9, 70_000, tzinfo=timezone(timedelta(hours=5, minutes=30)))


def attribute(pattern: str, **members: Any) -> TrackedEntityAttribute:
    return make_attribute(generated=True, unique=True, pattern=pattern, **members)


def generate(api: ApiClient, by: TrackedEntityAttribute, query: str = "", **options: Any) -> Answer:
    return api.get(f"/api/trackedEntityAttributes/{by.uid}/generate?{query}", **options)


def reserve(api: ApiClient, by: TrackedEntityAttribute, count: int, query: str = "") -> list[str]:
    answer = api.get(f"/api/trackedEntityAttributes/{by.uid}/generateAndReserve?numberToReserve={count}&{query}")
    assert answer.status == 200, answer
    return [row["value"] for row in answer.json]


@pytest.mark.django_db
def test_a_generated_value_says_of_what_it_is_and_how_long_it_is_reserved(api: ApiClient) -> None:
    made = attribute('RANDOM(X) + "-" + ORG_UNIT_CODE(...)')

    answer = generate(api, made, "ORG_UNIT_CODE=OSLO")

    value = answer.json
    assert answer.status == 200
    assert list(value) == ["ownerObject", "ownerUid", "key", "value", "created", "expiryDate"]
    assert (value["ownerObject"], value["ownerUid"], value["key"]) == (
        "TRACKEDENTITYATTRIBUTE", made.uid, "RANDOM(X)-OSL",
    )  # fmt: skip
    assert value["value"][1:] == "-OSL" and value["value"][0].isupper()
    lasting = datetime.fromisoformat(value["expiryDate"]) - datetime.fromisoformat(value["created"])
    assert lasting == timedelta(days=3)
    assert ReservedValue.objects.get().value == value["value"]


@pytest.mark.django_db
def test_required_values_are_named(api: ApiClient) -> None:
    made = attribute('ORG_UNIT_CODE(...) + "-" + CURRENT_DATE(yyyy) + RANDOM(###)')

    answer = api.get(f"/api/trackedEntityAttributes/{made.uid}/requiredValues")

    assert answer.json == {"REQUIRED": ["ORG_UNIT_CODE"], "OPTIONAL": ["RANDOM"]}


@pytest.mark.django_db
def test_reserving_answers_a_list_and_reserves_for_sixty_days(api: ApiClient) -> None:
    made = attribute("RANDOM(####)")

    values = reserve(api, made, 20)

    assert len(set(values)) == 20 and all(len(value) == 4 and value.isdecimal() for value in values)
    assert ReservedValue.objects.filter(expiry_date__gt=clock.now() + timedelta(days=59)).count() == 20


@pytest.mark.django_db
def test_a_sequence_counts_on_for_each_key(api: ApiClient) -> None:
    made = attribute('ORG_UNIT_CODE() + "/" + SEQUENTIAL(###)')

    assert reserve(api, made, 2, "ORG_UNIT_CODE=A") == ["A/001", "A/002"]
    assert reserve(api, made, 1, "ORG_UNIT_CODE=B") == ["B/001"]
    assert reserve(api, made, 2, "ORG_UNIT_CODE=A") == ["A/003", "A/004"]
    assert not ReservedValue.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["RANDOM", "SEQUENTIAL"])
def test_values_in_use_are_not_generated_and_the_last_ones_are_found(api: ApiClient, method: str) -> None:
    type = make_type()
    made = attribute(f'"N" + {method}(#)')
    for used in ("N1", "n2", "N5"):  # case does not make a value another
        stored_entity(type, NGELEHUN, {made: used})
    free = {"N3", "N4", "N6", "N7", "N8", "N9"} | ({"N0"} if method == "RANDOM" else set())

    assert set(reserve(api, made, len(free))) == free

    refused = generate(api, made)
    assert refused.status == 409
    assert refused.json["message"] == f"Unable to reserve value: there are not 1 values of `N{method}(#)` left."


@pytest.mark.django_db
def test_what_is_refused_for_too_few_values_reserves_none(api: ApiClient) -> None:
    made = attribute("RANDOM(#)")

    answer = api.get(f"/api/trackedEntityAttributes/{made.uid}/generateAndReserve?numberToReserve=11")

    assert answer.status == 409
    assert len(reserve(api, made, 10)) == 10


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pattern", "query", "status", "message"),
    [
        ("RANDOM(#)", "numberToReserve=0", 400, COUNT_REFUSED),
        ("RANDOM(#)", "numberToReserve=1001", 400, COUNT_REFUSED),
        ("", "", 400, "Attribute does not contain pattern."),
        ("ORG_UNIT_CODE(..) + RANDOM(#)", "", 409, "Missing required values: ORG_UNIT_CODE"),
        ("ORG_UNIT_CODE(..) + RANDOM(#)", "ORG_UNIT_CODE=", 409, "Missing required values: ORG_UNIT_CODE"),
        ("ORG_UNIT_CODE(..) + RANDOM(#)", "ORG_UNIT_CODE=O", 409, "The value `O` is too short for ORG_UNIT_CODE(..)"),
    ],
)  # fmt: skip
def test_what_cannot_be_generated_is_refused(
    api: ApiClient, pattern: str, query: str, status: int, message: str
) -> None:
    made = attribute(pattern)

    answer = api.get(f"/api/trackedEntityAttributes/{made.uid}/generateAndReserve?{query}")

    assert (answer.status, answer.json["message"]) == (status, message)


@pytest.mark.django_db
def test_an_attribute_that_the_user_cannot_read_does_not_exist(api: ApiClient, outsider: Any) -> None:
    made = attribute("RANDOM(#)", sharing=CLOSED_TO_ALL)

    answer = generate(api, made, user="outsider")

    assert (answer.status, answer.json["errorCode"]) == (404, "E1005")
    assert answer.json["message"] == f"TrackedEntityAttribute with id {made.uid} could not be found."


@pytest.mark.django_db
@pytest.mark.parametrize(("format", "expected"), [("...", "OSL"), ("^..", "OS"), ("..$", "LO"), ("", "OSLO")])
def test_org_unit_codes_are_cut(api: ApiClient, format: str, expected: str) -> None:
    made = attribute(f'ORG_UNIT_CODE({format}) + "-" + SEQUENTIAL(#)')

    assert generate(api, made, "ORG_UNIT_CODE=OSLO").json["value"] == f"{expected}-1"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("yyyy-MM-dd", "2024-03-02"), ("yy", "24"), ("MMM d", "Mar 2"), ("MMMM", "March"), ("EEE EEEE", "Sat Saturday"),
        ("w W D F u", "9 1 62 1 6"), ("HH:mm:ss.SSS", "13:05:09.070"), ("k K h a", "13 1 1 PM"),
        ("Z X XX XXX", "+0530 +05 +0530 +05:30"), ("'day' d''", "day 2'"), ("G YYYY", "AD 2024"),
    ],
)  # fmt: skip
def test_dates_are_written_as_java_does(pattern: str, expected: str) -> None:
    assert format_java_date(pattern, MOMENT) == expected


def test_utc_is_z() -> None:
    assert format_java_date("X", MOMENT.astimezone(UTC)) == "Z"


@pytest.mark.django_db
def test_reservations_go_when_they_are_used_or_expired(api: ApiClient) -> None:
    made = attribute("RANDOM(####)")
    used, kept = reserve(api, made, 2)
    stored_entity(make_type(), NGELEHUN, {made: used})
    reserve(api, made, 1, "expiration=0")

    assert remove_used_or_expired(clock.now()) == 2
    assert list(ReservedValue.objects.values_list("value", flat=True)) == [kept]


@pytest.mark.django_db
@pytest.mark.parametrize("mask", ["RANDOM(########)", "SEQUENTIAL(########)"])
def test_many_values_need_no_more_queries_than_few(api: ApiClient, mask: str) -> None:
    made = attribute(mask)
    with query_counter() as few:
        reserve(api, made, 2)
    with query_counter() as many:
        reserve(api, made, 500)

    assert many.count == few.count


@pytest.mark.parametrize("pattern", ["RANDOM(###)", "SEQUENTIAL(###)"])
def test_threads_never_get_the_same_value(own_database: OwnDatabase, api: ApiClient, pattern: str) -> None:
    """Eight threads draw nearly half of all there are."""
    made = attribute(pattern)
    given: list[str] = []

    in_threads(8, lambda: given.extend(value for _ in range(10) for value in reserve(api, made, 5)))

    assert len(given) == 8 * 50
    assert len(set(given)) == len(given)


def in_threads(count: int, work: Callable[[], None]) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
