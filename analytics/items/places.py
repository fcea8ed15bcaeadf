"""Which org units' data counts for an org unit, as a relation of `asked` and `unit` within a statement."""

from __future__ import annotations

DESCENDANTS = """
    SELECT asked.id AS asked, unit.id AS unit, asked.hierarchy_level AS asked_level, unit.hierarchy_level AS level
    FROM metadata_organisationunit AS unit
    CROSS JOIN LATERAL unnest(string_to_array(substr(unit.path, 2), '/')) AS above (uid)
    JOIN metadata_organisationunit AS asked ON asked.uid = above.uid AND asked.id = ANY(%(units)s)
"""
