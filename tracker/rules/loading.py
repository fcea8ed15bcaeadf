"""Loading the rules of the programs that an import writes to. Without any that is one query; with, four at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from metadata import models
from tracker.rules.known import SERVER_ACTIONS, ProgramRules, Rule, RuleAction, Source, Variable, kind_of

ACTION = (
    "program_rule_id", "program_rule_action_type", "data_element_id", "data_element__uid",
    "tracked_entity_attribute_id", "tracked_entity_attribute__uid", "content", "data", "template_uid",
)  # fmt: skip
VARIABLE = (
    "program_id", "name", "program_rule_variable_source_type", "value_type", "use_code_for_option_set",
    "program_stage_id", "data_element_id", "data_element__uid", "data_element__value_type",
    "data_element__option_set_id",
    "tracked_entity_attribute_id", "tracked_entity_attribute__value_type", "tracked_entity_attribute__option_set_id",
)  # fmt: skip


def rules_of(programs: Collection[int]) -> dict[int, ProgramRules]:
    """The rules of programs, by their keys; programs without rules that a server runs are not there."""
    if not programs:
        return {}
    is_run = Exists(
        models.ProgramRuleAction.objects.filter(
            program_rule=OuterRef("pk"), program_rule_action_type__in=SERVER_ACTIONS
        )
    )
    rows = (
        models.ProgramRule.objects.filter(is_run, ~Q(condition=None), ~Q(condition=""), program__in=list(programs))
        # The order in which they run; where DHIS2 leaves it open, that in which they were made.
        .order_by(F("priority").asc(nulls_last=True), "pk")
        .values_list("pk", "uid", "program_id", "program_stage_id", "condition")
    )
    found: dict[int, ProgramRules] = defaultdict(ProgramRules)
    rules: dict[int, Rule] = {}
    for pk, uid, program, stage, condition in rows:
        if condition.strip():  # an empty condition never holds
            rules[pk] = Rule(uid, stage, condition)
            found[program].rules.append(rules[pk])
    if rules:
        _add_actions(rules)
        _add_variables(found)
    return dict(found)


def fields_of(rules: Collection[ProgramRules]) -> tuple[set[int], set[int]]:
    """Keys of the data elements and of the attributes that actions set or ask for."""
    elements: set[Any] = set()
    attributes: set[Any] = set()
    for program in rules:
        for action in (action for rule in program.rules for action in rule.actions):
            named = program.variables.get(action.target or "")
            elements |= {action.element, named.element_key if named is not None else None}
            attributes |= {action.attribute, named.attribute if named is not None else None}
    return elements - {None}, attributes - {None}


def _add_actions(rules: dict[int, Rule]) -> None:
    rows = models.ProgramRuleAction.objects.filter(
        program_rule__in=list(rules), program_rule_action_type__in=SERVER_ACTIONS
    )
    for key, type, element, element_uid, attribute, attribute_uid, content, data, template in (
        rows.order_by("pk").values_list(*ACTION)
    ):  # fmt: skip
        rules[key].actions.append(
            RuleAction(
                rules[key],
                type,
                element,
                element_uid,
                attribute,
                attribute_uid,
                (content or "").strip(),
                (data or "").strip(),
                template,
            )  # fmt: skip
        )


def _add_variables(found: dict[int, ProgramRules]) -> None:
    rows = models.ProgramRuleVariable.objects.filter(program__in=list(found)).values_list(*VARIABLE)
    named = [dict(zip(VARIABLE, row, strict=True)) for row in rows]
    fields = {"data_element", "tracked_entity_attribute"}
    shown = {row[f"{field}__option_set_id"] for row in named for field in fields if not row["use_code_for_option_set"]}
    names = _option_names(shown - {None})
    for row in named:
        found[row["program_id"]].variables[row["name"]] = _variable(row, names)


def _variable(row: dict[str, Any], names: dict[int, dict[str, str]]) -> Variable:
    source = row["program_rule_variable_source_type"]
    if source == Source.CALCULATED_VALUE:
        return Variable(row["name"], source, kind_of(row["value_type"]))
    field = "tracked_entity_attribute" if source == Source.TEI_ATTRIBUTE else "data_element"
    options = None if row["use_code_for_option_set"] else row[f"{field}__option_set_id"]
    kind, shown = kind_of(row[f"{field}__value_type"] or row["value_type"]), names.get(options) if options else None
    if source == Source.TEI_ATTRIBUTE:
        return Variable(row["name"], source, kind, attribute=row["tracked_entity_attribute_id"], option_names=shown)
    stage = row["program_stage_id"] if source == Source.DATAELEMENT_NEWEST_EVENT_PROGRAM_STAGE else None
    return Variable(
        row["name"], source, kind, row["data_element__uid"], row["data_element_id"], stage=stage, option_names=shown
    )


def _option_names(option_sets: Collection[int]) -> dict[int, dict[str, str]]:
    names: dict[int, dict[str, str]] = defaultdict(dict)
    if option_sets:
        rows = models.Option.objects.filter(option_set__in=list(option_sets))
        for option_set, code, name in rows.values_list("option_set_id", "code", "name"):
            names[option_set][code] = name
    return names
