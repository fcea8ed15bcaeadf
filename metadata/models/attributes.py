"""Custom attributes: definitions whose values other objects carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dhis2api.objects.columns import choice, flag, integer, reference, text
from dhis2api.objects.declarations import Computed, Declaration
from dhis2api.objects.models import ApiObject, Coded, Described, Shared, Translated, UniquelyNamed
from dhis2api.value_types import ValueType
from sharing.access import named

# The types that an attribute can be assigned to, in the order of DHIS2's schema.
ASSIGNABLE_TYPES = (
    "dataElement", "dataElementGroup", "dataElementGroupSet", "indicator", "indicatorGroup", "dataSet",
    "organisationUnit", "organisationUnitGroup", "organisationUnitGroupSet", "user", "userGroup", "program",
    "programStage", "programIndicator", "trackedEntityType", "trackedEntityAttribute", "category", "categoryOption",
    "categoryOptionCombo", "categoryOptionGroup", "categoryOptionGroupSet", "document", "option", "optionSet",
    "legendSet", "constant", "sqlView", "section", "validationRule", "validationRuleGroup", "visualization", "map",
    "eventReport", "eventChart", "relationshipType",
)  # fmt: skip


def snake_case(name: str) -> str:
    """`dataElement` → `data_element`."""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def _object_types(row: Mapping[str, Any], context: Any) -> list[str]:
    return [snake_case(name).upper() for name in ASSIGNABLE_TYPES if row.get(f"{name}Attribute")]


class Attribute(ApiObject, Coded, UniquelyNamed, Described, Shared, Translated):
    """Definition of a custom attribute; the flags say which types may carry a value."""

    short_name = text(50, translation_key="SHORT_NAME")
    value_type = choice(ValueType, required=True)
    mandatory = flag(marked_required=True)
    unique = flag(marked_required=True)
    option_set = reference("metadata.OptionSet")
    sort_order = integer()

    class Wire(Declaration):
        klass = "org.hisp.dhis.attribute.Attribute"
        order = 100
        access = named("ATTRIBUTE")
        computed = {
            "objectTypes": Computed(
                _object_types, needs=tuple(f"{name}Attribute" for name in ASSIGNABLE_TYPES), kind="COLLECTION"
            )
        }


for _name in ASSIGNABLE_TYPES:
    Attribute.add_to_class(f"{snake_case(_name)}_attribute", flag())
