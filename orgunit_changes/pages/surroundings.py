"""What a map of a request shows besides its two points: where the unit's parent is, and the units beside it."""

from __future__ import annotations

from typing import Any

from metadata.models import OrganisationUnit
from orgunit_changes.errors import FORBIDDEN, forbid
from orgunit_changes.locations import location_of
from orgunit_changes.visibility import sight_of

MOST = 500  # neighbours; more would hide what is looked at
AREAS = ("Polygon", "MultiPolygon")


def surroundings_of(unit: OrganisationUnit, user: Any) -> dict[str, Any]:
    """The outline of the parent, if it has one, and its other children with a point that the user sees.

    Errors: 403 out of sight.
    """
    sight = sight_of(user)
    if not sight.covers(unit):
        raise forbid(FORBIDDEN)
    if unit.parent is None:
        return {"outline": None, "neighbours": []}
    outline = unit.parent.geometry
    beside = (
        OrganisationUnit.objects.filter(sight.to_q(""), parent=unit.parent, geometry__type="Point")
        .exclude(pk=unit.pk).select_related("change_profile").order_by("pk")[:MOST]
    )  # fmt: skip
    return {
        "outline": outline if isinstance(outline, dict) and outline.get("type") in AREAS else None,
        "neighbours": [
            {"name": other.name, **location.to_dict()} for other in beside if (location := location_of(other))
        ],
    }
