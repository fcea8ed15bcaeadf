"""DATA_VALUE: one row for each data value that can be computed with or shown. Source: DHIS2 2.42, analytics."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.dimensions import (
    ATTRIBUTE,
    DATA_ELEMENT_GROUP_SETS,
    DATA_ELEMENTS,
    DISAGGREGATION,
    OPTION_COMBO_NAMES,
    OPTION_COMBOS,
    ORG_UNIT_GROUP_SETS,
    ORG_UNITS,
    PERIODS,
    Dimensions,
    period_columns,
)
from analytics.hands import Hands
from analytics.identifiers import literal, staging
from analytics.plans import (
    DATE,
    DOUBLE,
    INTEGER,
    LATEST,
    NAME,
    TEXT,
    UID,
    Changes,
    Column,
    Partition,
    Plan,
    Update,
    fact,
    moment_literal,
)
from analytics.resources.approvals import LOWEST
from analytics.table_types import MASTERS, TableType
from analytics.values import IS_NUMERIC
from dhis2api.value_types import BOOLEAN_TYPES, DATE_TYPES, NUMERIC_TYPES, TEXT_TYPES

MASTER = MASTERS[TableType.DATA_VALUE]
STATISTICS = staging("analytics_rs_outliers")
NUMBER, YES_OR_NO, WORDS = 1, 2, 3  # what a value is
UNAPPROVED = 999
# Digits of numbers whose squares, and the sum of many of them, have room in a double; avg() squares, too.
SQUARED_DIGITS = 140
# Averages change when a zero is left out.
WITH_ZEROS = ("AVERAGE", "AVERAGE_SUM_ORG_UNIT")
# The periods of each year that has values.
YEARS = f"""
    SELECT year, array_agg(periodid) FROM {PERIODS}
    WHERE periodid IN (SELECT DISTINCT period_id FROM datavalue) GROUP BY year
"""
CHANGED = """
    SELECT concat_ws('-', element.uid, period.iso, unit.uid, combo.uid, attributes.uid)
    FROM datavalue AS value
    JOIN metadata_dataelement AS element ON element.id = value.data_element_id
    JOIN metadata_period AS period ON period.id = value.period_id
    JOIN metadata_organisationunit AS unit ON unit.id = value.organisation_unit_id
    JOIN metadata_categoryoptioncombo AS combo ON combo.id = value.category_option_combo_id
    JOIN metadata_categoryoptioncombo AS attributes ON attributes.id = value.attribute_option_combo_id
    WHERE value.last_updated >= {since} AND value.last_updated < {until}
"""
EXISTS = "SELECT EXISTS (SELECT FROM datavalue WHERE last_updated >= {since} AND last_updated < {until})"
# Of all numbers that were ever reported for an element, a unit and both combos, deleted ones too.
OUTLIERS = """
    CREATE UNLOGGED TABLE {table} AS
    SELECT data_element_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id,
        average, deviation, median,
        (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(number - median)) FROM unnest(numbers) AS number) AS mad
    FROM (
        SELECT data_element_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id, numbers,
            average, deviation,
            (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY number) FROM unnest(numbers) AS number) AS median
        FROM (
            SELECT data_element_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id,
                array_agg(value.value::double precision) AS numbers,
                sum(value.value::double precision) / count(*) AS average,
                CASE WHEN max(octet_length(value.value)) <= {digits} THEN
                    stddev_pop(value.value::double precision) FILTER (WHERE octet_length(value.value) <= {digits})
                END AS deviation
            FROM datavalue AS value {keys}
            WHERE data_element_id IN (
                SELECT id FROM metadata_dataelement WHERE domain_type = 'AGGREGATE' AND value_type IN ({numeric})
            ) AND CASE WHEN value.value IS NULL THEN false ELSE {is_numeric} END
            GROUP BY data_element_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id
            OFFSET 0
        ) AS collected
        OFFSET 0
    ) AS measured
"""
KEYS = "data_element_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id"
OF_CHANGED = f"""
    JOIN (SELECT DISTINCT {KEYS} FROM datavalue WHERE last_updated >= {{since}}) AS changed USING ({KEYS})
"""


def data_value_plans(update: Update, dimensions: Dimensions, hands: Hands) -> Iterator[Plan]:
    """The one table."""
    has_levels = bool(hands.execute("SELECT 1 FROM metadata_dataapprovallevel LIMIT 1"))
    checks_approval = update.settings["keyHideUnapprovedDataInAnalytics"] and has_levels
    changes = None
    if update.latest:
        span = {"until": update.until}
        changes = Changes(
            "id", CHANGED.format(since=moment_literal(update.latest.since), **span),
            EXISTS.format(since=moment_literal(update.latest.seen), **span),
        )  # fmt: skip
    yield Plan(
        TableType.DATA_VALUE,
        MASTER,
        tuple(_columns(update, dimensions, checks_approval)),
        _source(update, checks_approval),
        tuple(_partitions(update, hands)),
        keeps_other_years=True,
        before=() if update.skip_outliers else (_statistics(update), f"ANALYZE {STATISTICS}"),
        scratch=() if update.skip_outliers else (STATISTICS,),
        changes=changes,
    )


def _columns(update: Update, dimensions: Dimensions, checks_approval: bool) -> Iterator[Column]:
    yield Column("dx", UID, "element.uid", required=True)
    yield Column("co", UID, "combo.categoryoptioncombouid", indexed_after="dx")
    yield Column("ao", UID, "attributes.categoryoptioncombouid", indexed_after="dx")
    yield Column("pestartdate", DATE, "period.startdate")
    yield Column("peenddate", DATE, "period.enddate")
    yield Column("year", INTEGER, "period.year", required=True)
    yield Column("pe", TEXT, "period.iso", required=True)
    yield Column("ou", UID, "unit.organisationunituid", required=True)
    yield Column("oulevel", INTEGER, "unit.level")
    identity = (
        "element.uid || '-' || period.iso || '-' || unit.organisationunituid::text || '-' ||"
        " combo.categoryoptioncombouid::text || '-' || attributes.categoryoptioncombouid::text"
    )
    yield Column("id", TEXT, identity)
    yield from dimensions.data_element_group_columns("element_groups")
    yield from dimensions.org_unit_group_columns("unit_groups")
    yield from dimensions.category_group_columns("combo", DISAGGREGATION)
    yield from dimensions.category_group_columns("attributes", ATTRIBUTE)
    yield from dimensions.category_columns("combo", DISAGGREGATION)
    yield from dimensions.category_columns("attributes", ATTRIBUTE)
    for level in range(1, dimensions.levels + 1):
        cut = f"CASE WHEN rolled_up.level >= {level} THEN NULL ELSE unit.uidlevel{level} END"
        yield Column(f"uidlevel{level}", UID, cut)
    yield from period_columns("period")
    if not update.skip_outliers:
        yield from _outlier_columns()
    yield fact("approvallevel", INTEGER, _approval(update, dimensions) if checks_approval else "0")
    yield fact("daysxvalue", DOUBLE, f"{VALUE} * period.daysno")
    yield fact("daysno", INTEGER, "period.daysno", required=True)
    yield fact("value", DOUBLE, VALUE)
    yield fact("textvalue", TEXT, f"CASE WHEN element.kind = {WORDS} THEN value.value END")


VALUE = (
    f"CASE element.kind WHEN {NUMBER} THEN value.value::double precision"
    f" WHEN {YES_OR_NO} THEN (value.value = 'true')::integer END"
)


def _outlier_columns() -> Iterator[Column]:
    yield fact("sourceid", INTEGER, "value.organisation_unit_id", required=True)
    yield fact("periodid", INTEGER, "value.period_id", required=True)
    yield fact("categoryoptioncomboid", INTEGER, "value.category_option_combo_id", required=True)
    yield fact("attributeoptioncomboid", INTEGER, "value.attribute_option_combo_id", required=True)
    yield fact("dataelementid", INTEGER, "value.data_element_id", required=True)
    yield fact("petype", NAME, "period.periodtypename")
    yield fact("path", NAME, "unit.path")
    yield fact("avg_middle_value", DOUBLE, "statistics.average")
    yield fact("percentile_middle_value", DOUBLE, "statistics.median")
    yield fact("mad", DOUBLE, "statistics.mad")
    yield fact("std_dev", DOUBLE, "statistics.deviation")


def _approval(update: Update, dimensions: Dimensions) -> str:
    """The level that data is approved at: nought where it needs no approval."""
    above = ", ".join(f"unit.idlevel{level}" for level in range(1, dimensions.levels + 1)) or "NULL"
    found = f"""
        SELECT min(minlevel) FROM {LOWEST} AS lowest
        WHERE lowest.workflowid = forms.workflowid AND lowest.periodid = value.period_id
          AND lowest.attributeoptioncomboid = value.attribute_option_combo_id AND lowest.organisationunitid IN ({above})
    """
    level = f"coalesce(forms.datasetapprovallevel, attribute_names.approvallevel, ({found}), {UNAPPROVED})"
    threshold = update.settings["keyIgnoreAnalyticsApprovalYearThreshold"]
    if threshold < 0:
        return level
    return f"CASE WHEN period.year < {update.this_year - threshold} THEN 0 ELSE {level} END"


def _source(update: Update, checks_approval: bool) -> str:
    settings = update.settings
    valid = settings["keyRespectMetaDataStartEndDatesInAnalyticsTableExport"]
    names = []
    if valid:
        names.append("JOIN {0} AS combo_names ON combo_names.categoryoptioncomboid = value.category_option_combo_id")
    if valid or checks_approval:
        join = "JOIN" if valid else "LEFT JOIN"
        names.append(
            join + " {0} AS attribute_names"
            " ON attribute_names.categoryoptioncomboid = value.attribute_option_combo_id"
        )  # fmt: skip
    if checks_approval:
        names.append("JOIN {1} AS forms ON forms.dataelementid = value.data_element_id")
    within = "".join(
        f" AND ({alias}.startdate IS NULL OR {alias}.startdate <= period.startdate)"
        f" AND ({alias}.enddate IS NULL OR {alias}.enddate >= period.enddate)"
        for alias in ("combo_names", "attribute_names")
    )
    statistics = f"LEFT JOIN {STATISTICS} AS statistics USING ({KEYS})"
    is_number = "true" if settings["keySkipDataTypeValidationInAnalyticsTableExport"] else IS_NUMERIC
    return f"""
        FROM datavalue AS value
        JOIN ({_elements(settings["keyIncludeZeroValuesInAnalytics"])}) AS element ON element.id = value.data_element_id
        JOIN {PERIODS} AS period ON period.periodid = value.period_id
        JOIN {ORG_UNITS} AS unit ON unit.organisationunitid = value.organisation_unit_id
        JOIN {ORG_UNIT_GROUP_SETS} AS unit_groups ON unit_groups.organisationunitid = value.organisation_unit_id
        JOIN {DATA_ELEMENT_GROUP_SETS} AS element_groups ON element_groups.dataelementid = value.data_element_id
        JOIN {OPTION_COMBOS} AS combo ON combo.categoryoptioncomboid = value.category_option_combo_id
        JOIN {OPTION_COMBOS} AS attributes ON attributes.categoryoptioncomboid = value.attribute_option_combo_id
        {" ".join(names).format(OPTION_COMBO_NAMES, DATA_ELEMENTS)}
        LEFT JOIN ({ROLLED_UP}) AS rolled_up ON rolled_up.id = value.data_element_id AND rolled_up.of = unit.level
        {"" if update.skip_outliers else statistics}
        WHERE NOT value.deleted AND value.value IS NOT NULL AND value.last_updated < {update.until}
          AND CASE element.kind
              WHEN {NUMBER} THEN {is_number} AND (element.keeps_zero OR value.value <> '0')
              WHEN {YES_OR_NO} THEN value.value = 'true' OR value.value = 'false' AND element.knows_false
              ELSE true END
          {within if valid else ""}
    """


# Deeper data does not count at an element's aggregation levels and above: how far up from each level.
ROLLED_UP = f"""
    SELECT element.id, unit.level AS of, max(own.level) AS level
    FROM metadata_dataelement AS element
    CROSS JOIN LATERAL (
        SELECT CASE WHEN text ~ '^[0-9]{{1,4}}$' THEN text::integer END AS level
        FROM jsonb_array_elements_text(
            CASE WHEN jsonb_typeof(aggregation_levels) = 'array' THEN aggregation_levels ELSE '[]' END
        ) AS text
    ) AS own
    JOIN (SELECT DISTINCT level FROM {ORG_UNITS}) AS unit ON unit.level > own.level
    GROUP BY element.id, unit.level
"""


def _elements(includes_zeros: bool) -> str:
    """The data elements whose values are analysed, and what their values are."""
    kinds = {NUMBER: NUMERIC_TYPES, YES_OR_NO: BOOLEAN_TYPES, WORDS: TEXT_TYPES | DATE_TYPES}
    kind = " ".join(f"WHEN value_type IN ({_list(types)}) THEN {kind}" for kind, types in kinds.items())
    zero = f"aggregation_type IN ({_list(WITH_ZEROS)}){' OR zero_is_significant' if includes_zeros else ''}"
    all_types = _list(NUMERIC_TYPES | BOOLEAN_TYPES | TEXT_TYPES | DATE_TYPES)
    return f"""
        SELECT id, uid, CASE {kind} END AS kind, {zero} AS keeps_zero, value_type = 'BOOLEAN' AS knows_false
        FROM metadata_dataelement WHERE domain_type = 'AGGREGATE' AND value_type IN ({all_types})
    """


def _partitions(update: Update, hands: Hands) -> Iterator[Partition]:
    if update.latest:
        yield Partition(LATEST, f"value.last_updated >= {moment_literal(update.latest.since)}")
        return
    periods = dict(hands.execute(YEARS))
    for year in update.of_years(periods):
        listed = ", ".join(map(str, sorted(periods[year])))
        yield Partition(
            year, f"value.period_id IN ({listed})", (f"year = {year}", f"pestartdate < DATE '{year + 1:04}-01-01'")
        )


def _statistics(update: Update) -> str:
    keys = OF_CHANGED.format(since=moment_literal(update.latest.since)) if update.latest else ""
    return OUTLIERS.format(
        table=STATISTICS, keys=keys, numeric=_list(NUMERIC_TYPES), is_numeric=IS_NUMERIC, digits=SQUARED_DIGITS
    )


def _list(names: object) -> str:
    return ", ".join(literal(str(name)) for name in sorted(names))  # type: ignore[call-overload]
