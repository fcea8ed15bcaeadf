"""Data sets: forms over data elements, their sections, input periods and operands."""

from __future__ import annotations

from django.db import models

from dhis2api.objects.columns import (
    RefList,
    RefSet,
    choice,
    date,
    flag,
    integer,
    json,
    long_text,
    number,
    optional_flag,
    reference,
    text,
)
from dhis2api.objects.declarations import ComputedMembers, Declaration, unset
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Embedded,
    Named,
    Shared,
    Translated,
    UniquelyShortNamed,
)
from metadata.enums import (
    DataSetNotificationRecipient,
    DataSetNotificationTrigger,
    SendStrategy,
)
from metadata.models.dimensions import item_members
from metadata.models.programs import form_type
from sharing.access import TypeRules, named


class DataSet(ApiObject, Coded, Named, UniquelyShortNamed, Described, Shared, Attributed, Translated):
    """A form: which data elements are reported together, by whom and how often."""

    period_type = text(30, required=True, kind="CONSTANT")
    organisation_units = RefSet("metadata.OrganisationUnit", related_name="data_sets")
    indicators = RefSet("metadata.Indicator", related_name="data_sets")
    category_combo = reference("metadata.CategoryCombo", required=True)
    mobile = flag(marked_required=True)
    version = integer(default=0)
    expiry_days = number(default=0)
    timely_days = number(default=0)
    notification_recipients = reference("users.UserGroup", on_delete=models.SET_NULL)
    notify_completing_user = flag()
    open_future_periods = integer(default=0)
    open_periods_after_co_end_date = integer(default=0)
    field_combination_required = flag()
    valid_complete_only = flag()
    no_value_requires_comment = flag()
    skip_offline = flag()
    render_as_tabs = flag()
    render_horizontally = flag()
    data_element_decoration = flag()
    style = json(null=True)
    display_options = long_text(max_length=50_000)
    form_name = text(230, translation_key="FORM_NAME")
    data_entry_form = reference("metadata.DataEntryForm", on_delete=models.SET_NULL)
    workflow = reference("metadata.DataApprovalWorkflow", related_name="data_sets", on_delete=models.SET_NULL)
    compulsory_fields_complete_only = flag()
    legend_sets = RefList("metadata.LegendSet")

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataset.DataSet"
        order = 1310
        access = named("DATASET", data=True)
        attribute_flag = "dataSet"
        versioned = True
        computed = {
            "formType": form_type("dataEntryForm", "sections"),
            **item_members("REPORTING_RATE", legends=True),
        }


class DataSetElement(Embedded):
    """A data element of a data set; `category_combo` overrides the element's own."""

    data_set = models.ForeignKey(DataSet, models.CASCADE, related_name="data_set_elements")
    data_element = reference(
        "metadata.DataElement", required=True, related_name="data_set_elements", on_delete=models.CASCADE
    )
    category_combo = reference("metadata.CategoryCombo", on_delete=models.SET_NULL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["data_set", "data_element"], name="data_set_element_once")]

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataset.DataSetElement"
        endpoint = False
        natural_key = ("data_element",)


class DataInputPeriod(Embedded):
    """When values of one period may be entered; both dates inclusive, absent ones open."""

    data_set = models.ForeignKey(DataSet, models.CASCADE, related_name="data_input_periods")
    period = text(20, required=True, kind="REFERENCE")
    opening_date = date()
    closing_date = date()

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataset.DataInputPeriod"
        endpoint = False
        natural_key = ("period",)


class CompulsoryOperand(Embedded):
    """A value that must be there before a data set is complete."""

    data_set = models.ForeignKey(DataSet, models.CASCADE, related_name="compulsory_data_element_operands")
    data_element = reference("metadata.DataElement", required=True, on_delete=models.CASCADE)
    category_option_combo = reference("metadata.CategoryOptionCombo", on_delete=models.CASCADE)

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataelement.DataElementOperand"
        singular = "dataElementOperand"
        endpoint = False
        computed = {"attributeOptionCombo": unset("COMPLEX")}
        natural_key = ("data_element", "category_option_combo")


def _category_combos(sections: list[int]) -> dict[int, list[int]]:
    """The category combos of each section's data elements, as the data set has them, in the order of the elements."""
    placed = Section.data_elements.through._base_manager.filter(section_id__in=sections).order_by("sort_order", "pk")
    rows = list(
        placed.values_list("section_id", "section__data_set_id", "dataelement_id", "dataelement__category_combo")
    )
    own = DataSetElement._base_manager.filter(data_set_id__in={row[1] for row in rows}, category_combo__isnull=False)
    overriding = {(row[0], row[1]): row[2] for row in own.values_list("data_set", "data_element", "category_combo")}
    found: dict[int, dict[int, None]] = {}
    for section, data_set, element, combo in rows:
        found.setdefault(section, {})[overriding.get((data_set, element), combo)] = None
    return {section: list(combos) for section, combos in found.items()}


class Section(ApiObject, Coded, Named, Attributed, Translated):
    """A part of a data set's form."""

    description = long_text(min_length=2, translation_key="DESCRIPTION")
    data_set = reference("metadata.DataSet", required=True, related_name="sections", on_delete=models.CASCADE)
    data_elements = RefList("metadata.DataElement")
    indicators = RefList("metadata.Indicator")
    sort_order = integer(default=0, marked_required=True)
    show_row_totals = flag()
    show_column_totals = flag()
    display_options = long_text(max_length=50_000)
    disable_data_element_auto_group = flag()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["data_set", "name"], name="section_name_once_in_data_set")]

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataset.Section"
        order = 1320
        access = TypeRules(create=("F_SECTION_ADD",), delete=("F_SECTION_DELETE",))
        attribute_flag = "section"
        computed = {"categoryCombos": ComputedMembers("categoryCombo", "categoryCombo", _category_combos)}
        unique_together = (("name", "dataSet"),)


class GreyedField(Embedded):
    """A cell of a section that is not filled in."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="greyed_fields")
    data_element = reference("metadata.DataElement", required=True, on_delete=models.CASCADE)
    category_option_combo = reference("metadata.CategoryOptionCombo", on_delete=models.CASCADE)

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataelement.DataElementOperand"
        singular = "dataElementOperand"
        endpoint = False
        computed = {"attributeOptionCombo": unset("COMPLEX")}
        natural_key = ("data_element", "category_option_combo")


class DataSetNotificationTemplate(ApiObject, Coded, Named, Translated):
    """A message about a data set that is complete, or should be."""

    subject_template = text(100, translation_key="SUBJECT_TEMPLATE")
    message_template = long_text(required=True, translation_key="MESSAGE_TEMPLATE")
    data_set_notification_trigger = choice(DataSetNotificationTrigger)
    notification_recipient = choice(DataSetNotificationRecipient)
    recipient_user_group = reference("users.UserGroup", on_delete=models.SET_NULL)
    delivery_channels = json(list)
    data_sets = RefSet(DataSet)
    relative_scheduled_days = integer()
    send_strategy = choice(SendStrategy)
    notify_users_in_hierarchy_only = optional_flag()
    notify_parent_organisation_unit_only = optional_flag()

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataset.notifications.DataSetNotificationTemplate"
        order = 1311
        access = named("DATASET", shareable=False)
