"""Program rule actions: what each type of action needs, and that it belongs to the rule's program.

Source: DHIS2 2.42, metadata import, E4034-E4050.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dhis2api.errors import Code
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata import errors as codes
from metadata.enums import ProgramRuleActionType as Type
from metadata.models import (
    ProgramNotificationTemplate,
    ProgramRule,
    ProgramStageDataElement,
    ProgramTrackedEntityAttribute,
)

MESSAGES = frozenset({Type.SENDMESSAGE, Type.SCHEDULEMESSAGE})
# Actions on a field: they name a data element or an attribute of the program.
FIELDS = frozenset(
    {Type.HIDEFIELD, Type.SETMANDATORYFIELD, Type.HIDEOPTION, Type.SHOWOPTIONGROUP, Type.HIDEOPTIONGROUP}
)
# Actions on another object: its member, the code where it is missing and the one where it does not exist.
OBJECTS: dict[str, tuple[str, str, Code, Code]] = {
    Type.HIDESECTION: ("programStageSection", "program_stage_section_id", codes.E4036, codes.E4037),
    Type.HIDEPROGRAMSTAGE: ("programStage", "program_stage_id", codes.E4038, codes.E4039),
    Type.HIDEOPTION: ("option", "option_id", codes.E4040, codes.E4041),
    Type.SHOWOPTIONGROUP: ("optionGroup", "option_group_id", codes.E4042, codes.E4043),
    Type.HIDEOPTIONGROUP: ("optionGroup", "option_group_id", codes.E4042, codes.E4043),
}


@dataclass(slots=True)
class _Programs:
    """What the checks know of rules and programs: stored, and over it the payload's own."""

    rules: dict[int, tuple[str, int | None]]  # rule → its name, and the primary key of its program
    elements: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # program → data elements
    attributes: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))


def actions_are_right(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4034-E4048, E4050; a fixed number of queries for any number of actions."""
    programs = _load(bundle, objects)
    templates = _templates(bundle, objects)
    listing = {pk: rule.pk for rule in bundle.of("programRule") for pk in rule.members.get("programRuleActions", ())}
    for item in objects:
        key = item.values.get("program_rule_id") or listing.get(item.pk)
        rule, program = programs.rules.get(key, ("", None))
        item.faults += _faults(item, rule or item.uid, templates)
        item.faults += _link_faults(item, rule or item.uid, programs, program)


def _faults(item: ImportObject, rule: str, templates: set[str]) -> Iterator[Fault]:
    kind, values = item.values.get("program_rule_action_type"), item.values
    if kind in MESSAGES:
        template = values.get("template_uid")
        if not template:
            yield _fault(codes.E4035, (rule,), "templateUid", item)
        elif template not in templates:
            yield _fault(codes.E4034, (template, rule), "templateUid", item)
    if kind in OBJECTS:
        member, column, missing, unknown = OBJECTS[kind]
        if values.get(column) is None:
            given = _given(item, member)
            yield _fault(unknown, (given, rule), member, item) if given else _fault(missing, (rule,), member, item)
    element, attribute = values.get("data_element_id"), values.get("tracked_entity_attribute_id")
    has_field = element is not None or attribute is not None
    for member, code in (("dataElement", codes.E4045), ("trackedEntityAttribute", codes.E4046)):
        fault = _unresolved(item, member, code, rule)
        if fault is not None:
            has_field = True
            yield fault
    if kind in FIELDS and not has_field:
        yield _fault(codes.E4044, (rule,), "dataElement", item)
    if kind == Type.ASSIGN and not has_field and not values.get("content"):
        yield _fault(codes.E4050, (rule,), "dataElement", item)


def _unresolved(item: ImportObject, member: str, code: Code, rule: str) -> Fault | None:
    """The fault of a field that is named and does not exist."""
    given = _given(item, member)
    column = {"dataElement": "data_element_id", "trackedEntityAttribute": "tracked_entity_attribute_id"}[member]
    if not given or item.values.get(column) is not None:
        return None
    return _fault(code, (given, rule), member, item)


def _link_faults(item: ImportObject, rule: str, programs: _Programs, program: int | None) -> Iterator[Fault]:
    """E4047, E4048: actions on fields and assignments speak of fields of the rule's program."""
    if program is None or item.values.get("program_rule_action_type") not in FIELDS | {Type.ASSIGN}:
        return
    element, attribute = item.values.get("data_element_id"), item.values.get("tracked_entity_attribute_id")
    if element is not None and element not in programs.elements[program]:
        yield _fault(codes.E4047, (_given(item, "dataElement"), rule), "dataElement", item)
    if attribute is not None and attribute not in programs.attributes[program]:
        yield _fault(codes.E4048, (_given(item, "trackedEntityAttribute"), rule), "trackedEntityAttribute", item)


def _fault(code: Code, arguments: tuple[Any, ...], member: str, item: ImportObject) -> Fault:
    return Fault(code, arguments, member, main_id=item.uid)


def _given(item: ImportObject, member: str) -> str | None:
    """What the payload calls the object that a member refers to."""
    named = item.raw.get(member)
    return (named.get("id") or named.get("code")) if isinstance(named, dict) else named


def _load(bundle: Bundle, objects: list[ImportObject]) -> _Programs:
    keys = {item.values.get("program_rule_id") for item in objects} - {None}
    rules = {pk: (name, program) for pk, name, program in ProgramRule.objects.filter(pk__in=keys).values_list(
        "pk", "name", "program_id")}  # fmt: skip
    rules |= {item.pk: (item.name or "", item.values.get("program_id")) for item in bundle.of("programRule")}
    found = _Programs(rules)
    programs = {program for _, program in rules.values() if program is not None}
    linked = ProgramStageDataElement.objects.filter(program_stage__program_id__in=programs)
    for program, element in linked.values_list("program_stage__program_id", "data_element_id"):
        found.elements[program].add(element)
    attributes = ProgramTrackedEntityAttribute.objects.filter(program_id__in=programs)
    for program, attribute in attributes.values_list("program_id", "tracked_entity_attribute_id"):
        found.attributes[program].add(attribute)
    _add_payload(bundle, found)
    return found


def _add_payload(bundle: Bundle, found: _Programs) -> None:
    """Fields that programs and stages of the payload bring along."""
    owners = {stage: item.pk for item in bundle.of("program") for stage in item.members.get("programStages", ())}
    for stage in bundle.of("programStage"):
        program = stage.values.get("program_id") or owners.get(stage.pk)
        rows = stage.embedded.get("programStageDataElements", ())
        found.elements[program].update(row.values["data_element_id"] for row in rows)
    for program in bundle.of("program"):
        rows = program.embedded.get("programTrackedEntityAttributes", ())
        found.attributes[program.pk].update(row.values["tracked_entity_attribute_id"] for row in rows)


def _templates(bundle: Bundle, objects: list[ImportObject]) -> set[str]:
    named = {item.values.get("template_uid") for item in objects} - {None}
    stored = ProgramNotificationTemplate.objects.filter(uid__in=named).values_list("uid", flat=True)
    return set(stored) | {item.uid for item in bundle.of("programNotificationTemplate")}
