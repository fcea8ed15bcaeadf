"""Data elements with the data set that decides about their approval, data sets, and what they expect of whom."""

from __future__ import annotations

from analytics.dimensions import DATA_ELEMENTS, TARGETS
from analytics.hands import Hands
from analytics.identifiers import literal
from analytics.resources.tables import ResourceTable
from dhis2api.periods import PERIOD_TYPES

# DHIS2's order of lengths, and a number for each type: types are no rows here.
TYPE_NUMBERS = {name: number for number, name in enumerate(PERIOD_TYPES, start=1)}
_LENGTHS = ", ".join(
    f"({literal(name)}, {number}, {PERIOD_TYPES[name].frequency_order})" for name, number in TYPE_NUMBERS.items()
)
PERIOD_TYPE_ROWS = f"(VALUES {_LENGTHS}) AS period_type (name, number, length)"

ELEMENTS = f"""
    SELECT DISTINCT ON (element.id) element.id, element.uid, element.name, element.aggregation_type,
        element.value_type, element.domain_type, element.zero_is_significant, form.id, form.uid, form.name,
        CASE WHEN form.workflow_id IS NULL THEN 0 END, form.workflow_id, period_type.number, period_type.name
    FROM metadata_dataelement AS element
    LEFT JOIN metadata_datasetelement AS link ON link.data_element_id = element.id
    LEFT JOIN metadata_dataset AS form ON form.id = link.data_set_id
    LEFT JOIN {PERIOD_TYPE_ROWS} ON period_type.name = form.period_type
    ORDER BY element.id, form.workflow_id IS NULL, period_type.length, form.id
"""
DATA_SETS = "SELECT id, uid, category_combo_id FROM metadata_dataset"
ELEMENT_COMBOS = """
    SELECT element.id, combo.id, element.uid, combo.uid
    FROM metadata_dataelement AS element
    JOIN metadata_categoryoptioncombo AS combo ON combo.category_combo_id = element.category_combo_id
"""
# How much later a period of a type ends when one more is open.
_OPEN = " ".join(
    f"WHEN {literal(name)} THEN interval '{kind.span} months'"
    if hasattr(kind, "span")
    else f"WHEN {literal(name)} THEN interval '{kind.frequency_order} days'"
    for name, kind in PERIOD_TYPES.items()
)
EXPECTED = f"""
    SELECT form.id, place.organisationunit_id, combo.id, NULL::date, NULL::date
    FROM metadata_dataset AS form
    JOIN metadata_categorycombo AS attributes ON attributes.id = form.category_combo_id AND attributes.name = 'default'
    JOIN metadata_dataset_organisation_units AS place ON place.dataset_id = form.id
    JOIN metadata_categoryoptioncombo AS combo ON combo.category_combo_id = attributes.id
    UNION ALL
    SELECT form.id, place.organisationunit_id, combo.id, min(option.start_date),
        (max(option.end_date) + form.open_periods_after_co_end_date * CASE form.period_type {_OPEN} END)::date
    FROM metadata_dataset AS form
    JOIN metadata_categorycombo AS attributes ON attributes.id = form.category_combo_id AND attributes.name <> 'default'
    JOIN metadata_dataset_organisation_units AS place ON place.dataset_id = form.id
    JOIN metadata_categoryoptioncombo AS combo ON combo.category_combo_id = attributes.id
    JOIN metadata_categoryoptioncombo_category_options AS link ON link.categoryoptioncombo_id = combo.id
    JOIN metadata_categoryoption AS option ON option.id = link.categoryoption_id
    LEFT JOIN metadata_categoryoption_organisation_units AS assigned
        ON assigned.categoryoption_id = option.id AND assigned.organisationunit_id = place.organisationunit_id
    GROUP BY form.id, place.organisationunit_id, combo.id
    HAVING count(assigned.categoryoption_id) = count(*)
"""


def data_element_structure(hands: Hands) -> ResourceTable:
    """Every data element; of its data sets the one that needs approval, and that asks most often."""
    columns = (
        "dataelementid bigint NOT NULL", "dataelementuid character(11) NOT NULL",
        "dataelementname character varying(255) NOT NULL", "aggregationtype character varying(50)",
        "valuetype character varying(50)", "domaintype character varying(50)", "zeroissignificant boolean",
        "datasetid bigint", "datasetuid character(11)", "datasetname character varying(255)",
        "datasetapprovallevel integer", "workflowid bigint", "periodtypeid integer",
        "periodtypename character varying(255)",
    )  # fmt: skip
    return ResourceTable(
        DATA_ELEMENTS, "DATA_ELEMENT_STRUCTURE", columns, ELEMENTS, ("dataelementid",), ("dataelementuid",),
        ("datasetid", "periodtypeid", "workflowid"),
    )  # fmt: skip


def data_sets(hands: Hands) -> ResourceTable:
    """Every data set."""
    columns = ("datasetid bigint NOT NULL", "uid character(11) NOT NULL", "categorycomboid bigint NOT NULL")
    return ResourceTable("analytics_rs_dataset", "DATA_SET", columns, DATA_SETS, ("datasetid",), ("uid",))


def expected_reports(hands: Hands) -> ResourceTable:
    """Which data sets are expected of which org units, for which attribute option combos, and how long.

    Of a combo every option must be assigned to the very org unit.
    """
    columns = (
        "datasetid bigint NOT NULL", "organisationunitid bigint NOT NULL", "attributeoptioncomboid bigint NOT NULL",
        "costartdate date", "coenddate date",
    )  # fmt: skip
    return ResourceTable(
        TARGETS, "DATA_SET_ORG_UNIT_CATEGORY", columns, EXPECTED,
        ("datasetid", "organisationunitid", "attributeoptioncomboid"),
    )  # fmt: skip


def element_option_combos(hands: Hands) -> ResourceTable:
    """Every data element with the option combos of its category combo."""
    columns = (
        "dataelementid bigint NOT NULL", "categoryoptioncomboid bigint NOT NULL",
        "dataelementuid character(11) NOT NULL", "categoryoptioncombouid character(11) NOT NULL",
    )  # fmt: skip
    return ResourceTable(
        "analytics_rs_dataelementcategoryoptioncombo", "DATA_ELEMENT_CATEGORY_OPTION_COMBO", columns, ELEMENT_COMBOS,
        ("dataelementid", "categoryoptioncomboid"), (), ("dataelementuid",),
    )  # fmt: skip
