"""Program rules, their actions and variables; program indicators."""

from __future__ import annotations

from metadata.enums import ProgramRuleActionType as Type
from metadata.enums import ProgramRuleVariableSourceType as Source
from metadata.rules.rule_actions import FIELDS, MESSAGES
from system.integrity.declaring import SEVERE, WARNING, Check, ReportMember, Section, Shape

FROM_ELEMENTS = (
    Source.DATAELEMENT_NEWEST_EVENT_PROGRAM_STAGE, Source.DATAELEMENT_NEWEST_EVENT_PROGRAM,
    Source.DATAELEMENT_CURRENT_EVENT, Source.DATAELEMENT_PREVIOUS_EVENT,
)  # fmt: skip


def _quoted(names: object) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


def _rules(condition: str) -> str:
    return f"""
        SELECT rule.uid, rule.name, 'program: ' || program.name FROM metadata_programrule rule
        JOIN metadata_program program ON program.id = rule.program_id WHERE {condition}
    """


def _variables(name: str, words: str, condition: str, member: str) -> Check:
    return Check(
        name, WARNING, "programRuleVariables",
        f"Program rule variables without {words}",
        f"A program rule variable is to hold {words}, and names none.",
        "It never has a value, and conditions with it do not hold.",
        "Choose what it holds, or delete it.",
        f"""
        SELECT variable.uid, variable.name, NULL, ARRAY[program.name] FROM metadata_programrulevariable variable
        JOIN metadata_program program ON program.id = variable.program_id WHERE {condition}
        """,
        slow=True, programmatic=True, report=ReportMember(member, Shape.REFS),
    )  # fmt: skip


def _actions(name: str, words: str, condition: str, member: str) -> Check:
    return Check(
        name, WARNING, "programRuleActions",
        f"Program rule actions without {words}",
        f"A program rule action needs {words}, and names none.",
        "It does nothing.",
        "Complete the action, or delete it.",
        f"""
        SELECT action.uid, coalesce(rule.name, action.uid), action.program_rule_action_type, ARRAY[rule.name]
        FROM metadata_programruleaction action LEFT JOIN metadata_programrule rule ON rule.id = action.program_rule_id
        WHERE {condition}
        """,
        slow=True, programmatic=True, report=ReportMember(member, Shape.REFS),
    )  # fmt: skip


PROGRAM_RULES = Section("Program rules", (
    Check(
        "program_rules_no_action", SEVERE, "programRules",
        "Program rules without an action",
        "A program rule has no action.",
        "Its condition is evaluated for nothing.",
        "Add an action, or delete it.",
        _rules("NOT EXISTS (SELECT 1 FROM metadata_programruleaction WHERE program_rule_id = rule.id)"),
        report=ReportMember("programRulesWithNoAction"),
    ),
    Check(
        "program_rules_no_priority", WARNING, "programRules",
        "Program rules that assign without a priority",
        "A program rule assigns a value and has no priority.",
        "Other rules may read the value before it is assigned.",
        "Give it a priority.",
        _rules(f"""
            rule.priority IS NULL AND EXISTS (
                SELECT 1 FROM metadata_programruleaction
                WHERE program_rule_id = rule.id AND program_rule_action_type = '{Type.ASSIGN}'
            )
        """),
        report=ReportMember("programRulesWithNoPriority"),
    ),
    Check(
        "program_rules_without_condition", WARNING, "programRules",
        "Program rules without a condition",
        "A program rule has no condition.",
        "It never takes effect.",
        "Add the condition, `true` for a rule that always holds.",
        _rules("coalesce(trim(rule.condition), '') = ''"),
        report=ReportMember("programRulesWithNoCondition"),
    ),
    Check(
        "program_rules_message_no_template", SEVERE, "programRules",
        "Program rules that send nothing",
        "An action of a program rule sends a message whose template is missing.",
        "Nobody gets the message.",
        "Choose a template, or delete the action.",
        _rules(f"""
            EXISTS (
                SELECT 1 FROM metadata_programruleaction action WHERE action.program_rule_id = rule.id
                  AND action.program_rule_action_type IN ({_quoted(MESSAGES)})
                  AND NOT EXISTS (
                      SELECT 1 FROM metadata_programnotificationtemplate WHERE uid = action.template_uid
                  )
            )
        """),
    ),
    Check(
        "program_indicators_without_expression", SEVERE, "programIndicators",
        "Program indicators without an expression",
        "A program indicator has no expression.",
        "It has no value.",
        "Add the expression, or delete it.",
        "SELECT uid, name FROM metadata_programindicator WHERE coalesce(trim(expression), '') = ''",
        report=ReportMember("programIndicatorsWithNoExpression"),
    ),
    _variables(
        "program_rule_variables_without_data_element", "a data element",
        "variable.data_element_id IS NULL "
        f"AND variable.program_rule_variable_source_type IN ({_quoted(FROM_ELEMENTS)})",
        "programRuleVariablesWithNoDataElement",
    ),
    _variables(
        "program_rule_variables_without_attribute", "an attribute",
        "variable.tracked_entity_attribute_id IS NULL "
        f"AND variable.program_rule_variable_source_type = '{Source.TEI_ATTRIBUTE}'",
        "programRuleVariablesWithNoAttribute",
    ),
    _actions(
        "program_rule_actions_without_data_object", "a data element or an attribute",
        "action.data_element_id IS NULL AND action.tracked_entity_attribute_id IS NULL AND ("
        f"action.program_rule_action_type IN ({_quoted(FIELDS)}) "
        f"OR action.program_rule_action_type = '{Type.ASSIGN}' AND coalesce(trim(action.content), '') = '')",
        "programRuleActionsWithNoDataObject",
    ),
    _actions(
        "program_rule_actions_without_notification", "a message template",
        f"action.program_rule_action_type IN ({_quoted(MESSAGES)}) AND coalesce(action.template_uid, '') = ''",
        "programRuleActionsWithNoNotification",
    ),
    _actions(
        "program_rule_actions_without_section", "a section",
        f"action.program_rule_action_type = '{Type.HIDESECTION}' AND action.program_stage_section_id IS NULL",
        "programRuleActionsWithNoSectionId",
    ),
    _actions(
        "program_rule_actions_without_stage_id", "a program stage",
        f"action.program_rule_action_type IN ('{Type.HIDEPROGRAMSTAGE}', '{Type.CREATEEVENT}') "
        "AND action.program_stage_id IS NULL",
        "programRuleActionsWithNoStageId",
    ),
))  # fmt: skip
