"""Programs, their stages and sections: what individual-level data is collected by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
from dhis2api.objects.declarations import Computed, ComputedMembers, Declaration
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Embedded,
    Named,
    Shared,
    ShortNamed,
    Translated,
)
from metadata.enums import AccessLevel, FeatureType, FormType, ProgramType, ValidationStrategy
from metadata.models.attribute_rows import attribute_members
from sharing.access import TypeRules, named


def label(key: str) -> models.TextField:
    """A word that a program uses instead of DHIS2's own; translated under `key`."""
    return long_text(min_length=2, translation_key=key)


def _registers(row: Mapping[str, Any], context: Any) -> bool:
    return row.get("programType") == ProgramType.WITH_REGISTRATION


def _does_not_register(row: Mapping[str, Any], context: Any) -> bool:
    return not _registers(row, context)


def form_type(custom: str, sections: str) -> Computed:
    """CUSTOM with a data entry form, else SECTION with sections, else DEFAULT."""

    def compute(row: Mapping[str, Any], context: Any) -> str:
        if row.get(custom) is not None:
            return FormType.CUSTOM
        return FormType.SECTION if row.get(sections) else FormType.DEFAULT

    return Computed(compute, needs=(custom, sections), kind="CONSTANT")


class DataEntryForm(ApiObject, Coded, Translated):
    """A form in HTML."""

    name = text(160, required=True, unique=True, translation_key="NAME")
    html_code = long_text()
    style = text(40)
    format = integer(default=0)

    class Wire(Declaration):
        klass = "org.hisp.dhis.dataentryform.DataEntryForm"
        order = 1300


class Program(ApiObject, Coded, Named, ShortNamed, Described, Shared, Attributed, Translated):
    """A way of following tracked entities, or of collecting single events."""

    version = integer(default=0)
    organisation_units = RefSet("metadata.OrganisationUnit", related_name="programs")
    enrollment_date_label = label("ENROLLMENT_DATE_LABEL")
    incident_date_label = label("INCIDENT_DATE_LABEL")
    enrollment_label = label("ENROLLMENT_LABEL")
    follow_up_label = label("FOLLOW_UP_LABEL")
    org_unit_label = label("ORG_UNIT_LABEL")
    relationship_label = label("RELATIONSHIP_LABEL")
    note_label = label("NOTE_LABEL")
    tracked_entity_attribute_label = label("TRACKED_ENTITY_ATTRIBUTE_LABEL")
    program_stage_label = label("PROGRAM_STAGE_LABEL")
    event_label = label("EVENT_LABEL")
    program_type = choice(ProgramType, required=True)
    display_incident_date = flag(default=True)
    ignore_overdue_events = flag()
    only_enroll_once = flag()
    notification_templates = RefSet("metadata.ProgramNotificationTemplate")
    select_enrollment_dates_in_future = flag()
    select_incident_dates_in_future = flag()
    related_program = reference("metadata.Program", on_delete=models.SET_NULL)
    tracked_entity_type = reference("metadata.TrackedEntityType")
    data_entry_form = reference("metadata.DataEntryForm", on_delete=models.SET_NULL)
    category_combo = reference("metadata.CategoryCombo", required=True)
    skip_offline = flag(marked_required=True)
    display_front_page_list = flag()
    use_first_stage_during_registration = flag()
    feature_type = choice(FeatureType)
    expiry_days = integer(default=0)
    expiry_period_type = text(30, kind="CONSTANT")
    complete_events_expiry_days = integer(default=0)
    open_days_after_co_end_date = integer(default=0)
    min_attributes_required_to_search = integer(default=1)
    max_tei_count_to_return = integer(default=0)
    style = json(null=True)
    form_name = text(translation_key="FORM_NAME")
    access_level = choice(AccessLevel, default="OPEN", max_length=100)
    category_mappings = json(list)

    class Wire(Declaration):
        klass = "org.hisp.dhis.program.Program"
        order = 1520
        access = named("PROGRAM", data=True)
        attribute_flag = "program"
        versioned = True
        owned_reverse = ("program_stages", "program_sections")
        computed = {
            "registration": Computed(_registers, needs=("programType",), kind="BOOLEAN"),
            "withoutRegistration": Computed(_does_not_register, needs=("programType",), kind="BOOLEAN"),
            # Access to programs is a matter of sharing; clients that asked roles find none.
            "userRoles": ComputedMembers("userRole", "userRole", lambda programs: {}),
        }


class ProgramTrackedEntityAttribute(Embedded):
    """An attribute that a program asks for."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="program_tracked_entity_attributes")
    tracked_entity_attribute = reference("metadata.TrackedEntityAttribute", required=True, on_delete=models.CASCADE)
    mandatory = optional_flag()
    display_in_list = optional_flag()
    allow_future_date = optional_flag()
    render_options_as_radio = flag()
    searchable = flag()
    render_type = json(null=True)
    skip_individual_analytics = flag()
    number = integer(name="sortOrder")  # as sent; rows keep the order of the payload

    class Wire(Declaration):
        klass = "org.hisp.dhis.program.ProgramTrackedEntityAttribute"
        endpoint = False
        natural_key = ("tracked_entity_attribute",)
        computed = attribute_members("metadata.ProgramTrackedEntityAttribute", "program", "program")


class ProgramStage(ApiObject, Coded, Named, Shared, Attributed, Translated):
    """A kind of event of a program."""

    description = long_text(min_length=2, translation_key="DESCRIPTION")
    program = reference("metadata.Program", related_name="program_stages", on_delete=models.CASCADE)
    generated_by_enrollment_date = flag()
    block_entry_form = flag()
    remind_completed = flag()
    notification_templates = RefSet("metadata.ProgramNotificationTemplate")
    data_entry_form = reference("metadata.DataEntryForm", on_delete=models.SET_NULL)
    standard_interval = integer()
    repeatable = flag(marked_required=True)
    min_days_from_start = integer(default=0, marked_required=True)
    execution_date_label = label("EXECUTION_DATE_LABEL")
    due_date_label = label("DUE_DATE_LABEL")
    program_stage_label = label("PROGRAM_STAGE_LABEL")
    event_label = label("EVENT_LABEL")
    auto_generate_event = flag(default=True)
    validation_strategy = choice(ValidationStrategy, default="ON_COMPLETE", max_length=32)
    display_generate_event_box = flag(default=True)
    allow_generate_next_visit = flag()
    open_after_enrollment = flag()
    report_date_to_use = text()
    pre_generate_uid = flag(name="preGenerateUID")
    sort_order = integer()
    period_type = text(30, kind="CONSTANT")
    hide_due_date = flag()
    style = json(null=True)
    form_name = text(translation_key="FORM_NAME")
    feature_type = choice(FeatureType)
    enable_user_assignment = flag()
    next_schedule_date = reference("metadata.DataElement", on_delete=models.SET_NULL)
    referral = flag(marked_required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.program.ProgramStage"
        order = 1509
        access = TypeRules(
            shareable=True, data_shareable=True, create=("F_PROGRAMSTAGE_ADD",), delete=("F_PROGRAMSTAGE_DELETE",)
        )
        attribute_flag = "programStage"
        owned_reverse = ("program_stage_sections",)
        computed = {"formType": form_type("dataEntryForm", "programStageSections")}


class ProgramStageDataElement(Embedded):
    """A data element of a program stage."""

    program_stage = models.ForeignKey(ProgramStage, models.CASCADE, related_name="program_stage_data_elements")
    data_element = reference("metadata.DataElement", required=True)
    allow_provided_elsewhere = flag()
    compulsory = flag(marked_required=True)
    display_in_reports = flag()
    allow_future_date = flag()
    render_options_as_radio = flag()
    render_type = json(null=True)
    skip_synchronization = flag()
    skip_analytics = flag()
    number = integer(name="sortOrder")  # as sent; rows keep the order of the payload

    class Wire(Declaration):
        klass = "org.hisp.dhis.program.ProgramStageDataElement"
        endpoint = False
        natural_key = ("data_element",)


class ProgramStageSection(ApiObject, Coded, Named, Translated):
    """A part of a stage's form."""

    description = long_text(translation_key="DESCRIPTION")
    program_stage = reference("metadata.ProgramStage", related_name="program_stage_sections", on_delete=models.CASCADE)
    data_elements = RefList("metadata.DataElement")
    program_indicators = RefList("metadata.ProgramIndicator")
    sort_order = integer(required=True)
    style = json(null=True)
    form_name = text(translation_key="FORM_NAME")
    render_type = json(null=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.program.ProgramStageSection"
        order = 1508
        access = TypeRules(create=("F_PROGRAMSTAGE_ADD",), delete=("F_PROGRAMSTAGE_DELETE",))


class ProgramSection(ApiObject, Coded, Named, Translated):
    """A part of a program's registration form."""

    description = long_text(translation_key="DESCRIPTION")
    program = reference("metadata.Program", related_name="program_sections", on_delete=models.CASCADE)
    tracked_entity_attributes = RefList("metadata.TrackedEntityAttribute")
    sort_order = integer(required=True)
    style = json(null=True)
    form_name = text(translation_key="FORM_NAME")
    render_type = json(null=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.program.ProgramSection"
        order = 1550
        access = TypeRules(create_public=("F_PROGRAM_PUBLIC_ADD",))
