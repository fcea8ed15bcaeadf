"""Program rules, their actions and variables, program notifications, program indicators."""

from __future__ import annotations

from django.db import models

from dhis2api.objects.columns import (
    RefList,
    RefSet,
    choice,
    flag,
    integer,
    json,
    long_text,
    optional_flag,
    reference,
    text,
)
from dhis2api.objects.declarations import Computed, Declaration
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Embedded,
    Named,
    Shared,
    Translated,
    UniquelyNamed,
    UniquelyShortNamed,
)
from dhis2api.value_types import ValueType
from metadata.enums import (
    AggregationType,
    AnalyticsPeriodBoundaryType,
    AnalyticsType,
    NotificationTrigger,
    ProgramNotificationRecipient,
    ProgramRuleActionEvaluationTime,
    ProgramRuleActionType,
    ProgramRuleVariableSourceType,
)
from metadata.models.dimensions import item_members
from sharing.access import TypeRules, named

MANAGES_RULES = TypeRules(create=("F_PROGRAM_RULE_MANAGEMENT",), delete=("F_PROGRAM_RULE_MANAGEMENT",))


class ProgramRule(ApiObject, Coded, Named, Translated):
    """A condition, and what happens where it holds."""

    description = long_text(translation_key="DESCRIPTION")
    program = reference("metadata.Program", required=True, related_name="program_rules", on_delete=models.CASCADE)
    program_stage = reference("metadata.ProgramStage")
    condition = long_text()
    priority = integer()

    class Wire(Declaration):
        klass = "org.hisp.dhis.programrule.ProgramRule"
        order = 1620
        access = TypeRules(
            create=("F_PROGRAM_RULE_ADD", "F_PROGRAM_RULE_MANAGEMENT"),
            delete=("F_PROGRAM_RULE_DELETE", "F_PROGRAM_RULE_MANAGEMENT"),
        )
        owned_reverse = ("program_rule_actions",)


class ProgramRuleAction(ApiObject, Coded, Translated):
    """What a rule does."""

    program_rule = reference("metadata.ProgramRule", related_name="program_rule_actions", on_delete=models.CASCADE)
    program_rule_action_type = choice(ProgramRuleActionType, required=True)
    data_element = reference("metadata.DataElement")
    template_uid = text(11)
    tracked_entity_attribute = reference("metadata.TrackedEntityAttribute")
    program_indicator = reference("metadata.ProgramIndicator", on_delete=models.SET_NULL)
    program_stage = reference("metadata.ProgramStage")
    program_stage_section = reference("metadata.ProgramStageSection")
    location = text()
    content = long_text(translation_key="CONTENT")
    data = long_text()
    option = reference("metadata.Option", on_delete=models.SET_NULL)
    option_group = reference("metadata.OptionGroup", on_delete=models.SET_NULL)
    program_rule_action_evaluation_time = choice(ProgramRuleActionEvaluationTime, default="ALWAYS")
    program_rule_action_evaluation_environments = json(list)

    class Wire(Declaration):
        klass = "org.hisp.dhis.programrule.ProgramRuleAction"
        order = 1610
        access = MANAGES_RULES
        computed = {
            "evaluationTime": Computed(
                lambda row, context: row.get("programRuleActionEvaluationTime"),
                needs=("programRuleActionEvaluationTime",),
            ),
            "evaluationEnvironments": Computed(
                lambda row, context: row.get("programRuleActionEvaluationEnvironments"),
                needs=("programRuleActionEvaluationEnvironments",),
                kind="COLLECTION",
            ),
        }


class ProgramRuleVariable(ApiObject, Coded, Named, Translated):
    """A name that conditions use for a value."""

    program = reference(
        "metadata.Program", required=True, related_name="program_rule_variables", on_delete=models.CASCADE
    )
    use_code_for_option_set = flag()
    program_stage = reference("metadata.ProgramStage")
    data_element = reference("metadata.DataElement")
    tracked_entity_attribute = reference("metadata.TrackedEntityAttribute")
    program_rule_variable_source_type = choice(ProgramRuleVariableSourceType, required=True)
    value_type = choice(ValueType, default="TEXT")

    class Wire(Declaration):
        klass = "org.hisp.dhis.programrule.ProgramRuleVariable"
        order = 1600
        access = MANAGES_RULES
        unique_together = (("name", "program"),)


class ProgramNotificationTemplate(ApiObject, Coded, Named, Translated):
    """A message about an enrollment or event."""

    subject_template = text(100, translation_key="SUBJECT_TEMPLATE")
    message_template = long_text(required=True, translation_key="MESSAGE_TEMPLATE")
    notification_trigger = choice(NotificationTrigger, default="COMPLETION")
    notification_recipient = choice(ProgramNotificationRecipient, default="USER_GROUP")
    delivery_channels = json(list)
    relative_scheduled_days = integer()
    recipient_user_group = reference("users.UserGroup", on_delete=models.SET_NULL)
    recipient_program_attribute = reference("metadata.TrackedEntityAttribute", on_delete=models.SET_NULL)
    recipient_data_element = reference("metadata.DataElement", on_delete=models.SET_NULL)
    notify_users_in_hierarchy_only = optional_flag()
    notify_parent_organisation_unit_only = optional_flag()
    send_repeatable = flag(marked_required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.program.notification.ProgramNotificationTemplate"
        order = 1508
        access = TypeRules(create=("F_PROGRAM_PUBLIC_ADD", "F_PROGRAM_PRIVATE_ADD"), delete=("F_PROGRAM_DELETE",))


class ProgramIndicator(ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated):
    """A figure computed from events or enrollments."""

    aggregation_type = choice(AggregationType, max_length=40)
    program = reference("metadata.Program", required=True, related_name="program_indicators", on_delete=models.CASCADE)
    expression = long_text()
    filter = long_text()
    decimals = integer()
    display_in_form = optional_flag()
    analytics_type = choice(AnalyticsType, default="EVENT", max_length=15)
    style = json(null=True)
    form_name = text(translation_key="FORM_NAME")
    org_unit_field = text()
    aggregate_export_data_element = text()
    category_combo = reference("metadata.CategoryCombo", required=True)
    attribute_combo = reference("metadata.CategoryCombo", required=True)
    category_mapping_ids = json(list)
    aggregate_export_category_option_combo = text()
    aggregate_export_attribute_option_combo = text()
    legend_sets = RefList("metadata.LegendSet")

    class Wire(Declaration):
        klass = "org.hisp.dhis.program.ProgramIndicator"
        order = 1560
        access = named("PROGRAM_INDICATOR")
        attribute_flag = "programIndicator"
        computed = item_members("PROGRAM_INDICATOR", legends=True)


class AnalyticsPeriodBoundary(Embedded):
    """When what a program indicator counts must have happened."""

    program_indicator = models.ForeignKey(ProgramIndicator, models.CASCADE, related_name="analytics_period_boundaries")
    boundary_target = text(50)
    analytics_period_boundary_type = choice(AnalyticsPeriodBoundaryType)
    offset_period_type = text(30, kind="CONSTANT")
    offset_periods = integer()

    class Wire(Declaration):
        klass = "org.hisp.dhis.program.AnalyticsPeriodBoundary"
        plural = "analyticsPeriodBoundaries"
        endpoint = False


class ProgramIndicatorGroup(ApiObject, Coded, UniquelyNamed, Shared, Translated):
    """A group of program indicators."""

    description = long_text(translation_key="DESCRIPTION")
    program_indicators = RefSet(ProgramIndicator, related_name="program_indicator_groups")

    class Wire(Declaration):
        klass = "org.hisp.dhis.program.ProgramIndicatorGroup"
        order = 1600
        access = TypeRules(
            shareable=True,
            create=("F_PROGRAM_INDICATOR_GROUP_PUBLIC_ADD", "F_PROGRAM_INDICATOR_GROUP_PRIVATE_ADD"),
            delete=("F_PROGRAM_INDICATOR_GROUP_DELETE",),
        )
