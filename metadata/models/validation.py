"""Validation rules and predictors: expressions over data values, and what they mean."""

from __future__ import annotations

from django.db import models

from dhis2api.objects.columns import RefSet, choice, flag, integer, json, long_text, optional_flag, reference, text
from dhis2api.objects.declarations import Declaration, unset
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
from metadata.enums import Importance, MissingValueStrategy, Operator, OrganisationUnitDescendants
from metadata.models.dimensions import item_members
from sharing.access import TypeRules, named

EXPRESSION = "org.hisp.dhis.expression.Expression"


class ExpressionRow(Embedded):
    """An expression with its description; `role` says which of its owner's it is."""

    role = models.CharField(max_length=20)
    expression = long_text()
    description = long_text(translation_key="DESCRIPTION")
    missing_value_strategy = choice(MissingValueStrategy, default="SKIP_IF_ALL_VALUES_MISSING", max_length=100)
    sliding_window = flag()
    translations = json(list)

    class Meta:
        abstract = True


class ValidationRule(ApiObject, Coded, UniquelyNamed, Shared, Attributed, Translated):
    """Two expressions and how they must compare."""

    short_name = text(50, unique=True, translation_key="SHORT_NAME")
    description = long_text(min_length=2, translation_key="DESCRIPTION")
    instruction = long_text(translation_key="INSTRUCTION")
    importance = choice(Importance, default="MEDIUM")
    period_type = text(30, required=True, kind="CONSTANT")
    operator = choice(Operator, required=True)
    skip_form_validation = optional_flag()
    organisation_unit_levels = json(list)

    class Wire(Declaration):
        klass = "org.hisp.dhis.validation.ValidationRule"
        order = 1390
        access = named("VALIDATIONRULE")
        attribute_flag = "validationRule"
        computed = {
            "aggregateExportCategoryOptionCombo": unset(),
            "aggregateExportAttributeOptionCombo": unset(),
            **item_members("VALIDATION_RULE"),
        }
        singles = {"leftSide": ("expression_rows", "leftSide"), "rightSide": ("expression_rows", "rightSide")}
        required_singles = ("leftSide", "rightSide")


class ValidationRuleExpression(ExpressionRow):
    """A side of a validation rule."""

    validation_rule = models.ForeignKey(ValidationRule, models.CASCADE, related_name="expression_rows")

    class Wire(Declaration):
        klass = EXPRESSION
        singular = "expression"
        order = 1000
        endpoint = False
        natural_key = ("role",)


class ValidationRuleGroup(ApiObject, Coded, UniquelyNamed, Shared, Attributed, Translated):
    """A group of validation rules."""

    description = long_text(min_length=2, translation_key="DESCRIPTION")
    validation_rules = RefSet(ValidationRule, related_name="validation_rule_groups")

    class Wire(Declaration):
        klass = "org.hisp.dhis.validation.ValidationRuleGroup"
        order = 1400
        access = TypeRules(
            shareable=True,
            create=("F_VALIDATIONRULEGROUP_PUBLIC_ADD",),
            update=("F_VALIDATIONRULEGROUP_PRIVATE_ADD",),
            delete=("F_VALIDATIONRULEGROUP_DELETE",),
        )
        attribute_flag = "validationRuleGroup"


class ValidationNotificationTemplate(ApiObject, Coded, Named, Translated):
    """A message about broken validation rules."""

    subject_template = text(100, translation_key="SUBJECT_TEMPLATE")
    message_template = long_text(translation_key="MESSAGE_TEMPLATE")
    validation_rules = RefSet(ValidationRule, related_name="notification_templates")
    recipient_user_groups = RefSet("users.UserGroup")
    notify_users_in_hierarchy_only = optional_flag()
    notify_parent_organisation_unit_only = optional_flag()
    send_strategy = text(50)

    class Wire(Declaration):
        klass = "org.hisp.dhis.validation.notification.ValidationNotificationTemplate"
        order = 1410
        access = named("VALIDATIONRULE", shareable=False)


class Predictor(ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Translated):
    """A value computed from those of earlier periods."""

    output = reference("metadata.DataElement", required=True)
    output_combo = reference("metadata.CategoryOptionCombo")
    organisation_unit_levels = RefSet("metadata.OrganisationUnitLevel")
    organisation_unit_descendants = choice(OrganisationUnitDescendants, required=True, max_length=100)
    period_type = text(30, required=True, kind="CONSTANT")
    sequential_sample_count = integer(required=True)
    annual_sample_count = integer(required=True)
    sequential_skip_count = integer()

    class Wire(Declaration):
        klass = "org.hisp.dhis.predictor.Predictor"
        order = 2001
        access = TypeRules(create=("F_PREDICTOR_ADD",), delete=("F_PREDICTOR_DELETE",))
        singles = {
            "generator": ("expression_rows", "generator"),
            "sampleSkipTest": ("expression_rows", "sampleSkipTest"),
        }
        required_singles = ("generator",)


class PredictorExpression(ExpressionRow):
    """The generator of a predictor, or its skip test."""

    predictor = models.ForeignKey(Predictor, models.CASCADE, related_name="expression_rows")

    class Wire(Declaration):
        klass = EXPRESSION
        singular = "expression"
        order = 1000
        endpoint = False
        natural_key = ("role",)


class PredictorGroup(ApiObject, Coded, UniquelyNamed, Shared, Translated):
    """A group of predictors."""

    description = long_text(min_length=2, translation_key="DESCRIPTION")
    predictors = RefSet(Predictor, related_name="predictor_groups")

    class Wire(Declaration):
        klass = "org.hisp.dhis.predictor.PredictorGroup"
        order = 2002
        access = TypeRules(shareable=True, create=("F_PREDICTORGROUP_ADD",), delete=("F_PREDICTORGROUP_DELETE",))
