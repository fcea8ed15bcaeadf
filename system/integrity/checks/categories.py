"""Categories, their options, combos and option combos."""

from __future__ import annotations

from metadata.models.categories import (
    DEFAULT_CATEGORY,
    DEFAULT_CATEGORY_COMBO,
    DEFAULT_CATEGORY_OPTION,
    DEFAULT_CATEGORY_OPTION_COMBO,
)
from system.integrity.checks.shown import SHOWN
from system.integrity.declaring import SEVERE, WARNING, Check, ReportMember, Section, repeated


def _one_default(kind: str, plural: str, words: str, uid: str) -> Check:
    """No object of a type is named `default` beside the one that every server has."""
    return Check(
        f"categories_one_default_{kind}", SEVERE, plural,
        f"More than one default {words}",
        f"A {words} is named `default`, but is not the one that the system uses.",
        "Everything without a category of its own is kept by one object of a known identifier. Others of the same name "
        "come from imports that did not keep identifiers, and data gets lost between them.",
        "Move what refers to it to the system's own default object, then delete it.",
        f"SELECT uid, name FROM metadata_{kind.replace('_', '')} WHERE name = 'default' AND uid <> '{uid}'",
    )  # fmt: skip


CATEGORIES = Section("Categories", (
    Check(
        "categories_no_options", WARNING, "categories",
        "Categories without options",
        "A category has no category option.",
        "Nothing can be entered by a category without options; category combos leave it out.",
        "Add options to the category, or delete it.",
        """
        SELECT uid, name FROM metadata_category category WHERE NOT EXISTS (
            SELECT 1 FROM metadata_category_category_options own WHERE own.category_id = category.id
        )
        """,
    ),
    Check(
        "categories_same_category_options", WARNING, "categories",
        "Categories with the same options",
        "Two or more categories consist of exactly the same options.",
        "Analysis by one of them misses what was collected by the other.",
        "Keep one of the categories and use it in all category combos.",
        repeated("""
            SELECT category.uid, category.name, array_agg(own.categoryoption_id ORDER BY own.categoryoption_id) AS key
            FROM metadata_category category
            JOIN metadata_category_category_options own ON own.category_id = category.id GROUP BY category.id
        """),
    ),
    Check(
        "categories_dimensions_no_visualizations", WARNING, "categories",
        "Categories that are data dimensions and are not analysed",
        "A category is enabled as data dimension, but stands in no visualization, map or event report.",
        "Each data dimension is a column of the analytics tables, which take longer to build and more room for it.",
        "Take the category off the data dimensions, or use it in an analysis.",
        f"""
        WITH {SHOWN}
        SELECT category.uid, category.name FROM metadata_category category
        WHERE category.data_dimension AND category.uid <> '{DEFAULT_CATEGORY}'
          AND NOT EXISTS (SELECT 1 FROM shown WHERE shown.uid = category.uid)
        """,
        of="metadata_category WHERE data_dimension",
    ),
    _one_default("category", "categories", "category", DEFAULT_CATEGORY),
    _one_default("category_combo", "categoryCombos", "category combo", DEFAULT_CATEGORY_COMBO),
    _one_default("category_option", "categoryOptions", "category option", DEFAULT_CATEGORY_OPTION),
    _one_default(
        "category_option_combo", "categoryOptionCombos", "category option combo", DEFAULT_CATEGORY_OPTION_COMBO
    ),
    Check(
        "categories_unique_category_combo", SEVERE, "categoryCombos",
        "Category combos of the same categories",
        "Two or more category combos consist of the same categories.",
        "Data of the same meaning is kept by different option combos and cannot be added up.",
        "Use one of the category combos everywhere and delete the others.",
        repeated("""
            SELECT combo.uid, combo.name, array_agg(part.category_id ORDER BY part.category_id) AS key
            FROM metadata_categorycombo combo
            JOIN metadata_categorycombo_categories part ON part.categorycombo_id = combo.id GROUP BY combo.id
        """),
    ),
    Check(
        "category_options_shared_within_category_combo", SEVERE, "categoryCombos",
        "Category combos whose categories share options",
        "Two categories of a category combo have an option in common.",
        "An option combo would have the same option twice: it cannot be told which category it answers.",
        "Replace one of the options by one of its own, or take one category out of the combo.",
        """
        SELECT combo.uid, combo.name, NULL, array_agg(shared.name ORDER BY shared.name)
        FROM metadata_categorycombo combo JOIN (
            SELECT part.categorycombo_id, option.name FROM metadata_categorycombo_categories part
            JOIN metadata_category_category_options own ON own.category_id = part.category_id
            JOIN metadata_categoryoption option ON option.id = own.categoryoption_id
            GROUP BY part.categorycombo_id, option.id HAVING count(*) > 1
        ) AS shared ON shared.categorycombo_id = combo.id GROUP BY combo.id
        """,
    ),
    Check(
        "category_combos_unused", WARNING, "categoryCombos",
        "Category combos that nothing uses",
        "A category combo belongs to no data element, data set, program, program indicator or approval workflow.",
        "Its option combos make lists longer and are kept for nothing.",
        "Delete it, if nobody plans to use it.",
        f"""
        SELECT uid, name FROM metadata_categorycombo combo WHERE uid <> '{DEFAULT_CATEGORY_COMBO}' AND id NOT IN (
            SELECT category_combo_id FROM metadata_dataelement
            UNION SELECT category_combo_id FROM metadata_dataset
            UNION SELECT category_combo_id FROM metadata_datasetelement WHERE category_combo_id IS NOT NULL
            UNION SELECT category_combo_id FROM metadata_program
            UNION SELECT category_combo_id FROM metadata_programindicator
            UNION SELECT attribute_combo_id FROM metadata_programindicator
            UNION SELECT category_combo_id FROM metadata_dataapprovalworkflow
        )
        """,
    ),
    Check(
        "invalid_category_combos", WARNING, "categoryCombos",
        "Invalid category combos",
        "A category combo has no category, no category option or no option combo.",
        "Nothing can be kept by it.",
        "Give it categories with options and have option combos generated, or delete it.",
        """
        SELECT uid, name, CASE
            WHEN NOT EXISTS (SELECT 1 FROM metadata_categorycombo_categories WHERE categorycombo_id = combo.id)
                THEN 'no category'
            WHEN NOT EXISTS (
                SELECT 1 FROM metadata_categorycombo_categories part
                JOIN metadata_category_category_options own ON own.category_id = part.category_id
                WHERE part.categorycombo_id = combo.id
            ) THEN 'no category option'
            ELSE 'no category option combo' END
        FROM metadata_categorycombo combo WHERE NOT EXISTS (
            SELECT 1 FROM metadata_categorycombo_categories part
            JOIN metadata_category_category_options own ON own.category_id = part.category_id
            WHERE part.categorycombo_id = combo.id
        ) OR NOT EXISTS (SELECT 1 FROM metadata_categoryoptioncombo WHERE category_combo_id = combo.id)
        """,
        report=ReportMember("invalidCategoryCombos"),
    ),
    Check(
        "cocs_wrong_cardinality", SEVERE, "categoryOptionCombos",
        "Option combos with too many or too few options",
        "A category option combo has not as many options as its category combo has categories.",
        "It stands in no cell of a form, and analysis by category does not find its data.",
        "Have the option combos updated; move the data of those that are kept because of it.",
        """
        SELECT uid, name, options || ' options, ' || categories || ' categories' FROM (
            SELECT uid, name,
                   (SELECT count(*) FROM metadata_categoryoptioncombo_category_options
                    WHERE categoryoptioncombo_id = combo.id) AS options,
                   (SELECT count(*) FROM metadata_categorycombo_categories
                    WHERE categorycombo_id = combo.category_combo_id) AS categories
            FROM metadata_categoryoptioncombo combo
        ) AS counted WHERE options <> categories
        """,
    ),
    Check(
        "category_option_combos_disjoint", SEVERE, "categoryOptionCombos",
        "Option combos with options of other categories",
        "A category option combo has an option that is in none of the categories of its category combo.",
        "The categories were changed after data had been collected; forms do not show that data any more.",
        "Put the option back, or move the data and delete the option combo.",
        """
        SELECT combo.uid, combo.name, NULL, array_agg(option.name ORDER BY option.name)
        FROM metadata_categoryoptioncombo combo
        JOIN metadata_categoryoptioncombo_category_options held ON held.categoryoptioncombo_id = combo.id
        JOIN metadata_categoryoption option ON option.id = held.categoryoption_id
        WHERE NOT EXISTS (
            SELECT 1 FROM metadata_categorycombo_categories part
            JOIN metadata_category_category_options own ON own.category_id = part.category_id
            WHERE part.categorycombo_id = combo.category_combo_id AND own.categoryoption_id = option.id
        ) GROUP BY combo.id
        """,
    ),
    Check(
        "category_option_combos_no_names", SEVERE, "categoryOptionCombos",
        "Option combos without a name",
        "A category option combo has no name.",
        "Forms and analysis show nothing where its name should stand.",
        "Have the option combos updated, which names them after their options.",
        "SELECT uid, coalesce(name, '') FROM metadata_categoryoptioncombo WHERE coalesce(trim(name), '') = ''",
    ),
    Check(
        "category_option_combos_have_duplicates", WARNING, "categoryOptionCombos",
        "Option combos that are there twice",
        "Two or more option combos of one category combo have the same options.",
        "Data of the same meaning is kept in two places.",
        "Merge the option combos.",
        repeated("""
            SELECT combo.uid, combo.name,
                   (combo.category_combo_id, array_agg(held.categoryoption_id ORDER BY held.categoryoption_id)) AS key
            FROM metadata_categoryoptioncombo combo
            JOIN metadata_categoryoptioncombo_category_options held ON held.categoryoptioncombo_id = combo.id
            GROUP BY combo.id
        """),
    ),
    Check(
        "catoptioncombos_no_catcombo", WARNING, "categoryOptionCombos",
        "Option combos without a category combo",
        "A category option combo belongs to no category combo.",
        "Nothing can be entered by it.",
        "Delete it, if no data is kept by it; otherwise put it into the category combo that it came from.",
        "SELECT uid, name FROM metadata_categoryoptioncombo WHERE category_combo_id IS NULL",
    ),
    Check(
        "category_options_no_categories", WARNING, "categoryOptions",
        "Category options in no category",
        "A category option is in no category.",
        "Nothing can be entered by it.",
        "Add it to a category, or delete it.",
        """
        SELECT uid, name FROM metadata_categoryoption option WHERE NOT EXISTS (
            SELECT 1 FROM metadata_category_category_options own WHERE own.categoryoption_id = option.id
        )
        """,
    ),
    Check(
        "category_options_excess_groupset_membership", SEVERE, "categoryOptions",
        "Category options in two groups of a group set",
        "A category option is in more than one group of a category option group set.",
        "Its data is counted twice, or by chance in one of the groups.",
        "Leave it in one group of the group set.",
        """
        SELECT option.uid, option.name, excess.name, excess.groups FROM metadata_categoryoption option JOIN (
            SELECT member.categoryoption_id, sets.name, array_agg(groups.name ORDER BY groups.name) AS groups
            FROM metadata_categoryoptiongroup_category_options member
            JOIN metadata_categoryoptiongroup groups ON groups.id = member.categoryoptiongroup_id
            JOIN metadata_categoryoptiongroupset_category_option_groups own
                ON own.categoryoptiongroup_id = groups.id
            JOIN metadata_categoryoptiongroupset sets ON sets.id = own.categoryoptiongroupset_id
            GROUP BY member.categoryoption_id, sets.id HAVING count(*) > 1
        ) AS excess ON excess.categoryoption_id = option.id
        """,
    ),
    Check(
        "category_option_group_sets_incomplete", SEVERE, "categoryOptionGroupSets",
        "Category option group sets that leave options out",
        "A category option group set has some options of a category, but not all of them.",
        "Totals by the group set are smaller than those by the category.",
        "Put the missing options into a group of the group set.",
        """
        WITH grouped AS (
            SELECT DISTINCT own.categoryoptiongroupset_id AS set_id, member.categoryoption_id AS option_id
            FROM metadata_categoryoptiongroupset_category_option_groups own
            JOIN metadata_categoryoptiongroup_category_options member
                ON member.categoryoptiongroup_id = own.categoryoptiongroup_id
        ), touched AS (
            SELECT DISTINCT grouped.set_id, own.category_id FROM grouped
            JOIN metadata_category_category_options own ON own.categoryoption_id = grouped.option_id
        )
        SELECT sets.uid, sets.name, NULL, array_agg(DISTINCT option.name ORDER BY option.name)
        FROM touched JOIN metadata_categoryoptiongroupset sets ON sets.id = touched.set_id
        JOIN metadata_category_category_options own ON own.category_id = touched.category_id
        JOIN metadata_categoryoption option ON option.id = own.categoryoption_id
        WHERE NOT EXISTS (
            SELECT 1 FROM grouped WHERE grouped.set_id = touched.set_id AND grouped.option_id = option.id
        ) GROUP BY sets.id
        """,
    ),
    Check(
        "category_options_default_incorrect_sharing", SEVERE, "categoryOptions",
        "The default category option is not for everybody",
        "The public may not read the default category option and enter data by it.",
        "Data elements without a category are kept by it: whoever may not use it can enter next to nothing.",
        "Share it with the public: read and write, metadata and data.",
        f"""
        SELECT uid, name, coalesce(sharing ->> 'public', 'none') FROM metadata_categoryoption
        WHERE uid = '{DEFAULT_CATEGORY_OPTION}' AND coalesce(sharing ->> 'public', '') NOT LIKE 'r_rw%'
        """,
        of="",
    ),
))  # fmt: skip
