"""Data elements for aggregate data."""

from __future__ import annotations

from system.integrity.checks.exclusive import in_one_group_of_a_set
from system.integrity.checks.shown import SHOWN
from system.integrity.declaring import SEVERE, WARNING, Check, ReportMember, Section, Shape

AGGREGATE = "metadata_dataelement WHERE domain_type = 'AGGREGATE'"
NUMERIC = (
    "('NUMBER', 'UNIT_INTERVAL', 'PERCENTAGE', 'INTEGER', 'INTEGER_POSITIVE', 'INTEGER_NEGATIVE', "
    "'INTEGER_ZERO_OR_POSITIVE', 'BOOLEAN', 'TRUE_ONLY')"
)
WITHOUT_DATA = """
    element.domain_type = 'AGGREGATE'
    AND NOT EXISTS (SELECT 1 FROM datavalue WHERE data_element_id = element.id AND NOT deleted)
"""

DATA_ELEMENTS = Section("Data elements (aggregate)", (
    Check(
        "data_elements_without_datasets", WARNING, "dataElements",
        "Data elements in no data set",
        "An aggregate data element is in no data set.",
        "Forms do not show it, and how often it is reported is not known.",
        "Add it to a data set, or delete it.",
        """
        SELECT uid, name FROM metadata_dataelement element WHERE domain_type = 'AGGREGATE' AND NOT EXISTS (
            SELECT 1 FROM metadata_datasetelement own WHERE own.data_element_id = element.id
        )
        """,
        of=AGGREGATE, report=ReportMember("dataElementsWithoutDataSet"),
    ),
    Check(
        "data_elements_aggregate_no_groups", WARNING, "dataElements",
        "Data elements in no group",
        "An aggregate data element is in no data element group.",
        "People look for data elements by their groups.",
        "Put it into a group.",
        """
        SELECT uid, name FROM metadata_dataelement element WHERE domain_type = 'AGGREGATE' AND NOT EXISTS (
            SELECT 1 FROM metadata_dataelementgroup_data_elements own WHERE own.dataelement_id = element.id
        )
        """,
        of=AGGREGATE, report=ReportMember("dataElementsWithoutGroups"),
    ),
    Check(
        "data_elements_aggregate_no_data", WARNING, "dataElements",
        "Data elements without data",
        "An aggregate data element has no data value.",
        "What nobody reports makes forms and lists longer.",
        "Ask whether it is needed; take it out of its data sets if not.",
        f"SELECT uid, name FROM metadata_dataelement element WHERE {WITHOUT_DATA}",
        of=AGGREGATE, slow=True,
    ),
    Check(
        "data_elements_aggregate_abandoned", WARNING, "dataElements",
        "Abandoned data elements",
        "An aggregate data element has no data value and was not changed for 100 days.",
        "It was probably made for a plan that was given up.",
        "Ask those who made it, and delete it.",
        f"""
        SELECT uid, name, to_char(last_updated, 'YYYY-MM-DD') FROM metadata_dataelement element
        WHERE {WITHOUT_DATA} AND last_updated < now() - interval '100 days'
        """,
        of=AGGREGATE, slow=True,
    ),
    Check(
        "data_elements_aggregate_no_analysis", WARNING, "dataElements",
        "Data elements that are not analysed",
        "An aggregate data element stands in no visualization or map, neither itself nor within an indicator.",
        "What nobody looks at costs those who report it.",
        "Use it in an analysis, or stop collecting it.",
        rf"""
        WITH {SHOWN}, computed AS (
            SELECT DISTINCT found.token[1] AS uid FROM metadata_indicator indicator
            JOIN shown ON shown.uid = indicator.uid,
            regexp_matches(
                indicator.numerator || ' ' || indicator.denominator, '#\{{([A-Za-z][A-Za-z0-9]{{10}})', 'g'
            ) AS found(token)
        )
        SELECT uid, name FROM metadata_dataelement element WHERE domain_type = 'AGGREGATE'
          AND NOT EXISTS (SELECT 1 FROM shown WHERE shown.uid = element.uid)
          AND NOT EXISTS (SELECT 1 FROM computed WHERE computed.uid = element.uid)
        """,
        of=AGGREGATE,
    ),
    Check(
        "data_elements_aggregate_with_different_period_types", SEVERE, "dataElements",
        "Data elements reported by different period types",
        "A data element is in data sets of different period types.",
        "The same is reported twice, monthly and quarterly for instance, and added up.",
        "Leave it in the data sets of one period type.",
        """
        SELECT element.uid, element.name, NULL,
               array_agg(sets.name || ' (' || sets.period_type || ')' ORDER BY sets.name)
        FROM metadata_dataelement element
        JOIN metadata_datasetelement own ON own.data_element_id = element.id
        JOIN metadata_dataset sets ON sets.id = own.data_set_id
        GROUP BY element.id HAVING count(DISTINCT sets.period_type) > 1
        """,
        of=AGGREGATE,
        report=ReportMember("dataElementsAssignedToDataSetsWithDifferentPeriodTypes", Shape.REFS),
    ),
    in_one_group_of_a_set(
        "data_elements_violating_exclusive_group_sets", SEVERE, "dataElements", "data element", "data_element",
        report="dataElementsViolatingExclusiveGroupSets",
    ),
    Check(
        "data_elements_can_aggregate_with_none_operator", WARNING, "dataElements",
        "Numbers that are not added up",
        "A data element of numbers has the aggregation type NONE.",
        "Analysis shows nothing of it above the org unit and period that it was reported for.",
        "Choose how its values are aggregated, SUM for instance.",
        f"""
        SELECT uid, name, value_type FROM metadata_dataelement
        WHERE domain_type = 'AGGREGATE' AND value_type IN {NUMERIC} AND aggregation_type = 'NONE'
        """,
        of=AGGREGATE,
    ),
    Check(
        "data_elements_cannot_aggregate_operator_not_none", WARNING, "dataElements",
        "Texts and dates that are to be added up",
        "A data element of values that cannot be aggregated has another aggregation type than NONE.",
        "Building the analytics tables may fail on it, and what analysis shows of it means nothing.",
        "Set its aggregation type to NONE.",
        f"""
        SELECT uid, name, value_type || ', ' || aggregation_type FROM metadata_dataelement
        WHERE domain_type = 'AGGREGATE' AND value_type NOT IN {NUMERIC} AND aggregation_type <> 'NONE'
        """,
        of=AGGREGATE,
    ),
))  # fmt: skip
