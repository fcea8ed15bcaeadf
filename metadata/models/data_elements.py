"""Data elements, their groups and group sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from dhis2api.objects.columns import RefList, RefSet, choice, flag, json, reference, text
from dhis2api.objects.declarations import Computed, Declaration
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Shared,
    Translated,
    UniquelyNamed,
    UniquelyShortNamed,
)
from dhis2api.value_types import ValueType
from metadata.enums import AggregationType, DataElementDomain
from metadata.models.dimensions import dimension_members, item_members
from sharing.access import named


def _has_option_set(row: Mapping[str, Any], context: Any) -> bool:
    return row.get("optionSet") is not None


HAS_OPTION_SET = Computed(_has_option_set, needs=("optionSet",), kind="BOOLEAN")


class DataElement(ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated):
    """What is counted or recorded."""

    aggregation_type = choice(AggregationType, required=True)
    value_type = choice(ValueType, required=True)
    value_type_options = json(null=True)
    form_name = text(230, min_length=2, translation_key="FORM_NAME")
    domain_type = choice(DataElementDomain, required=True)
    category_combo = reference("metadata.CategoryCombo", required=True)
    url = text(kind="URL")
    aggregation_levels = json(list)
    zero_is_significant = flag(marked_required=True)
    option_set = reference("metadata.OptionSet")
    comment_option_set = reference("metadata.OptionSet")
    style = json(null=True)
    field_mask = text()
    legend_sets = RefList("metadata.LegendSet")

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataelement.DataElement"
        order = 1200
        access = named("DATAELEMENT")
        attribute_flag = "dataElement"
        computed = {
            "optionSetValue": HAS_OPTION_SET,
            **item_members("DATA_ELEMENT", legends=True),
        }


class DataElementGroup(ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated):
    """A group of data elements."""

    data_elements = RefSet(DataElement, related_name="data_element_groups")

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataelement.DataElementGroup"
        order = 1210
        access = named("DATAELEMENTGROUP")
        attribute_flag = "dataElementGroup"
        computed = item_members("DATA_ELEMENT_GROUP")


class DataElementGroupSet(
    ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated
):
    """A dimension made of groups of data elements."""

    compulsory = flag()
    data_element_groups = RefList(DataElementGroup, related_name="group_sets")
    data_dimension = flag(default=True, marked_required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataelement.DataElementGroupSet"
        order = 1220
        access = named("DATAELEMENTGROUPSET")
        attribute_flag = "dataElementGroupSet"
        computed = dimension_members("DATA_ELEMENT_GROUP_SET", "dataElementGroups")


class Period(models.Model):
    """A period that something refers to, one row per ISO identifier.

    `period_type` is DHIS2's name of the type; `start_date` and `end_date` are inclusive.
    """

    iso = models.CharField(max_length=20, unique=True)
    period_type = models.CharField(max_length=30)
    start_date = models.DateField()
    end_date = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["start_date", "end_date"])]

    def __str__(self) -> str:
        return self.iso
