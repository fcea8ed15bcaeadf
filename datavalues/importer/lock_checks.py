"""Checks of whether the data sets of a value take data now (E7640-E7644).

Locks say the same of all data elements that share their data sets, and mostly of all org units too. So each is asked
first for data sets and period alone; only where a set refuses there, org units and attribute option combos are
looked at, with what is needed of the database loaded once a chunk. Source: DHIS2 2.42, data values, order of checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils import timezone

from datavalues import errors as codes
from datavalues.importer.check import Check, Failing, Record
from datavalues.importer.context import Context, DataSet, OptionCombo, OrgUnit
from datavalues.importer.data_sets import data_sets_of, is_assigned, load_assignments, named_data_set
from datavalues.importer.resolve import ResolvedChunk
from datavalues.locking import (
    is_expired,
    is_open_for_input,
    latest_open_period,
    load_approvals,
    load_lock_exceptions,
    may_edit_expired,
)
from datavalues.records import Chunk
from dhis2api.errors import Conflict
from dhis2api.periods import Period

Sent = tuple[str | None, str | None, str | None]  # data element, data set and period as they were sent


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, which costs nothing
class Subject:
    """What a lock is asked of: a period, and the data sets that a value may belong to.

    `is_named` if the payload names the set: then it counts wherever the value comes from.
    """

    data_sets: tuple[DataSet, ...]
    period: Period
    is_named: bool


@dataclass(slots=True)
class Question:
    """The distinct subjects of a chunk, the same for all locks, and the same object for all values that share it."""

    chunk: Chunk
    subjects: dict[Sent, Subject] = field(default_factory=dict)


Refuses = Callable[[DataSet, Period], bool]
RefusesHere = Callable[[DataSet, Period, OrgUnit, OptionCombo], bool]


@dataclass(frozen=True, slots=True)
class Lock:
    """`refuses` is the rule for data set and period; `refine` may narrow it down by place, for doubtful subjects."""

    refuses: Callable[[Context], Refuses]
    is_strict: Callable[[Context], bool]
    refine: Callable[[Context, ResolvedChunk, set[Subject]], RefusesHere] | None = None

    def __call__(self, context: Context, resolved: ResolvedChunk) -> Failing:
        """The failing positions, each with the data sets that refuse it."""
        subjects = _question(context, resolved).subjects
        refuses = self.refuses(context)
        doubtful = {s for s in set(subjects.values()) if any(refuses(each, s.period) for each in s.data_sets)}
        if not doubtful:
            return ()
        load_assignments(context, set(resolved.org_unit))
        here = self.refine(context, resolved, doubtful) if self.refine else None
        is_strict = self.is_strict(context)

        @cache
        def targets(data_sets: tuple[DataSet, ...], unit: OrgUnit, combo: OptionCombo) -> tuple[DataSet, ...]:
            return tuple(each for each in data_sets if _takes(context, each, unit, combo))

        @cache
        def refusing(subject: Subject, among: tuple[DataSet, ...]) -> list[DataSet]:
            return [each for each in among if refuses(each, subject.period)]

        def ask(subject: Subject, unit: OrgUnit, combo: OptionCombo) -> list[DataSet]:
            among = subject.data_sets if subject.is_named else targets(subject.data_sets, unit, combo)
            found = refusing(subject, among)
            if found and here is not None:
                found = [each for each in found if here(each, subject.period, unit, combo)]
            return found if is_strict or len(found) == len(among) else []

        return _failing(resolved, subjects, doubtful, ask)


def _question(context: Context, resolved: ResolvedChunk) -> Question:
    """The subjects of a chunk; made by the first lock that asks."""
    chunk = resolved.chunk
    question = context.lock_question
    if question is None or question.chunk is not chunk:
        question = context.lock_question = Question(chunk)
        shared: dict[tuple[tuple[DataSet, ...], str | None, bool], Subject] = {}
        for sent in set(_sent(chunk)):
            element, named, text = sent
            sets, period = _sets_of(context, element, named), context.metadata.periods.get(text)
            if not sets or period is None:
                continue  # refused already, or free
            key = (sets, text, bool(named))
            if key not in shared:
                shared[key] = Subject(sets, period, is_named=bool(named))
            question.subjects[sent] = shared[key]
    return question


def _sent(chunk: Chunk) -> Iterator[Sent]:
    return zip(chunk.data_element, chunk.data_set, chunk.period, strict=True)


def _sets_of(context: Context, element: str | None, named: str | None = None) -> tuple[DataSet, ...]:
    """The data sets that values of an element belong to, or the one that they were sent for."""
    found = context.metadata.data_elements.get(element)
    if found is None:
        return ()
    if not named:
        return data_sets_of(context, found.pk)
    data_set = named_data_set(context, named)
    return (data_set,) if data_set else ()


def _takes(context: Context, data_set: DataSet, unit: OrgUnit, combo: OptionCombo) -> bool:
    """Whether a value of the data set's elements belongs to it: reported there, with its attributes."""
    return data_set.category_combo == combo.category_combo and is_assigned(context, data_set, unit)


def _failing(
    resolved: ResolvedChunk,
    subjects: dict[Sent, Subject],
    doubtful: set[Subject],
    ask: Callable[[Subject, OrgUnit, OptionCombo], list[DataSet]],
) -> Failing:
    """Asked once a distinct subject, org unit and attribute option combo."""
    in_doubt = {sent: subject for sent, subject in subjects.items() if subject in doubtful}
    asked = map(in_doubt.get, _sent(resolved.chunk))
    keys = list(zip(asked, resolved.org_unit, resolved.attribute_option_combo, strict=True))
    wrong = {key: found for key in set(keys) if None not in key and (found := ask(*key))}
    if not wrong:
        return ()
    return [(position, wrong[key]) for position, key in enumerate(keys) if key in wrong]


def _expired(context: Context) -> Refuses:
    return lambda data_set, period: is_expired(data_set, period, context.now)


def _without_exception(context: Context, resolved: ResolvedChunk, doubtful: set[Subject]) -> RefusesHere:
    exceptions = load_lock_exceptions(_sets(doubtful), _periods(doubtful))
    return lambda data_set, period, unit, combo: (data_set.pk, period.iso, unit.pk) not in exceptions


def _in_future(context: Context) -> Refuses:
    today = timezone.localdate(context.now)
    last: dict[DataSet, Period] = {}

    def refuses(data_set: DataSet, period: Period) -> bool:
        if data_set not in last:
            last[data_set] = latest_open_period(data_set, today)
        return period.end > last[data_set].end

    return refuses


def _has_workflow(context: Context) -> Refuses:
    return lambda data_set, period: data_set.workflow is not None and data_set.workflow.period_type == period.type.name


def _approved(context: Context, resolved: ResolvedChunk, doubtful: set[Subject]) -> RefusesHere:
    paths = {unit.path for unit in set(resolved.org_unit) if unit is not None}
    approvals = load_approvals(_sets(doubtful), _periods(doubtful), paths, hold=True)
    return lambda data_set, period, unit, combo: approvals.is_approved(data_set, period, unit.path, combo.pk)


def _closed(context: Context) -> Refuses:
    today = timezone.localdate(context.now)
    return lambda data_set, period: not is_open_for_input(data_set, period, today)


def _closed_everywhere(context: Context, resolved: ResolvedChunk) -> Failing:
    """No data set of the element takes the period today, whether it is reported there or not."""
    closed = _closed(context)
    wrong = set()
    for sent, subject in _question(context, resolved).subjects.items():
        sets = _sets_of(context, sent[0])
        if sets and all(closed(each, subject.period) for each in sets):
            wrong.add(sent)
    if not wrong:
        return ()
    return [(position, True) for position, sent in enumerate(_sent(resolved.chunk)) if sent in wrong]


def _sets(subjects: Iterable[Subject]) -> set[DataSet]:
    return {each for subject in subjects for each in subject.data_sets}


def _periods(subjects: Iterable[Subject]) -> set[Period]:
    return {subject.period for subject in subjects}


def _name(record: Record, data_set: DataSet) -> str:
    """A data set as the payload names it."""
    return record.data_set or data_set.uid


def _tell_period(code: Any) -> Any:
    """Conflicts of period and data set, one for each set."""

    def tell(context: Context, record: Record, wrong: list[DataSet]) -> Iterator[Conflict]:
        for data_set in wrong:
            objects = {"period": record.period or "", "dataSet": _name(record, data_set)}
            yield Conflict(code, tuple(objects.values()), "period", objects, record.index)

    return tell


def _tell_future(context: Context, record: Record, wrong: list[DataSet]) -> Iterator[Conflict]:
    today = timezone.localdate(context.now)
    for data_set in wrong:
        objects = {
            "period": record.period or "", "dataElement": record.data_element or "",
            "dataSet": _name(record, data_set),
        }  # fmt: skip
        last = latest_open_period(data_set, today).iso
        yield Conflict(codes.E7641, (*objects.values(), last), "period", objects, record.index)


def _tell_approved(context: Context, record: Record, wrong: list[DataSet]) -> Iterator[Conflict]:
    combo = record.attribute_option_combo or context.metadata.default_combo.uid
    for data_set in wrong:
        objects = {
            "organisationUnit": record.org_unit or "", "period": record.period or "", "categoryOptionCombo": combo,
            "dataSet": _name(record, data_set),
        }  # fmt: skip
        yield Conflict(codes.E7642, tuple(objects.values()), None, objects, record.index)


def _tell_closed(context: Context, record: Record, wrong: bool) -> Iterator[Conflict]:
    yield Conflict(codes.E7644, (record.period,), "period", {"period": record.period or ""}, record.index)


def _counts(context: Context) -> bool:
    """`force` of a superuser opens every lock."""
    return not context.params.force


# In DHIS2's order.
CHECKS: tuple[Check, ...] = (
    Check("E7640", Lock(_expired, lambda context: context.params.strict_data_set_locking, _without_exception),
          _tell_period(codes.E7640), lambda context: _counts(context) and not may_edit_expired(context.principal)),
    Check("E7641", Lock(_in_future, lambda context: True), _tell_future, _counts),
    Check("E7642", Lock(_has_workflow, lambda context: context.params.strict_data_set_approval, _approved),
          _tell_approved, _counts),
    Check("E7643", Lock(_closed, lambda context: context.params.strict_data_set_input_periods),
          _tell_period(codes.E7643), _counts),
    Check("E7644", _closed_everywhere, _tell_closed, _counts),
)  # fmt: skip
