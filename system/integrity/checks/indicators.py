"""Indicators and their types. Formulas are compared as texts; whether they can be computed is asked elsewhere."""

from __future__ import annotations

from system.integrity.checks.exclusive import in_one_group_of_a_set
from system.integrity.checks.shown import SHOWN
from system.integrity.declaring import WARNING, Check, ReportMember, Section, repeated

SORTED = "(SELECT string_agg(letter, '' ORDER BY letter) FROM regexp_split_to_table({}, '\\s*') AS letter)"

INDICATORS = Section("Indicators", (
    Check(
        "indicators_not_grouped", WARNING, "indicators",
        "Indicators in no group",
        "An indicator is in no indicator group.",
        "People look for indicators by their groups.",
        "Put it into a group.",
        """
        SELECT uid, name FROM metadata_indicator indicator WHERE NOT EXISTS (
            SELECT 1 FROM metadata_indicatorgroup_indicators own WHERE own.indicator_id = indicator.id
        )
        """,
        report=ReportMember("indicatorsWithoutGroups"),
    ),
    Check(
        "indicator_no_analysis", WARNING, "indicators",
        "Indicators that are not analysed",
        "An indicator stands in no visualization, map or event report.",
        "It has to be kept up to date with the data elements that it is computed from, for nobody.",
        "Use it in an analysis, or delete it.",
        f"""
        WITH {SHOWN}
        SELECT uid, name FROM metadata_indicator indicator
        WHERE NOT EXISTS (SELECT 1 FROM shown WHERE shown.uid = indicator.uid)
        """,
    ),
    Check(
        "indicators_duplicated_terms", WARNING, "indicators",
        "Indicators of the same terms",
        "The formulas of two or more indicators consist of the same characters, whatever their order.",
        "They probably compute the same, with the terms in another order.",
        "Compare the formulas and keep one of them.",
        repeated(f"""
            SELECT uid, name, ({SORTED.format("numerator")}, {SORTED.format("denominator")}, indicator_type_id) AS key
            FROM metadata_indicator
        """),
    ),
    Check(
        "indicators_exact_duplicates", WARNING, "indicators",
        "Indicators that are the same",
        "Two or more indicators have the same numerator, denominator and type, blanks aside.",
        "They show the same figure under several names.",
        "Keep one and use it everywhere.",
        repeated(r"""
            SELECT uid, name, (
                regexp_replace(numerator, '\s', '', 'g'), regexp_replace(denominator, '\s', '', 'g'), indicator_type_id
            ) AS key FROM metadata_indicator
        """),
    ),
    Check(
        "indicator_types_duplicated", WARNING, "indicatorTypes",
        "Indicator types of the same factor",
        "Two or more indicator types have the same factor.",
        "Their indicators look different and are not.",
        "Give the indicators one type and delete the others.",
        repeated("SELECT uid, name, (factor, number) AS key FROM metadata_indicatortype"),
    ),
    in_one_group_of_a_set(
        "indicators_violating_exclusive_group_sets", WARNING, "indicators", "indicator", "indicator",
        report="indicatorsViolatingExclusiveGroupSets",
    ),
    Check(
        "indicators_with_identical_formulas", WARNING, "indicators",
        "Indicators of identical formulas",
        "Two or more indicators have the same numerator and the same denominator, as they are written.",
        "They differ in their type at most, and are easily mistaken for one another.",
        "Keep one and use it everywhere.",
        repeated("SELECT uid, name, (numerator, denominator) AS key FROM metadata_indicator"),
        slow=True, programmatic=True, report=ReportMember("indicatorsWithIdenticalFormulas"),
    ),
))  # fmt: skip
