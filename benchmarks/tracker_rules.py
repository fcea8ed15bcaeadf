"""Program rules on import: 10,000 events with 50 rules each, beside the same import without the rule engine."""

from __future__ import annotations

from functools import partial
from typing import Any

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
    """Import people with two events each, with their rules and without."""
    world = build_world()
    _add_rules(world)
    cases = []
    for size in sizes:
        empty_tables()
        body, warm = bundle(world, size // EVENTS), bundle(world, 1, start=10**7)
        ruled = measure(partial(_import, body, False), prepare=partial(_import, warm, False))
        plain = measure(partial(_import, body, True), prepare=partial(_import, warm, True))
        cases.append(Case(f"{RULES} rules an event", size, ruled, plain))
    print_cases("events", cases)


def _import(body: bytes, skips_rules: bool) -> None:
    """Import, write included, and leave the tables as they were."""
    params = TrackerImportParams(run_async=False, skip_rule_engine=skips_rules)
    user = User.objects.get(username="admin")
    with transaction.atomic():
        report = import_tracker_objects(decoder_of(body, JSON, params), params=params, user=user)
        transaction.set_rollback(True)
    if report.is_error or report.errors:
        raise AssertionError(report.errors[:3])


def _add_rules(world: TrackerWorld) -> None:
    """50 rules a stage, each of ten kinds five times: four of them hold for every event: two
    assign in memory, one stores a value, one warns."""
    program = Program.objects.get(uid=world.program)
    attribute = TrackedEntityAttribute.objects.get(uid=world.attributes[0])
    make_variable(program, "first", attribute)
    for stage_uid, uids in zip(world.stages, world.elements, strict=True):
        stage = ProgramStage.objects.get(uid=stage_uid)
        elements = [DataElement.objects.get(uid=uid) for uid in uids]
        name = {place: f"{stage_uid} {place}" for place in range(len(elements))}
        calculated = make_data_element(stage)
        for place, element in enumerate(elements):
            make_variable(program, name[place], element)
        make_variable(program, f"{stage_uid} newest", elements[0], NEWEST)
        make_variable(program, f"{stage_uid} previous", elements[0], PREVIOUS)
        make_variable(program, f"{stage_uid} sum", value_type="NUMBER")
        for number in range(RULES // 10):
            for condition, action in _kinds(name, stage_uid, [*elements, calculated], number):
                make_rule(program, condition, action, stage=stage, priority=number)


def _kinds(name: dict[int, str], stage: str, elements: list[DataElement], number: int) -> list[tuple[str, Any]]:
    warning = act("SHOWWARNING", elements[0], content="Look at this")
    error = act("SHOWERROR", elements[0], content="Wrong")
    return [
        (f"#{{{name[0]}}} > {100 + number}", error),
        (f"#{{{name[2]}}} < 0 - {number} || #{{{name[7]}}} > 90 + {number}", error),
        (f"d2:hasValue('{name[1]}') && #{{{name[1]}}} == 'none {number}'", warning),
        (f"!d2:hasValue(#{{{name[3]}}}) && V{{event_status}} == 'COMPLETED'", error),
        (f"d2:daysBetween(#{{{name[4]}}}, V{{event_date}}) > 300 + {number}", warning),
        (f"#{{{name[5]}}} > 0 && #{{{name[3]}}} && A{{first}} == 'Nobody'", error),
        (f"d2:length(#{{{name[6]}}}) > {50 + number} || #{{{stage} newest}} - #{{{stage} previous}} > 1000", error),
        (f"#{{{name[2]}}} >= {0 if number < 2 else 1_000}",
         act("ASSIGN", content=f"#{{{stage} sum}}", data=f"#{{{name[0]}}} + #{{{name[2]}}} * 2 + {number}")),
        (f"#{{{stage} sum}} > {10 if number == 4 else 1_000_000} && V{{event_date}} >= '2024-01-01'",
         act("ASSIGN", elements[-1], data="V{event_date}")),
        (f"V{{event_count}} > {500 * number}", warning),
    ]  # fmt: skip
