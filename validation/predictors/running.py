"""Running predictors, one after the other in the order of their names: what one predicts the next one may read.

Each predictor is a transaction: one that cannot be computed changes nothing, and those before it stay.
Source: DHIS2 2.42, predictors.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dhis2api.objects.writers import record_writer
from metadata.hierarchy import capture_scope
from metadata.models import OrganisationUnit, Predictor
from validation.predictors.definitions import Definitions, Plan
from validation.predictors.errors import PredictorFault
from validation.predictors.evaluating import prepare
from validation.predictors.sampling import output_periods
from validation.predictors.writing import Counts, Stamp, store_predictions

SYSTEM = "system-process"
UNABLE = "Unable to predict {}: {}"


@dataclass(slots=True)
class PredictionSummary:
    """What a run did. Source: DHIS2 2.42, PredictionSummary."""

    predictors: int = 0
    counts: Counts = field(default_factory=Counts)
    faults: list[str] = field(default_factory=list)

    @property
    def predictions(self) -> int:
        """How many values the predictors gave."""
        return self.counts.inserted + self.counts.updated + self.counts.unchanged

    def to_dict(self) -> dict[str, Any]:
        """The `response` member, and the summary of a job."""
        found: dict[str, Any] = {"responseType": "PredictionSummary", "status": "ERROR" if self.faults else "SUCCESS"}
        if self.faults:
            found["description"] = "; ".join(self.faults)
        return found | {
            "predictors": self.predictors, "inserted": self.counts.inserted, "updated": self.counts.updated,
            "deleted": self.counts.deleted, "unchanged": self.counts.unchanged,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """Between which days, both inclusive, periods are predicted."""

    start: datetime.date
    end: datetime.date


def find_predictors(uids: Collection[str], groups: Collection[str]) -> list[Predictor]:
    """Those named and the members of groups named, by name; all of them where nothing is named."""
    wanted = Predictor.objects.all()
    if uids or groups:
        wanted = wanted.filter(Q(uid__in=list(uids)) | Q(predictor_groups__uid__in=list(groups))).distinct()
    return list(wanted.select_related("output_combo").order_by("name", "pk"))


def run_each(
    predictors: Collection[Predictor], span: Span, user: Any = None,
    step: Callable[[], AbstractContextManager[Any]] = transaction.atomic,
) -> Iterator[tuple[Predictor, Counts | PredictorFault]]:  # fmt: skip
    """Run predictors while they are asked for; each with what it changed, or why it could not be computed.

    Shapes: without a user, all org units are predicted; with one, those of his hierarchy. `step` gives the transaction
        of each predictor.
    """
    definitions = Definitions(predictors)
    for predictor in predictors:
        try:
            with step():
                outcome: Counts | PredictorFault = predict(predictor, definitions, span, user)
        except PredictorFault as fault:
            outcome = fault
        yield predictor, outcome


def summarize(outcomes: Iterable[tuple[Predictor, Counts | PredictorFault]]) -> PredictionSummary:
    """The summary of a run; one predictor that cannot be computed does not keep the others from running."""
    summary = PredictionSummary()
    for predictor, outcome in outcomes:
        if isinstance(outcome, PredictorFault):
            summary.faults.append(UNABLE.format(predictor.name, outcome))
        else:
            summary.predictors += 1
            summary.counts.add(outcome)
    return summary


def predict(predictor: Predictor, definitions: Definitions, span: Span, user: Any = None) -> Counts:
    """Predict the periods of one predictor, in order. Errors: PredictorFault, and nothing may be kept.

    The number of queries depends on the number of periods and the kinds of items alone.
    """
    plan = definitions.plan(predictor)
    stamp = Stamp(SYSTEM if user is None else user.username, timezone.now())
    org_units = _org_units(plan, user)
    counts = Counts()
    for period in output_periods(plan.period_type, span.start, span.end) if org_units else ():
        found = prepare(plan, period, org_units, definitions.default.pk)
        counts.add(store_predictions(dict(found.predict(org_units)), plan.outputs, period, org_units, stamp))
    if counts.inserted or counts.updated or counts.deleted:
        record_writer(stamp.now)
    return counts


def _org_units(plan: Plan, user: Any) -> list[int]:
    units: Iterable[Any] = OrganisationUnit.objects.filter(hierarchy_level__in=plan.levels)
    if user is not None:
        units = units.filter(capture_scope(user.pk).to_q())  # type: ignore[attr-defined]
    return list(units.order_by("pk").values_list("pk", flat=True))  # type: ignore[attr-defined]
