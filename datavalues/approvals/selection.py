"""What a request about approvals names: workflows, periods, org units, attribute option combos."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from datavalues.approvals import errors
from datavalues.importer.context import Workflow
from datavalues.importer.data_sets import load_workflows
from dhis2api.errors import ApiError, Code
from dhis2api.objects.registry import get_schema
from dhis2api.periods import PERIOD_TYPES, InvalidPeriod, Period, find_period, period_type, periods_between
from metadata import models
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO
from sharing.access import Principal, readable

MAX_STATES = 50_000
MAX_GROUPS = 500  # workflows times periods, each of which is looked at by queries of its own


@dataclass(frozen=True, slots=True)
class Place:
    """An org unit."""

    pk: int
    uid: str
    name: str
    path: str

    @property
    def level(self) -> int:
        """1 is the root's."""
        return self.path.count("/")


@dataclass(frozen=True, slots=True)
class Combo:
    """An attribute option combo."""

    pk: int
    uid: str
    category_combo: int

    @property
    def is_default(self) -> bool:
        """Whether it stands for data without attributes."""
        return self.uid == DEFAULT_CATEGORY_OPTION_COMBO


def find_workflows(
    workflows: Sequence[str], data_sets: Sequence[str], principal: Principal, *, none: Code = errors.NO_WORKFLOW
) -> list[Workflow]:
    """The workflows that are named, and those of the data sets, each once.

    Errors: 409 for what does not exist, for a data set without a workflow, and `none` if nothing is named.
    """
    keys = dict.fromkeys(_keys("dataApprovalWorkflow", workflows, principal, errors.UNKNOWN_WORKFLOW, "pk"))
    for uid, workflow in zip(
        data_sets, _keys("dataSet", data_sets, principal, errors.UNKNOWN_DATA_SET, "workflow_id"), strict=True
    ):
        if workflow is None:
            raise ApiError(errors.WITHOUT_WORKFLOW, uid)
        keys[workflow] = None
    if not keys:
        raise ApiError(none)
    found = load_workflows(keys)
    return [found[key] for key in keys]


def _keys(singular: str, uids: Sequence[str], principal: Principal, unknown: Code, column: str) -> list[Any]:
    schema = get_schema(singular)
    rows = schema.model.objects.filter(readable(schema.rules, principal), uid__in=uids)
    found = dict(rows.values_list("uid", column))
    for uid in uids:
        if uid not in found:
            raise ApiError(unknown, uid)
    return [found[uid] for uid in uids]


def read_period(text: str) -> Period:
    """Errors: 409 for a text that is no period."""
    period = find_period(text)
    if period is None:
        raise ApiError(errors.UNKNOWN_PERIOD, text)
    return period


def periods_of(workflow: Workflow, texts: Sequence[str], start: date | None, end: date | None) -> list[Period]:
    """The periods of the workflow's type among those named, or between two dates.

    Errors: 409 for what is no period, for neither or both ways of naming them, for too many.
    """
    if texts and (start or end):
        raise ApiError(errors.TWO_TIMES)
    if texts:
        periods = [read_period(text) for text in texts]
        return [period for period in periods if period.type.name == workflow.period_type]
    if start is None or end is None:
        raise ApiError(errors.NO_TIME)
    if workflow.period_type not in PERIOD_TYPES:
        return []
    kind = period_type(workflow.period_type)
    check_number(kind.index_of(end) - kind.index_of(start), 1)
    try:
        return list(periods_between(kind, start, end))
    except InvalidPeriod as error:  # a week that begins before the year 1, or ends after 9999
        raise ApiError(errors.UNKNOWN_PERIOD, f"{start}, {end}") from error


def find_places(uids: Iterable[str]) -> list[Place]:
    """Org units in the order of `uids`. Errors: 409 for one that does not exist."""
    wanted = list(dict.fromkeys(uids))
    rows = models.OrganisationUnit.objects.filter(uid__in=wanted)
    found = {row[1]: Place(*row) for row in rows.values_list("pk", "uid", "name", "path")}
    for uid in wanted:
        if uid not in found:
            raise ApiError(errors.UNKNOWN_ORG_UNIT, uid)
    return [found[uid] for uid in wanted]


def find_combos(uids: Iterable[str]) -> list[Combo]:
    """Attribute option combos, the default one if none is named. Errors: 409 for one that does not exist."""
    wanted = list(dict.fromkeys(uid for uid in uids if uid)) or [DEFAULT_CATEGORY_OPTION_COMBO]
    found = {combo.uid: combo for combo in load_combos(Q(uid__in=wanted))}
    for uid in wanted:
        if uid not in found:
            raise ApiError(errors.UNKNOWN_COMBO, uid)
    return [found[uid] for uid in wanted]


def load_combos(query: Q) -> list[Combo]:
    """Option combos by a query, in the order of their names."""
    rows = models.CategoryOptionCombo.objects.filter(query).order_by("name", "pk")
    return [Combo(*row) for row in rows.values_list("pk", "uid", "category_combo_id")]


def check_number(groups: int, pairs: int) -> None:
    """Errors: 409 for more states than one request may ask for, or more workflows and periods than it may combine."""
    if groups > MAX_GROUPS:
        raise ApiError(errors.TOO_MANY_PERIODS, groups, MAX_GROUPS)
    if groups * pairs > MAX_STATES:
        raise ApiError(errors.TOO_MANY, groups * pairs, MAX_STATES)
