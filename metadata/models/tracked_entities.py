"""Tracked entity types and attributes, and the relationships between what they describe."""

from __future__ import annotations

from django.db import models

from dhis2api.objects.columns import (
    RefList,
    choice,
    flag,
    integer,
    json,
    long_text,
    optional_flag,
    reference,
    text,
)
from dhis2api.objects.declarations import Declaration
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Embedded,
    Shared,
    Translated,
    UniquelyNamed,
    UniquelyShortNamed,
)
from dhis2api.value_types import ValueType
from metadata.enums import AggregationType, FeatureType, RelationshipEntity
from metadata.models.attribute_rows import attribute_members
from metadata.models.data_elements import HAS_OPTION_SET
from metadata.models.dimensions import item_members
from sharing.access import TypeRules, named


class TrackedEntityAttribute(ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Shared, Attributed, Translated):
    """A fact about a tracked entity, such as a name or a number on a card."""

    aggregation_type = choice(AggregationType, required=True, max_length=40)
    description = long_text(min_length=2, translation_key="DESCRIPTION")
    value_type = choice(ValueType, required=True, max_length=36)
    inherit = flag()
    expression = long_text()
    display_on_visit_schedule = flag()
    sort_order_in_visit_schedule = integer()
    display_in_list_no_program = flag()
    sort_order_in_list_no_program = integer()
    unique = flag()
    generated = flag()
    pattern = text()
    orgunit_scope = flag()
    option_set = reference("metadata.OptionSet")
    confidential = flag()
    style = json(null=True)
    form_name = text(translation_key="FORM_NAME")
    skip_synchronization = flag()
    field_mask = text()
    legend_sets = RefList("metadata.LegendSet")

    class Wire(Declaration):
        klass = "org.hisp.dhis.trackedentity.TrackedEntityAttribute"
        order = 1450
        access = named("TRACKED_ENTITY_ATTRIBUTE")
        attribute_flag = "trackedEntityAttribute"
        computed = {"optionSetValue": HAS_OPTION_SET, **item_members("PROGRAM_ATTRIBUTE", legends=True)}


class TrackedEntityType(ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated):
    """What is tracked: persons, commodities, …"""

    min_attributes_required_to_search = integer(default=1)
    max_tei_count_to_return = integer(default=0)
    allow_audit_log = optional_flag()
    style = json(null=True)
    form_name = text(translation_key="FORM_NAME")
    feature_type = choice(FeatureType, default="NONE")

    class Wire(Declaration):
        klass = "org.hisp.dhis.trackedentity.TrackedEntityType"
        order = 1480
        access = TypeRules(
            shareable=True,
            data_shareable=True,
            create=("F_TRACKED_ENTITY_ADD",),
            update=("F_TRACKED_ENTITY_UPDATE",),
            delete=("F_TRACKED_ENTITY_DELETE",),
        )
        attribute_flag = "trackedEntityType"


class TrackedEntityTypeAttribute(Embedded):
    """An attribute of a tracked entity type."""

    tracked_entity_type = models.ForeignKey(
        TrackedEntityType, models.CASCADE, related_name="tracked_entity_type_attributes"
    )
    tracked_entity_attribute = reference("metadata.TrackedEntityAttribute", required=True, on_delete=models.CASCADE)
    mandatory = optional_flag()
    display_in_list = optional_flag()
    searchable = flag()

    class Wire(Declaration):
        klass = "org.hisp.dhis.trackedentity.TrackedEntityTypeAttribute"
        endpoint = False
        natural_key = ("tracked_entity_attribute",)
        computed = attribute_members("metadata.TrackedEntityTypeAttribute", "tracked_entity_type", "trackedEntityType")


class RelationshipType(ApiObject, Coded, UniquelyNamed, Shared, Attributed, Translated):
    """How two things can be related."""

    description = long_text(translation_key="DESCRIPTION")
    bidirectional = flag(marked_required=True)
    from_to_name = text(required=True, translation_key="RELATIONSHIP_FROM_TO_NAME")
    to_from_name = text(translation_key="RELATIONSHIP_TO_FROM_NAME")
    referral = flag(marked_required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.relationship.RelationshipType"
        order = 1600
        access = named("RELATIONSHIPTYPE", data=True)
        attribute_flag = "relationshipType"
        singles = {"fromConstraint": ("constraint_rows", "from"), "toConstraint": ("constraint_rows", "to")}


class RelationshipConstraint(Embedded):
    """What may stand at one end (`role`: from or to) of a relationship."""

    relationship_type = models.ForeignKey(RelationshipType, models.CASCADE, related_name="constraint_rows")
    role = models.CharField(max_length=10)
    relationship_entity = choice(RelationshipEntity)
    tracked_entity_type = reference("metadata.TrackedEntityType", on_delete=models.CASCADE)
    program = reference("metadata.Program", on_delete=models.CASCADE)
    program_stage = reference("metadata.ProgramStage", on_delete=models.CASCADE)
    tracker_data_view = json(null=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.relationship.RelationshipConstraint"
        endpoint = False
        natural_key = ("role",)
