"""What a user's org units must satisfy; the rest of a user's rules is the users app's."""

from __future__ import annotations

from collections.abc import Iterator

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.errors import E7617
from metadata.hierarchy import capture_scope
from metadata.models import CategoryConstraint, GroupSetConstraint, OrganisationUnit

_CONSTRAINTS = (
    ("catDimensionConstraints", CategoryConstraint, "category_id"),
    ("cogsDimensionConstraints", GroupSetConstraint, "category_option_group_set_id"),
)
_SETS = ("organisationUnits", "dataViewOrganisationUnits", "teiSearchOrganisationUnits")


def org_units_in_own_hierarchy(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E7617, once for each set: who is no superuser gives out units of the own hierarchy only."""
    if bundle.principal.is_superuser:
        return
    scope = capture_scope(bundle.user_pk)
    for name in _SETS:
        units = OrganisationUnit.objects.filter(pk__in=item.members.get(name, ()))
        for uid, path in units.values_list("uid", "path"):
            if not scope.covers(path):
                yield Fault(E7617, (uid, bundle.principal.username), name, main_id=item.uid)
                break


def inherit_constraints(bundle: Bundle, objects: list[ImportObject]) -> None:
    """New users see no more of the data than their creator: they have the same dimension constraints."""
    created = [item for item in objects if item.stored is None]
    for name, model, column in _CONSTRAINTS if created else ():
        keys = list(model.objects.filter(user_id=bundle.user_pk).order_by("pk").values_list(column, flat=True))
        for item in created if keys else ():
            item.members[name] = keys
