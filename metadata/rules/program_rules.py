"""Program rules, actions and variables."""

from __future__ import annotations

from collections.abc import Iterator

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.enums import ProgramRuleVariableSourceType as Source
from metadata.errors import E4051, E4052, E4057, E4059, E4089, E4090, E4091
from metadata.models import DataElement, Program, ProgramRule, ProgramRuleVariable, TrackedEntityAttribute

KEYWORDS = frozenset({"and", "or", "not"})
DATA_ELEMENT_SOURCES = frozenset(
    {
        Source.DATAELEMENT_NEWEST_EVENT_PROGRAM_STAGE,
        Source.DATAELEMENT_NEWEST_EVENT_PROGRAM,
        Source.DATAELEMENT_CURRENT_EVENT,
        Source.DATAELEMENT_PREVIOUS_EVENT,
    }
)
ENVIRONMENTS_MEMBER = "programRuleActionEvaluationEnvironments"
# The names of exports up to 2.37, which packages still carry.
OLD_ACTION_NAMES = (
    ("evaluationTime", "programRuleActionEvaluationTime"),
    ("evaluationEnvironments", ENVIRONMENTS_MEMBER),
)
ENVIRONMENTS = ["WEB", "ANDROID"]
# What the value of a variable may come from: the type, its model, and the column that refers to it.
FIELDS = (
    ("dataElement", DataElement, "data_element_id"),
    ("trackedEntityAttribute", TrackedEntityAttribute, "tracked_entity_attribute_id"),
)


def read_old_names(bundle: Bundle, objects: list[ImportObject]) -> None:
    """`evaluationTime` and `evaluationEnvironments`; without environments an action is for all of them."""
    for item in objects:
        for old, new in OLD_ACTION_NAMES:
            if item.raw.get(new) is None and item.raw.get(old) is not None:
                item.raw[new] = item.raw[old]
        if not (item.raw.get(ENVIRONMENTS_MEMBER) or item.keeps(ENVIRONMENTS_MEMBER)):
            item.raw[ENVIRONMENTS_MEMBER] = list(ENVIRONMENTS)


def rule_names_are_single(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4057: the name of a rule is its program's own, whatever its case."""
    stored = ProgramRule.objects.filter(program_id__in=_programs(objects)).values_list("pk", "program_id", "name")
    replaced = {item.pk for item in objects}
    taken = {(program, name.lower()): pk for pk, program, name in stored if pk not in replaced}
    for item in objects:
        name, program = item.values.get("name"), item.values.get("program_id")
        if name and program and taken.setdefault((program, name.lower()), item.pk) != item.pk:
            item.faults.append(Fault(E4057, (name, _uid(item)), "name", main_id=item.uid))


def variable_names_are_single(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4051: the name of a variable is its program's own."""
    stored = ProgramRuleVariable.objects.filter(program_id__in=_programs(objects))
    replaced = {item.pk for item in objects}
    rows = stored.values_list("pk", "program_id", "name")
    taken = {(program, name): pk for pk, program, name in rows if pk not in replaced}
    for item in objects:
        name, program = item.values.get("name"), item.values.get("program_id")
        if name and program and (program, name) in taken:
            item.faults.append(Fault(E4051, (name, _uid(item)), "name", main_id=item.uid))


def variable_is_right(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4052: no word of the name is an operator; E4059, E4089-E4091: a source type, and what it needs, are there."""
    name = item.values.get("name") or ""
    forbidden = sorted(KEYWORDS.intersection(name.split()))
    if forbidden:
        yield Fault(E4052, (name, ", ".join(forbidden)), "name", main_id=item.uid)
    source = item.values.get("program_rule_variable_source_type")
    if source is None:
        yield Fault(E4090, (name,), "programRuleVariableSourceType", main_id=item.uid)
    if source in DATA_ELEMENT_SOURCES and item.values.get("data_element_id") is None:
        yield Fault(E4059, (name, source), "dataElement", main_id=item.uid)
    if source == Source.TEI_ATTRIBUTE and item.values.get("tracked_entity_attribute_id") is None:
        yield Fault(E4089, (name, source), "trackedEntityAttribute", main_id=item.uid)
    if source == Source.DATAELEMENT_NEWEST_EVENT_PROGRAM_STAGE and item.values.get("program_stage_id") is None:
        yield Fault(E4091, (name, source), "programStage", main_id=item.uid)


def fit_variables(bundle: Bundle, objects: list[ImportObject]) -> None:
    """References that a source type has no use for are dropped; the value type is that of what remains."""
    for item in objects:
        source = item.values.get("program_rule_variable_source_type")
        if source not in DATA_ELEMENT_SOURCES:
            item.values["data_element_id"] = None
        if source != Source.TEI_ATTRIBUTE:
            item.values["tracked_entity_attribute_id"] = None
        if source != Source.DATAELEMENT_NEWEST_EVENT_PROGRAM_STAGE:
            item.values["program_stage_id"] = None
    for singular, model, column in FIELDS:
        keys = {item.values[column] for item in objects} - {None}
        value_types = dict(model.objects.filter(pk__in=keys).values_list("pk", "value_type"))
        value_types |= {o.pk: o.values.get("value_type") for o in bundle.of(singular) if o.pk in keys}
        for item in objects:
            if item.values[column] is not None:
                item.values["value_type"] = value_types[item.values[column]]


def _programs(objects: list[ImportObject]) -> set[int]:
    return {item.values["program_id"] for item in objects if item.values.get("program_id")}


def _uid(item: ImportObject) -> str:
    program = item.raw.get("program")
    uid = program.get("id") if isinstance(program, dict) else program
    return str(uid or Program.objects.values_list("uid", flat=True).get(pk=item.values["program_id"]))
