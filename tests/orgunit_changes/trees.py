"""Districts with any number of org units below them, made as rows: by way of the API it would take minutes."""

from __future__ import annotations

from dhis2api.objects.uids import generate_uid
from metadata.models import OrganisationUnit
from tests.tracker.world import place

FACILITIES = 99  # below each chiefdom


def make_district(below: str, descendants: int) -> OrganisationUnit:
    """A district below this unit, with so many chiefdoms and facilities of theirs in and below it."""
    top = place(below)
    district = _unit("District", top)
    chiefdoms = [_unit(f"Chiefdom {number}", district) for number in range(-(-descendants // (FACILITIES + 1)))]
    wanted = descendants - len(chiefdoms)
    facilities = [_unit(f"Facility {number}", chiefdoms[number % len(chiefdoms)]) for number in range(wanted)]
    for units in ([district], chiefdoms, facilities):
        for unit in units:
            unit.parent_id = unit.parent.pk
        OrganisationUnit.objects.bulk_create(units)
    return district


def _unit(name: str, parent: OrganisationUnit) -> OrganisationUnit:
    uid = generate_uid()
    return OrganisationUnit(
        uid=uid, name=name, short_name=name, opening_date="2000-01-01", parent=parent, path=f"{parent.path}/{uid}",
        hierarchy_level=parent.hierarchy_level + 1, created="2001-01-01T00:00Z", last_updated="2001-01-01T00:00Z",
    )  # fmt: skip
