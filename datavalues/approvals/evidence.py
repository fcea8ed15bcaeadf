"""What decides a state, loaded for all org units and attribute option combos of a request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from datavalues.approvals.selection import Combo, Place
from datavalues.approvals.viewers import Viewer
from datavalues.importer.context import Workflow, WorkflowLevel
from datavalues.models import DataApproval
from dhis2api.objects.registry import get_schema
from dhis2api.periods import Period
from metadata import models
from metadata.hierarchy import Scope
from sharing.access import data_readable


@dataclass(frozen=True, slots=True)
class Row:
    """A stored approval; names are those of its creator and its last updater."""

    pk: int
    accepted: bool
    created: datetime
    last_updated: datetime
    creator: tuple[str, str] | None  # username, full name
    updater: tuple[str, str] | None


@dataclass(slots=True)
class Evidence:
    """Approvals by (level, uid of the org unit, combo); org units that report to the workflow; combos that count."""

    scope: Scope
    rows: dict[tuple[int, str, int], Row] = field(default_factory=dict)
    reporting: dict[str, set[str]] = field(default_factory=dict)  # path of a place → paths at or below that report
    valid: set[int] = field(default_factory=set)  # combos whose options are valid for the period and the user
    places_of: dict[int, list[tuple[str, ...]]] = field(default_factory=dict)  # combo → restrictions, all must cover

    def is_approvable(self, place: Place, combo: Combo) -> bool:
        """Whether there is anything to approve that the user sees."""
        if not self.scope.covers(place.path) or combo.pk not in self.valid or not self.reporting.get(place.path):
            return False
        return all(Scope(paths).covers(place.path) for paths in self.places_of.get(combo.pk, ()))

    def approved(self, level: WorkflowLevel, place: Place, combo: Combo) -> Row | None:
        """The approval of an org unit, or of the one above it, at a level."""
        uids = place.path.split("/")[1:]
        return self.rows.get((level.pk, uids[level.org_unit_level - 1], combo.pk))

    def is_complete_below(self, level: WorkflowLevel, place: Place, combo: Combo) -> bool:
        """Whether all org units of a lower level that report are approved, and accepted if they have to be."""
        due = {
            uids[level.org_unit_level - 1]
            for uids in (path.split("/")[1:] for path in self.reporting[place.path])
            if len(uids) >= level.org_unit_level
        }
        found = [self.rows.get((level.pk, uid, combo.pk)) for uid in due]
        return all(row is not None and row.accepted for row in found)


def load_evidence(
    workflow: Workflow, period: Period, places: Collection[Place], combos: Collection[Combo], viewer: Viewer
) -> Evidence:
    """Load what the states of all pairs depend on; a fixed number of queries."""
    evidence = Evidence(viewer.data_view)
    evidence.reporting = _reporting(workflow, places)
    evidence.rows = _rows(workflow, period, evidence.reporting, places, combos)
    _load_options(evidence, period, combos, viewer)
    if not viewer.acceptance_required:  # then an approval counts as accepted, whatever it was when it was made
        evidence.rows = {key: _accepted(row) for key, row in evidence.rows.items()}
    return evidence


def _accepted(row: Row) -> Row:
    return Row(row.pk, True, row.created, row.last_updated, row.creator, row.updater)


def _reporting(workflow: Workflow, places: Collection[Place]) -> dict[str, set[str]]:
    """Of each place, the org units at or below it to which a data set of the workflow is assigned."""
    found: dict[str, set[str]] = {place.path: set() for place in places}
    if not found:
        return found
    assigned = models.DataSet.organisation_units.through.objects.filter(
        Scope(tuple(_topmost(found))).to_q("organisationunit__"), dataset__workflow_id=workflow.pk
    )
    for path in set(assigned.values_list("organisationunit__path", flat=True)):
        uids = path.split("/")
        for depth in range(2, len(uids) + 1):
            if (top := "/".join(uids[:depth])) in found:
                found[top].add(path)
    return found


def _topmost(paths: Collection[str]) -> list[str]:
    """The paths that lie below no other."""
    kept: list[str] = []
    for path in sorted(paths, key=lambda text: text + "/"):
        if not kept or not path.startswith(kept[-1] + "/"):
            kept.append(path)
    return kept


def _rows(
    workflow: Workflow, period: Period, reporting: dict[str, set[str]], places: Collection[Place],
    combos: Collection[Combo],
) -> dict[tuple[int, str, int], Row]:  # fmt: skip
    """Approvals of the places, of what lies above them and of what reports below them."""
    uids = {uid for place in places for uid in place.path.split("/") if uid}
    uids |= {uid for paths in reporting.values() for path in paths for uid in path.split("/") if uid}
    rows = DataApproval.objects.filter(
        workflow_id=workflow.pk, organisation_unit__uid__in=uids,
        attribute_option_combo_id__in=[combo.pk for combo in combos],
        period__start_date__lte=period.end, period__end_date__gte=period.end,
    ).select_related("creator", "last_updated_by", "organisation_unit")  # fmt: skip
    return {
        (row.level_id, row.organisation_unit.uid, row.attribute_option_combo_id): Row(
            row.pk, row.accepted, row.created, row.last_updated,
            row.creator and (row.creator.username, row.creator.name),
            row.last_updated_by and (row.last_updated_by.username, row.last_updated_by.name),
        )
        for row in rows
    }  # fmt: skip


def _load_options(evidence: Evidence, period: Period, combos: Collection[Combo], viewer: Viewer) -> None:
    """Combos of which every option is valid in the period, and its data readable; where they are bound to places."""
    evidence.valid = {combo.pk for combo in combos if not (combo.is_default and viewer.has_constraints)}
    others = [combo.pk for combo in combos if not combo.is_default]
    if not others:
        return
    through = models.CategoryOptionCombo.category_options.through
    links = list(
        through.objects.filter(categoryoptioncombo_id__in=others).values_list(
            "categoryoptioncombo_id", "categoryoption_id"
        )
    )
    options = {option for _, option in links}
    fitting = models.CategoryOption.objects.filter(
        Q(start_date=None) | Q(start_date__lte=period.end), Q(end_date=None) | Q(end_date__gte=period.start),
        data_readable(get_schema("categoryOption").rules, viewer.principal), pk__in=options,
    )  # fmt: skip
    valid = set(fitting.values_list("pk", flat=True))
    paths: dict[int, list[str]] = defaultdict(list)
    restricted = models.CategoryOption.organisation_units.through.objects.filter(categoryoption_id__in=options)
    for option, path in restricted.values_list("categoryoption_id", "organisationunit__path"):
        paths[option].append(path)
    for combo, option in links:
        if option not in valid:
            evidence.valid.discard(combo)
        if option in paths:
            evidence.places_of.setdefault(combo, []).append(tuple(paths[option]))
