"""Program rules on import: 10,000 events with 50 rules each, beside the same import without the rule engine.

Two shapes: events alone, of enrollments that are stored, and people with an enrollment and two events each. Values vary
from event to event; of the 50 rules of an event ten hold, of which five assign.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson
from django.db import transaction

from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure
from benchmarks.tracker import empty_tables
from benchmarks.tracker_world import EVENTS, TrackerWorld, build_world, bundle
from metadata.models import DataElement, Program, ProgramStage, TrackedEntityAttribute
from tests.tracker.ruled import NEWEST, PREVIOUS, act, make_rule, make_variable
from tests.tracker.world import make_data_element
from tracker.importer.bodies import JSON, decoder_of
from tracker.importer.pipeline import import_tracker_objects
from tracker.params import TrackerImportParams
from users.models import User

RULES = 50


def run(sizes: tuple[int, int]) -> None:
    """Import both shapes, with their rules and without."""
    world = build_world()
    _add_rules(world)
    cases = []
    for size in sizes:
        for shape, bodies in (("events alone", _events_alone), ("whole people", _whole_people)):
            empty_tables()
            body, warm = bodies(world, size)
            ruled = measure(partial(import_rolled_back, body, False), prepare=partial(import_rolled_back, warm, False))
            plain = measure(partial(import_rolled_back, body, True), prepare=partial(import_rolled_back, warm, True))
            cases.append(Case(f"{shape}, {RULES} rules an event", size, ruled, plain))
    print_cases("events", cases)


def import_rolled_back(body: bytes, skips_rules: bool) -> None:
    """Import, write included, and leave the tables as they were."""
    params = TrackerImportParams(run_async=False, skip_rule_engine=skips_rules)
    with transaction.atomic():
        report = _import(body, params)
        transaction.set_rollback(True)
    events = report["bundleReport"]["typeReportMap"]["EVENT"]["stats"]["created"]
    if not skips_rules and len(report["validationReport"]["warningReports"]) != TOLD * events:
        raise AssertionError("Not all of the rules ran")


def _import(body: bytes, params: TrackerImportParams) -> dict[str, Any]:
    user = User.objects.get(username="admin")
    report = import_tracker_objects(decoder_of(body, JSON, params), params=params, user=user)
    if report.is_error or report.errors:
        raise AssertionError(report.errors[:3])
    return report.to_dict()


def _whole_people(world: TrackerWorld, size: int) -> tuple[bytes, bytes]:
    return _varied(bundle(world, size // EVENTS)), _varied(bundle(world, 1, start=10**7))


def _events_alone(world: TrackerWorld, size: int) -> tuple[bytes, bytes]:
    """The people and their enrollments are stored; what is measured sends their events."""
    everybody = [person for body in _whole_people(world, size) for person in orjson.loads(body)["trackedEntities"]]
    enrollments = [enrollment for person in everybody for enrollment in person["enrollments"]]
    events = [
        [{**event, "enrollment": enrollment["enrollment"]} for event in enrollment.pop("events")]
        for enrollment in enrollments
    ]
    params = TrackerImportParams(run_async=False, skip_rule_engine=True)
    _import(orjson.dumps({"trackedEntities": everybody}), params)
    # Visits of one person do not stand beside each other.
    sent = [event for visit in zip(*events[:-1], strict=True) for event in visit]
    return orjson.dumps({"events": sent}), orjson.dumps({"events": events[-1]})


def _varied(body: bytes) -> bytes:
    """The people of a bundle, with values that hardly repeat."""
    document = orjson.loads(body)
    events = (
        event for person in document["trackedEntities"] for enrollment in person["enrollments"]
        for event in enrollment["events"]
    )  # fmt: skip
    for number, event in enumerate(events):
        event["status"] = "ACTIVE" if number % 3 == 0 else "COMPLETED"
        for place, entry in enumerate(event["dataValues"]):
            entry["value"] = _value(place, number)
    return orjson.dumps(document)


def _value(place: int, number: int) -> str:
    spread = number * (7_919 + place) % 10_007
    texts = (
        f"{spread / 100:.2f}", f"text {spread}", str(spread % 211), "true" if spread % 2 else "false",
        f"2023-{spread % 12 + 1:02}-{spread % 28 + 1:02}",
    )  # fmt: skip
    return texts[place % len(texts)]


def _add_rules(world: TrackerWorld) -> None:
    """50 rules a stage: ten kinds, five of each."""
    program = Program.objects.get(uid=world.program)
    make_variable(program, "first", TrackedEntityAttribute.objects.get(uid=world.attributes[0]))
    for stage_uid, uids in zip(world.stages, world.elements, strict=True):
        stage = ProgramStage.objects.get(uid=stage_uid)
        stage.validation_strategy = "ON_UPDATE_AND_INSERT"  # so that rules count for active events, too
        stage.save()
        elements = [DataElement.objects.get(uid=uid) for uid in uids]
        name = {place: f"{stage_uid} {place}" for place in range(len(elements))}
        for place, element in enumerate(elements):
            make_variable(program, name[place], element)
        make_variable(program, f"{stage_uid} newest", elements[0], NEWEST)
        make_variable(program, f"{stage_uid} previous", elements[0], PREVIOUS)
        for number in range(3):
            make_variable(program, f"{stage_uid} sum {number}", value_type="NUMBER")
        stored = make_data_element(stage, value_type="NUMBER"), make_data_element(stage, value_type="DATE")
        for number in range(RULES // 10):
            for condition, action in _kinds(name, stage_uid, elements, number):
                make_rule(program, condition, action, stage=stage, priority=number)
        for priority, (condition, action) in enumerate(_holding(name, stage_uid, elements, stored)):
            make_rule(program, condition, action, stage=stage, priority=priority)


TOLD = 5  # of the rules that hold two store a value and three warn, which are so many warnings an event


def _holding(
    name: dict[int, str], stage: str, elements: list[DataElement], stored: tuple[DataElement, DataElement]
) -> list[tuple[str, Any]]:
    """Ten rules that hold for every event."""
    sums = [f"#{{{stage} sum {number}}}" for number in range(3)]
    return [
        ("true", act("ASSIGN", content=sums[0], data=f"#{{{name[0]}}} + #{{{name[2]}}} * 2")),
        (f"#{{{name[2]}}} >= 0", act("ASSIGN", content=sums[1], data=f"{sums[0]} / 3 + 1")),
        (f"{sums[1]} >= 0", act("ASSIGN", content=sums[2], data=f"d2:round({sums[1]} * 10)")),
        (f"{sums[2]} >= 0", act("ASSIGN", stored[0], data=f"{sums[2]} + 1")),
        (f"d2:hasValue('{name[4]}')", act("ASSIGN", stored[1], data=f"d2:addDays(#{{{name[4]}}}, 7)")),
        (f"d2:length(#{{{name[1]}}}) > 3", act("SHOWWARNING", elements[1], content="Long", data=f"#{{{name[1]}}}")),
        ("V{event_date} >= '2024-01-01'", act("SHOWWARNING", elements[2], content="Late")),
        (f"d2:daysBetween(#{{{name[4]}}}, V{{event_date}}) > 0", act("SHOWWARNING", content="Before")),
        (f"#{{{name[0]}}} <= #{{{name[0]}}} + 1", act("SETMANDATORYFIELD", elements[0])),
        (f"!d2:hasValue('nobody') && #{{{name[7]}}} >= 0", act("SETMANDATORYFIELD", elements[7])),
    ]


def _kinds(name: dict[int, str], stage: str, elements: list[DataElement], number: int) -> list[tuple[str, Any]]:
    """Eight rules that hold for no event, each one of five of its kind."""
    warning = act("SHOWWARNING", elements[0], content="Look at this")
    error = act("SHOWERROR", elements[0], content="Wrong")
    return [
        (f"#{{{name[0]}}} > {200 + number}", error),
        (f"#{{{name[2]}}} < 0 - {number} || #{{{name[7]}}} > 300 + {number}", error),
        (f"d2:hasValue('{name[1]}') && #{{{name[1]}}} == 'none {number}'", warning),
        (f"!d2:hasValue(#{{{name[3]}}}) && V{{event_status}} == 'COMPLETED'", error),
        (f"d2:daysBetween(#{{{name[4]}}}, V{{event_date}}) > 900 + {number}", warning),
        (f"#{{{name[5]}}} > 0 && #{{{name[3]}}} && A{{first}} == 'Nobody {number}'", error),
        (f"d2:length(#{{{name[6]}}}) > {50 + number} || #{{{stage} newest}} - #{{{stage} previous}} > 1000", error),
        (f"#{{{stage} sum 2}} > {10**6 + number} && V{{event_date}} >= '2024-01-01'",
         act("ASSIGN", elements[-1], data="V{event_date}")),
    ]  # fmt: skip
