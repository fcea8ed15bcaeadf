"""Who asks about approvals: his places, his levels, his authorities, and the settings that matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from configuration.settings import system_settings
from datavalues.approvals.selection import Place
from datavalues.importer.context import Workflow
from dhis2api.objects.registry import get_schema
from metadata.hierarchy import Scope, capture_scope, data_view_scope
from metadata.models import CategoryConstraint, CategoryOptionGroupSet, DataApprovalLevel, GroupSetConstraint
from sharing.access import Principal, readable

ACCEPTANCE, YEARS = "keyAcceptanceRequiredForApproval", "keyIgnoreAnalyticsApprovalYearThreshold"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user; `levels` are the keys of the approval levels that count as his own where his org units lie."""

    pk: int
    principal: Principal
    capture: Scope
    data_view: Scope
    levels: frozenset[int]
    has_constraints: bool
    acceptance_required: bool
    hides_unapproved: bool

    def has(self, authority: str) -> bool:
        """Whether the user has an authority."""
        return self.principal.has_any((authority,))

    def level_index(self, workflow: Workflow, place: Place) -> int | None:
        """The index, 0 the highest, of the level at which the user deals with the data of an org unit."""
        tops = [top for top in self.capture.paths if place.path == top or place.path.startswith(top + "/")]
        if not tops:
            return None
        own = min(top.count("/") for top in tops)
        for index, level in enumerate(workflow.levels):
            if level.org_unit_level >= own and level.pk in self.levels:
                return index
        return None


def load_viewer(user: Any) -> Viewer:
    """A user with what states and permissions depend on; a fixed number of queries."""
    settings = system_settings(ACCEPTANCE, YEARS)
    has_constraints = (
        CategoryConstraint.objects.filter(user_id=user.pk).exists()
        or GroupSetConstraint.objects.filter(user_id=user.pk).exists()
    )
    return Viewer(
        user.pk, user.principal, capture_scope(user.pk), data_view_scope(user.pk),
        _own_levels(user.principal, has_constraints=has_constraints), has_constraints,
        acceptance_required=settings[ACCEPTANCE], hides_unapproved=settings[YEARS] >= 0,
    )  # fmt: skip


def _own_levels(principal: Principal, *, has_constraints: bool) -> frozenset[int]:
    """Readable levels: of all attributes for those who see all of them, of group sets that may be read."""
    group_sets = CategoryOptionGroupSet.objects.filter(readable(get_schema("categoryOptionGroupSet").rules, principal))
    readable_sets = set(group_sets.values_list("pk", flat=True))
    levels = DataApprovalLevel.objects.filter(readable(get_schema("dataApprovalLevel").rules, principal))
    return frozenset(
        pk for pk, group_set in levels.values_list("pk", "category_option_group_set_id")
        if (not has_constraints if group_set is None else group_set in readable_sets)
    )  # fmt: skip
