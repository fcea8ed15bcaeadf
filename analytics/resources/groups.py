"""Data elements and indicators with their groups, and option combos with their options and groups of options."""

from __future__ import annotations

from analytics.dimensions import DATA_ELEMENT_GROUP_SETS, INDICATOR_GROUP_SETS, OPTION_COMBO_NAMES, OPTION_COMBOS
from analytics.hands import Hands
from analytics.resources.pivots import definitions, name_dimensions, pivoted
from analytics.resources.tables import ResourceTable

MEMBERS = """
    SELECT owned.{owner}_id AS owner_id, dimension.uid AS dimension, member.id, member.uid, member.name
    FROM metadata_{owner}groupset AS dimension
    JOIN metadata_{owner}groupset_{groups} AS link ON link.{owner}groupset_id = dimension.id
    JOIN metadata_{owner}group AS member ON member.id = link.{owner}group_id
    JOIN metadata_{owner}group_{owners} AS owned ON owned.{owner}group_id = member.id
"""
OF_ELEMENTS = MEMBERS.format(owner="dataelement", groups="data_element_groups", owners="data_elements")
OF_INDICATORS = MEMBERS.format(owner="indicator", groups="indicator_groups", owners="indicators")
ELEMENT_GROUP_SETS = "SELECT uid, short_name FROM metadata_dataelementgroupset WHERE data_dimension ORDER BY id"
INDICATOR_SETS = "SELECT uid, short_name FROM metadata_indicatorgroupset ORDER BY id"

# Categories come first, and sets of their groups after them.
CATEGORIES = """
    SELECT uid, short_name FROM (
        SELECT uid, short_name, 1 AS part, id FROM metadata_category WHERE data_dimension
        UNION ALL SELECT uid, short_name, 2, id FROM metadata_categoryoptiongroupset WHERE data_dimension
    ) AS dimension ORDER BY part, id
"""
OF_COMBOS = """
    SELECT owned.categoryoptioncombo_id AS owner_id, dimension.uid AS dimension, member.id, member.uid, member.name
    FROM metadata_category AS dimension
    JOIN metadata_category_category_options AS link ON link.category_id = dimension.id
    JOIN metadata_categoryoption AS member ON member.id = link.categoryoption_id
    JOIN metadata_categoryoptioncombo_category_options AS owned ON owned.categoryoption_id = member.id
    WHERE dimension.data_dimension
    UNION ALL
    SELECT owned.categoryoptioncombo_id, dimension.uid, member.id, member.uid, member.name
    FROM metadata_categoryoptiongroupset AS dimension
    JOIN metadata_categoryoptiongroupset_category_option_groups AS link
        ON link.categoryoptiongroupset_id = dimension.id
    JOIN metadata_categoryoptiongroup AS member ON member.id = link.categoryoptiongroup_id
    JOIN metadata_categoryoptiongroup_category_options AS grouped ON grouped.categoryoptiongroup_id = member.id
    JOIN metadata_categoryoptioncombo_category_options AS owned ON owned.categoryoption_id = grouped.categoryoption_id
    WHERE dimension.data_dimension
"""
# A combo is valid whose categories all have options.
NAMES = """
    SELECT combo.id, combo.name, CASE WHEN ignore_approval THEN 0 END, max(option.start_date), min(option.end_date)
    FROM metadata_categoryoptioncombo AS combo
    LEFT JOIN metadata_categoryoptioncombo_category_options AS link ON link.categoryoptioncombo_id = combo.id
    LEFT JOIN metadata_categoryoption AS option ON option.id = link.categoryoption_id
    WHERE EXISTS (
        SELECT FROM metadata_categorycombo_categories AS part WHERE part.categorycombo_id = combo.category_combo_id
    ) AND NOT EXISTS (
        SELECT FROM metadata_categorycombo_categories AS part
        WHERE part.categorycombo_id = combo.category_combo_id AND NOT EXISTS (
            SELECT FROM metadata_category_category_options AS present WHERE present.category_id = part.category_id
        )
    )
    GROUP BY combo.id
"""


def data_element_group_sets(hands: Hands) -> ResourceTable:
    """Every data element and its group in each group set that is a dimension."""
    fixed = ("dataelementid bigint NOT NULL", "dataelementname character varying(255) NOT NULL")
    sets = name_dimensions(hands.execute(ELEMENT_GROUP_SETS), ("dataelementid", "dataelementname"))
    fill = pivoted("metadata_dataelement", ("owner.id", "owner.name"), OF_ELEMENTS, sets)
    return ResourceTable(
        DATA_ELEMENT_GROUP_SETS, "DATA_ELEMENT_GROUP_SET_STRUCTURE", (*fixed, *definitions(sets)), fill,
        ("dataelementid",),
    )  # fmt: skip


def indicator_group_sets(hands: Hands) -> ResourceTable:
    """Every indicator and its group in each group set."""
    fixed = ("indicatorid bigint NOT NULL", "indicatorname character varying(255) NOT NULL")
    sets = name_dimensions(hands.execute(INDICATOR_SETS), ("indicatorid", "indicatorname"))
    fill = pivoted("metadata_indicator", ("owner.id", "owner.name"), OF_INDICATORS, sets)
    return ResourceTable(
        INDICATOR_GROUP_SETS, "INDICATOR_GROUP_SET_STRUCTURE", (*fixed, *definitions(sets)), fill, ("indicatorid",)
    )


def category_structure(hands: Hands) -> ResourceTable:
    """Every option combo, its option in each category and its option group in each group set."""
    fixed = (
        "categoryoptioncomboid bigint NOT NULL", "categoryoptioncombouid character(11) NOT NULL",
        "categoryoptioncomboname character varying(255) NOT NULL",
    )  # fmt: skip
    taken = ("categoryoptioncomboid", "categoryoptioncombouid", "categoryoptioncomboname")
    dimensions = name_dimensions(hands.execute(CATEGORIES), taken)
    picked = ("owner.id", "owner.uid", "coalesce(owner.name, owner.uid)")
    fill = pivoted("metadata_categoryoptioncombo", picked, OF_COMBOS, dimensions)
    return ResourceTable(
        OPTION_COMBOS, "CATEGORY_STRUCTURE", (*fixed, *definitions(dimensions)), fill, ("categoryoptioncomboid",)
    )


def option_combo_names(hands: Hands) -> ResourceTable:
    """When option combos may be used, and whether their data needs an approval."""
    columns = (
        "categoryoptioncomboid bigint NOT NULL", "categoryoptioncomboname character varying(255)",
        "approvallevel integer", "startdate date", "enddate date",
    )  # fmt: skip
    return ResourceTable(
        OPTION_COMBO_NAMES, "CATEGORY_OPTION_COMBO_NAME", columns, NAMES, ("categoryoptioncomboid",)
    )  # fmt: skip
