"""What makes two relationships the same one."""

from __future__ import annotations

from tracker.importer.items import Side
from tracker.importer.known import RelationshipType


def relationship_key(type: RelationshipType, from_side: Side, to_side: Side) -> str:
    """Type and sides; a bidirectional one is the same from either side, so its sides stand in one order.

    The kinds of the sides follow from the type.
    """
    first, second = from_side[1], to_side[1]
    if type.bidirectional and second < first:
        first, second = second, first
    return f"{type.uid}:{first}:{second}"
