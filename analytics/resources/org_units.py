"""Org units: their ancestors, and their groups."""

from __future__ import annotations

from analytics.dimensions import ORG_UNIT_GROUP_SETS, ORG_UNITS
from analytics.hands import Hands
from analytics.resources.pivots import definitions, name_dimensions, pivoted
from analytics.resources.tables import ResourceTable
from scheduling.progress import JobRefused

WRONG_LEVEL = "Invalid hierarchy level or missing parent for organisation unit {}."
# Every unit below a root, with what leads to it.
TREE = """
    WITH RECURSIVE tree AS (
        SELECT id, ARRAY[id] AS ids, ARRAY[uid::text] AS uids, ARRAY[name::text] AS names
        FROM metadata_organisationunit WHERE parent_id IS NULL
        UNION ALL
        SELECT child.id, ids || child.id, uids || child.uid::text, names || child.name::text
        FROM metadata_organisationunit AS child JOIN tree ON tree.id = child.parent_id
    )
"""
FIRST_WRONG = f"""
    {TREE}
    SELECT unit.uid FROM metadata_organisationunit AS unit LEFT JOIN tree USING (id)
    WHERE unit.hierarchy_level IS DISTINCT FROM cardinality(ids) ORDER BY unit.id LIMIT 1
"""
DEEPEST = "SELECT coalesce(max(hierarchy_level), 0) FROM metadata_organisationunit"
GROUP_SETS = """
    SELECT uid, short_name FROM metadata_organisationunitgroupset WHERE data_dimension ORDER BY id
"""
MEMBERS = """
    SELECT unit.organisationunit_id AS owner_id, dimension.uid AS dimension, member.id, member.uid, member.name,
        coalesce(dimension.include_subhierarchy_in_analytics, false) AS is_inherited
    FROM metadata_organisationunitgroupset AS dimension
    JOIN metadata_organisationunitgroupset_organisation_unit_groups AS link
        ON link.organisationunitgroupset_id = dimension.id
    JOIN metadata_organisationunitgroup AS member ON member.id = link.organisationunitgroup_id
    JOIN metadata_organisationunitgroup_organisation_units AS unit ON unit.organisationunitgroup_id = member.id
    WHERE dimension.data_dimension
"""


def org_unit_structure(hands: Hands) -> ResourceTable:
    """Every org unit with the ids, uids and names of its ancestors, level by level.

    Errors: JobRefused for a unit whose level is not where it stands.
    """
    if wrong := hands.execute(FIRST_WRONG):
        raise JobRefused(WRONG_LEVEL.format(wrong[0][0]))
    levels = range(1, hands.execute(DEEPEST)[0][0] + 1)
    columns = [
        "organisationunitid bigint NOT NULL", "organisationunituid character(11) NOT NULL",
        "code character varying(50)", "name character varying(255) NOT NULL", "openingdate date", "closeddate date",
        "level integer NOT NULL", "path character varying(1500)",
    ]  # fmt: skip
    picked = ["unit.id", "unit.uid", "code", "unit.name", "opening_date", "closed_date", "hierarchy_level", "path"]
    for level in levels:
        columns += [f"idlevel{level} bigint", f"uidlevel{level} character(11)", f"namelevel{level} text"]
        picked += [f"ids[{level}]", f"uids[{level}]", f"names[{level}]"]
    fill = f"{TREE} SELECT {', '.join(picked)} FROM metadata_organisationunit AS unit JOIN tree USING (id)"
    return ResourceTable(
        ORG_UNITS, "ORG_UNIT_STRUCTURE", tuple(columns), fill, ("organisationunitid",), ("organisationunituid",)
    )


def org_unit_group_sets(hands: Hands) -> ResourceTable:
    """Every org unit and its group in each group set.

    Of sets that include the subhierarchy it is the group of the nearest unit, upwards from itself, that has one.
    """
    fixed = (
        "organisationunitid bigint NOT NULL", "organisationunitname character varying(255) NOT NULL", "startdate date"
    )  # fmt: skip
    sets = name_dimensions(hands.execute(GROUP_SETS), ("organisationunitid", "organisationunitname", "startdate"))
    # The order of `id` decides which group counts: the nearest one's first.
    members = f"""
        SELECT owner_id, dimension, id, uid, name FROM ({MEMBERS}) AS own WHERE NOT is_inherited
        UNION ALL
        SELECT tree.id, dimension, rank() OVER (PARTITION BY tree.id, dimension ORDER BY depth DESC, own.id),
            own.uid, own.name
        FROM ({TREE} SELECT id, ids FROM tree) AS tree
        CROSS JOIN LATERAL unnest(ids) WITH ORDINALITY AS above (unit, depth)
        JOIN ({MEMBERS}) AS own ON own.owner_id = above.unit AND is_inherited
    """
    fill = pivoted("metadata_organisationunit", ("owner.id", "owner.name", "NULL::date"), members, sets)
    return ResourceTable(
        ORG_UNIT_GROUP_SETS, "ORG_UNIT_GROUP_SET_STRUCTURE", (*fixed, *definitions(sets)), fill,
        ("organisationunitid",),
    )  # fmt: skip
