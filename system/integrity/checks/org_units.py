"""Org units: the hierarchy, names, dates, groups."""

from __future__ import annotations

from system.integrity.checks.exclusive import in_one_group_of_a_set
from system.integrity.checks.org_unit_geometries import GEOMETRIES
from system.integrity.declaring import CRITICAL, SEVERE, WARNING, Check, ReportMember, Section, repeated

ORG_UNITS = Section("Organisation units", (
    Check(
        "orgunits_orphaned", CRITICAL, "organisationUnits",
        "Orphaned org units",
        "An org unit has neither a parent nor children, though it is not the only one.",
        "It is outside the hierarchy: no total contains its data.",
        "Move it below its parent, or delete it.",
        """
        SELECT uid, name FROM metadata_organisationunit unit
        WHERE parent_id IS NULL
          AND NOT EXISTS (SELECT 1 FROM metadata_organisationunit child WHERE child.parent_id = unit.id)
          AND EXISTS (SELECT 1 FROM metadata_organisationunit other WHERE other.id <> unit.id)
        """,
        report=ReportMember("orphanedOrganisationUnits"),
    ),
    Check(
        "orgunits_multiple_roots", CRITICAL, "organisationUnits",
        "More than one root",
        "The hierarchy of org units has more than one root.",
        "Apps and totals expect one unit at the top.",
        "Move the other roots below the one that they belong to.",
        """
        SELECT uid, name FROM metadata_organisationunit WHERE parent_id IS NULL
          AND (SELECT count(*) FROM metadata_organisationunit WHERE parent_id IS NULL) > 1
        """,
    ),
    Check(
        "org_units_with_cyclic_references", CRITICAL, "organisationUnits",
        "Org units below themselves",
        "An org unit is an ancestor of itself.",
        "The units of the circle hang on no root: no total contains their data, and whatever follows the parents never "
        "ends.",
        "Give one of the units the right parent; then have paths updated (`ouPathsUpdate`).",
        # Those that no root leads to hang on a circle or stand in it; who comes back to himself stands in it.
        """
        WITH RECURSIVE reached AS (
            SELECT id FROM metadata_organisationunit WHERE parent_id IS NULL
            UNION ALL
            SELECT child.id FROM metadata_organisationunit child JOIN reached ON child.parent_id = reached.id
        ), hanging AS (
            SELECT id, parent_id FROM metadata_organisationunit WHERE id NOT IN (SELECT id FROM reached)
        ), climbed AS (
            SELECT id AS start, parent_id AS at FROM hanging
            UNION
            SELECT climbed.start, hanging.parent_id FROM climbed JOIN hanging ON hanging.id = climbed.at
        )
        SELECT unit.uid, unit.name FROM metadata_organisationunit unit
        WHERE unit.id IN (SELECT start FROM climbed WHERE start = at)
        """,
        slow=True, programmatic=True, report=ReportMember("organisationUnitsWithCyclicReferences"),
    ),
    Check(
        "orgunits_openingdate_gt_closeddate", SEVERE, "organisationUnits",
        "Org units closed before they were opened",
        "The closing date of an org unit lies before its opening date.",
        "Data can be entered for it at no time.",
        "Correct one of the dates.",
        """
        SELECT uid, name, opening_date || ' to ' || closed_date FROM metadata_organisationunit
        WHERE opening_date > closed_date
        """,
        of="metadata_organisationunit WHERE closed_date IS NOT NULL",
    ),
    Check(
        "org_units_not_in_compulsory_group_sets", SEVERE, "organisationUnits",
        "Org units missing from compulsory group sets",
        "An org unit is in no group of a compulsory group set.",
        "Analysis by the group set leaves its data out.",
        "Put it into a group of each group set that is named.",
        """
        SELECT unit.uid, unit.name, NULL, array_agg(sets.name ORDER BY sets.name)
        FROM metadata_organisationunit unit CROSS JOIN metadata_organisationunitgroupset sets
        WHERE sets.compulsory AND NOT EXISTS (
            SELECT 1 FROM metadata_organisationunitgroupset_organisation_unit_groups own
            JOIN metadata_organisationunitgroup_organisation_units member
                ON member.organisationunitgroup_id = own.organisationunitgroup_id
            WHERE own.organisationunitgroupset_id = sets.id AND member.organisationunit_id = unit.id
        ) GROUP BY unit.id
        """,
    ),
    in_one_group_of_a_set(
        "organisation_units_violating_exclusive_group_sets", SEVERE, "organisationUnits", "org unit",
        "organisation_unit", report="organisationUnitsViolatingExclusiveGroupSets",
    ),
    Check(
        "organisation_units_without_groups", WARNING, "organisationUnits",
        "Org units in no group",
        "An org unit is in no org unit group.",
        "Analysis and reports by kind of unit leave it out.",
        "Put it into its groups.",
        """
        SELECT uid, name FROM metadata_organisationunit unit WHERE NOT EXISTS (
            SELECT 1 FROM metadata_organisationunitgroup_organisation_units own
            WHERE own.organisationunit_id = unit.id
        )
        """,
        report=ReportMember("organisationUnitsWithoutGroups"),
    ),
    Check(
        "organisation_unit_groups_without_group_sets", WARNING, "organisationUnitGroups",
        "Org unit groups in no group set",
        "An org unit group is in no group set.",
        "Analysis shows groups by their group sets.",
        "Put it into a group set, or delete it.",
        """
        SELECT uid, name FROM metadata_organisationunitgroup groups WHERE NOT EXISTS (
            SELECT 1 FROM metadata_organisationunitgroupset_organisation_unit_groups own
            WHERE own.organisationunitgroup_id = groups.id
        )
        """,
        report=ReportMember("organisationUnitGroupsWithoutGroupSets"),
    ),
    *GEOMETRIES,
    Check(
        "orgunits_multiple_spaces", WARNING, "organisationUnits",
        "Names with several blanks in a row",
        "The name or short name of an org unit has two or more blanks in a row.",
        "Whoever searches for the name as it looks does not find it.",
        "Leave one blank.",
        r"SELECT uid, name FROM metadata_organisationunit WHERE name ~ '\s{2,}' OR short_name ~ '\s{2,}'",
    ),
    Check(
        "orgunits_trailing_spaces", WARNING, "organisationUnits",
        "Names that begin or end with a blank",
        "The name or short name of an org unit begins or ends with a blank.",
        "Lists are sorted wrongly, and names of other systems do not match.",
        "Take the blank off.",
        r"SELECT uid, name FROM metadata_organisationunit WHERE name ~ '^\s|\s$' OR short_name ~ '^\s|\s$'",
    ),
    Check(
        "orgunits_same_name_and_parent", WARNING, "organisationUnits",
        "Siblings of the same name",
        "Two or more children of an org unit have the same name, case and blanks aside.",
        "It is probably the same unit, created twice; its data is scattered.",
        "Merge them, or give them different names.",
        repeated(r"""
            SELECT uid, name, (parent_id, lower(regexp_replace(name, '\s', '', 'g'))) AS key
            FROM metadata_organisationunit
        """),
    ),
))  # fmt: skip
