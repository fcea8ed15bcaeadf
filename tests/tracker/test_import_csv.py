"""Events as CSV."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.client import Answer, ApiClient
from tests.tracker import world
from tracker.formats.csv import COLUMNS
from tracker.formats.wkt import DEPTHS, format_wkt, parse_wkt
from tracker.models import Event

pytestmark = pytest.mark.django_db
FIRST, SECOND = "CsvEvent001", "CsvEvent002"


def send(api: ApiClient, text: str, query: str = "", content_type: str = "text/csv") -> Answer:
    return api.post(f"/api/tracker?async=false{query}", text, content_type=content_type)


@pytest.mark.parametrize("content_type", ["text/csv", "application/csv"])
def test_smallest_file_makes_an_event_of_an_event_program(api: ApiClient, admin: object, content_type: str) -> None:
    program = world.make_program()
    stage = world.make_stage(program)
    text = f"event,orgUnit,program,programStage,occurredAt\n{FIRST},{world.BO},{program.uid},{stage.uid},2024-05-01\n"

    assert send(api, text, content_type=content_type).status == 200
    assert Event.objects.get(uid=FIRST).program_stage_id == stage.pk


def test_lines_of_one_event_are_its_values(api: ApiClient, admin: object) -> None:
    program = world.make_program()
    stage = world.make_stage(program, feature_type="POINT")
    weight, remark = (world.make_data_element(stage) for _ in range(2))
    head = "event,programStage,orgUnit,occurredAt,latitude,longitude,dataElement,value\n"
    common = f"{stage.uid},{world.BO},2024-05-01,8.25,-11.5"
    text = head + "".join(
        f"{uid},{common},{element.uid},{value}\n"
        for uid, element, value in [(FIRST, weight, "3200"), (FIRST, remark, '"born, well"'), (SECOND, weight, "3100")]
    )

    assert send(api, text).json["stats"]["created"] == 2
    first = Event.objects.get(uid=FIRST)
    assert {uid: entry["value"] for uid, entry in first.data_values.items()} == {
        weight.uid: "3200", remark.uid: "born, well",
    }  # fmt: skip
    assert first.geometry == {"type": "Point", "coordinates": [-11.5, 8.25]}


@pytest.mark.parametrize("column", ["event", "enrollment"])
def test_malformed_uid_is_told_in_the_words_of_csv(api: ApiClient, admin: object, column: str) -> None:
    answer = send(api, f"{column},orgUnit\ninvalid_uid,{world.BO}\n")

    assert answer.status == 400
    assert answer.json["message"].startswith("UID must be an alphanumeric string of 11 characters")


def test_lines_without_event_are_events_of_their_own(api: ApiClient, admin: object) -> None:
    stage = world.make_stage(world.make_program())
    text = "programStage,orgUnit,occurredAt\n" + f"{stage.uid},{world.BO},2024-05-01\n" * 2

    assert send(api, text).json["stats"]["created"] == 2


def test_columns_stand_in_the_order_of_the_export_without_a_first_line(api: ApiClient, admin: object) -> None:
    program = world.make_program()
    stage = world.make_stage(program)
    cells = {
        "event": FIRST, "status": "COMPLETED", "programStage": stage.uid, "orgUnit": world.BO,
        "occurredAt": "2024-05-01",
    }  # fmt: skip
    text = ",".join(cells.get(name, "") for name in COLUMNS) + "\n"

    assert send(api, text, "&skipFirst=false").status == 200
    assert Event.objects.get(uid=FIRST).status == "COMPLETED"


@pytest.mark.parametrize(
    "text",
    ["event,colour\n", "event\na,b,c\n", 'event\n"open', "event\n\x00\n", "event,geometry\n,POINT 1\n", "event\nx\n"],
)
def test_file_that_cannot_be_read_is_refused(api: ApiClient, admin: object, text: str) -> None:
    assert send(api, text).status == 400


numbers = st.floats(-180, 180).map(lambda number: round(number, 6) + 0.0)
points = st.lists(numbers, min_size=2, max_size=2)


def coordinates(depth: int) -> st.SearchStrategy[object]:
    return points if depth == 0 else st.lists(coordinates(depth - 1), min_size=1, max_size=3)


@given(st.sampled_from(sorted(DEPTHS)).flatmap(lambda kind: st.tuples(st.just(kind), coordinates(DEPTHS[kind]))))
def test_geometry_is_read_as_it_was_written(made: tuple[str, object]) -> None:
    geometry = {"type": made[0], "coordinates": made[1]}

    assert parse_wkt(format_wkt(geometry)) == geometry


@given(st.text(max_size=60))
def test_any_text_is_a_geometry_or_an_error(text: str) -> None:
    with suppress(ValueError):
        parse_wkt(text)
