"""What the functions of org units ask: where units lie, and what they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from expressions.over_values.cells import Place
from metadata.models import DataSet, OrganisationUnit, OrganisationUnitGroup, Program


def load_places(org_units: Collection[int]) -> dict[int, Place]:
    """The places of org units, by primary keys; four queries."""
    groups = _owners(OrganisationUnitGroup, org_units)
    data_sets = _owners(DataSet, org_units)
    programs = _owners(Program, org_units)
    return {
        pk: Place(
            ancestors=frozenset((path or "").split("/")[1:-1]), groups=frozenset(groups[pk]),
            data_sets=frozenset(data_sets[pk]), programs=frozenset(programs[pk]),
        )
        for pk, path in OrganisationUnit.objects.filter(pk__in=org_units).values_list("pk", "path")
    }  # fmt: skip


def _owners(model: Any, org_units: Collection[int]) -> dict[int, set[str]]:
    """The uids of the objects of a type that have each unit among their org units."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = model.objects.filter(organisation_units__in=org_units)
    for unit, uid in rows.values_list("organisation_units", "uid"):
        found[unit].add(uid)
    return found
