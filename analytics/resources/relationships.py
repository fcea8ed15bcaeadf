"""How many relationships of each type tracked entities have."""

from __future__ import annotations

from analytics.hands import Hands
from analytics.resources.tables import ResourceTable

COUNTS = """
    SELECT entity.uid, kind.uid, count(*)
    FROM relationship
    JOIN tracked_entity AS entity ON entity.id = from_tracked_entity_id
    JOIN metadata_relationshiptype AS kind ON kind.id = relationship_type_id
    WHERE NOT relationship.deleted
    GROUP BY entity.uid, kind.uid
"""


def relationship_counts(hands: Hands) -> ResourceTable:
    """Each tracked entity, by its uid, and the number of relationships that lead from it."""
    columns = (
        "trackedentityid character(11) NOT NULL", "relationshiptypeuid character(11) NOT NULL",
        "relationship_count integer NOT NULL",
    )  # fmt: skip
    return ResourceTable(
        "analytics_rs_relationship", "RELATIONSHIP", columns, COUNTS, ("trackedentityid", "relationshiptypeuid")
    )
