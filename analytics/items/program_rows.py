"""Rows that program indicators are evaluated over: events or enrollments, with the values that expressions name."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
from django.db import connection
from django.utils import timezone

from analytics.items.boundaries import Target, window
from analytics.items.data_values import CONVERTED, kind_of
from analytics.items.places import DESCENDANTS
from analytics.items.values import Question
from analytics.plans import local
from analytics.tables.events import WANTED
from analytics.years import EVENT_DATE
from dhis2api.periods import Period
from expressions.expression import Expression
from expressions.items import Item, ItemKind
from expressions.kinds import Kind, Value
from expressions.over_values.compiling import OF_ITEMS
from expressions.over_values.operands import as_number
from metadata.models import Constant, DataElement, TrackedEntityAttribute

if TYPE_CHECKING:
    from analytics.items.program_indicators import Asked

FETCHED = 2_000  # rows at a time
TARGETS = tuple(Target)
_DATES = {
    Target.EVENT_DATE: EVENT_DATE, Target.SCHEDULED_DATE: local("event.scheduled_at"),
    Target.ENROLLMENT_DATE: local("enrollment.enrolled_at"), Target.INCIDENT_DATE: local("enrollment.occurred_at"),
}  # fmt: skip
OF_ENROLLMENTS = (Target.ENROLLMENT_DATE, Target.INCIDENT_DATE)


def _within(targets: Sequence[Target]) -> str:
    """Whether the dates of a row lie in a window; a target that the window leaves open may be missing."""
    return " AND ".join(
        f"(bound.{target.lower()}_first IS NULL"
        f" OR {_DATES[target]}::date BETWEEN bound.{target.lower()}_first AND bound.{target.lower()}_last)"
        for target in targets
    )


_BOUNDS = ", ".join(f"%({target.lower()}_{end})s::date[]" for target in TARGETS for end in ("first", "last"))
_NAMES = ", ".join(f"{target.lower()}_{end}" for target in TARGETS for end in ("first", "last"))
_HEAD = f"""
    WITH place AS MATERIALIZED ({DESCENDANTS}), above AS MATERIALIZED (
        SELECT unit, array_agg(asked) AS asked FROM place GROUP BY unit
    ), bound AS MATERIALIZED (
        SELECT * FROM unnest(%(numbers)s::int[], %(programs)s::int[], {_BOUNDS}) AS bound (number, program, {_NAMES})
    )
"""
_VALUES = """(
    SELECT jsonb_object_agg(key, entry.value ->> 'value') FROM jsonb_each(event.data_values) AS entry
    WHERE key = ANY(%(elements)s) AND entry.value ->> 'value' IS NOT NULL
)"""
_ATTRIBUTES = """CASE WHEN cardinality(%(attributes)s::text[]) > 0 THEN (
    SELECT jsonb_object_agg(attribute.uid, own.value) FROM tracked_entity_attribute_value AS own
    JOIN metadata_trackedentityattribute AS attribute ON attribute.id = own.attribute_id
    WHERE own.tracked_entity_id = enrollment.tracked_entity_id AND attribute.uid = ANY(%(attributes)s)
      AND own.value IS NOT NULL
) END"""
_OF_ENROLLMENT = f"""
    {local("enrollment.enrolled_at")}::date, {local("enrollment.occurred_at")}::date, enrollment.status,
    {local("enrollment.completed_at")}::date, {local("enrollment.created_at")}::date
"""
EVENTS = f"""
    {_HEAD}
    SELECT event.id, event.enrollment_id, event.tracked_entity_id, event.organisation_unit_id, above.asked,
        found.windows, {_ATTRIBUTES}, {_OF_ENROLLMENT},
        jsonb_build_array(jsonb_build_array(
            stage.uid, {EVENT_DATE}::date, {_VALUES}, stage.name, {local("event.occurred_at")}::date,
            {local("event.scheduled_at")}::date, {local("event.completed_at")}::date,
            {local("event.created_at")}::date, event.status
        ))
    FROM event
    JOIN enrollment ON enrollment.id = event.enrollment_id AND NOT enrollment.deleted
    JOIN metadata_programstage AS stage ON stage.id = event.program_stage_id
    JOIN above ON above.unit = event.organisation_unit_id
    CROSS JOIN LATERAL (
        SELECT array_agg(bound.number) AS windows FROM bound
        WHERE bound.program = event.program_id AND {_within(TARGETS)}
    ) AS found
    WHERE event.program_id = ANY(%(programs)s) AND {WANTED} AND found.windows IS NOT NULL
"""
ENROLLMENTS = f"""
    {_HEAD}
    SELECT NULL, enrollment.id, enrollment.tracked_entity_id, enrollment.organisation_unit_id, above.asked,
        found.windows, {_ATTRIBUTES}, {_OF_ENROLLMENT}, (
            SELECT jsonb_agg(jsonb_build_array(
                stage.uid, {EVENT_DATE}::date, {_VALUES}, stage.name, {local("event.occurred_at")}::date,
                {local("event.scheduled_at")}::date, {local("event.completed_at")}::date,
                {local("event.created_at")}::date, event.status
            ) ORDER BY {EVENT_DATE}, event.id)
            FROM event JOIN metadata_programstage AS stage ON stage.id = event.program_stage_id
            WHERE event.enrollment_id = enrollment.id AND {WANTED}
        )
    FROM enrollment
    JOIN above ON above.unit = enrollment.organisation_unit_id
    CROSS JOIN LATERAL (
        SELECT array_agg(bound.number) AS windows FROM bound
        WHERE bound.program = enrollment.program_id AND {_within(OF_ENROLLMENTS)}
    ) AS found
    WHERE enrollment.program_id = ANY(%(programs)s) AND NOT enrollment.deleted
      AND enrollment.occurred_at IS NOT NULL AND found.windows IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event of a row, with the values asked for."""

    stage: str
    date: str
    values: dict[str, str]
    stage_name: str
    occurred: str | None
    scheduled: str | None
    completed: str | None
    created: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Row:
    """An event with its enrollment, or an enrollment with its events, the earliest first."""

    event: int | None
    enrollment: int
    tracked_entity: int | None
    unit: int
    asked_units: list[int]
    windows: list[int]
    attributes: dict[str, str]
    enrolled: datetime.date | None
    incident: datetime.date | None
    enrollment_status: str
    enrollment_completed: datetime.date | None
    enrollment_created: datetime.date | None
    events: list[Occurrence]

    @property
    def things(self) -> dict[str, int | None]:
        """What the variables that count tell apart."""
        return {
            "event_count": self.event, "enrollment_count": self.enrollment, "tei_count": self.tracked_entity,
            "org_unit_count": self.unit,
        }  # fmt: skip


COUNTED = {
    "EVENT": frozenset({"event_count", "enrollment_count", "tei_count", "org_unit_count"}),
    "ENROLLMENT": frozenset({"enrollment_count", "tei_count", "org_unit_count"}),
}
"""Variables that count different things, where they stand alone."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`V{name}`: what it is, and for which types of analytics."""

    kind: Kind
    get: Callable[[Row, Period], Value]
    types: frozenset[str] = frozenset({"EVENT", "ENROLLMENT"})


def _of_event(kind: Kind, name: str) -> Variable:
    def get(row: Row, period: Period) -> Value:
        text = getattr(row.events[0], name)
        return _date(text) if kind is Kind.DATE else text

    return Variable(kind, get, frozenset({"EVENT"}))


def _date(text: str | None) -> datetime.date | None:
    return None if text is None else datetime.date.fromisoformat(text)


_OCCURRED, _SCHEDULED = _of_event(Kind.DATE, "occurred"), _of_event(Kind.DATE, "scheduled")
KNOWN: dict[str, Variable] = {
    "event_date": _OCCURRED,
    "execution_date": _OCCURRED,
    "due_date": _SCHEDULED,
    "scheduled_date": _SCHEDULED,
    "event_status": _of_event(Kind.TEXT, "status"),
    "program_stage_id": _of_event(Kind.TEXT, "stage"),
    "program_stage_name": _of_event(Kind.TEXT, "stage_name"),
    "creation_date": Variable(
        Kind.DATE, lambda row, period: _date(row.events[0].created) if row.event else row.enrollment_created
    ),
    "completed_date": Variable(
        Kind.DATE, lambda row, period: _date(row.events[0].completed) if row.event else row.enrollment_completed
    ),
    "enrollment_date": Variable(Kind.DATE, lambda row, period: row.enrolled),
    "incident_date": Variable(Kind.DATE, lambda row, period: row.incident),
    "enrollment_status": Variable(Kind.TEXT, lambda row, period: row.enrollment_status),
    "current_date": Variable(Kind.DATE, lambda row, period: timezone.localdate()),
    "analytics_period_start": Variable(Kind.DATE, lambda row, period: period.start),
    "analytics_period_end": Variable(Kind.DATE, lambda row, period: period.end),
}
PER_EXPRESSION = frozenset({"value_count", "zero_pos_value_count"})
"""Variables that look at the values of the expression that they stand in."""


class Source:
    """The rows of one type of analytics, and how their values are named."""

    def __init__(self, analytics_type: str, asked: Sequence[Asked], question: Question) -> None:
        items = {item.key: item for one in asked for item in one.indicator.items}.values()
        elements = {item.parts[1] for item in items if item.kind is ItemKind.STAGE_ELEMENT}
        attributes = {item.parts[0] for item in items if item.kind is ItemKind.ATTRIBUTE}
        constants = {item.parts[0] for item in items if item.kind is ItemKind.CONSTANT}
        self.is_events = analytics_type == "EVENT"
        self.asked = asked
        self.types: dict[str, str] = dict(DataElement.objects.filter(uid__in=elements).values_list("uid", "value_type"))
        shown = TrackedEntityAttribute.objects.filter(uid__in=attributes, confidential=False)
        self.types.update(shown.values_list("uid", "value_type"))
        rows = Constant.objects.filter(uid__in=constants).values_list("uid", "value")
        self.constants = {uid: Decimal(str(value)) for uid, value in rows if value is not None}
        self.windows = [window(one.indicator.boundaries, one.period) for one in asked]
        self.kinds = {item.key: kind for item in items if (kind := self._kind(item)) is not Kind.NUMBER}
        self.sharing: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
        for number, (one, found) in enumerate(zip(asked, self.windows, strict=True)):
            self.sharing[one.indicator.program, *map(found.column, TARGETS)].append(number)
        self.parameters: dict[str, Any] = {
            "units": question.org_units, "numbers": list(range(len(self.sharing))),
            "programs": [program for program, *_ in self.sharing], "elements": sorted(elements & self.types.keys()),
            "attributes": sorted(attributes & self.types.keys()),
        }  # fmt: skip
        for place, target in enumerate(TARGETS, start=1):
            columns = [shared[place] for shared in self.sharing]
            self.parameters[f"{target.lower()}_first"] = [first for first, _ in columns]
            self.parameters[f"{target.lower()}_last"] = [last for _, last in columns]

    def rows(self) -> Iterator[Row]:
        """All rows that lie in a window. One query, in which what has the same window is one."""
        sharing = list(self.sharing.values())
        with connection.cursor() as cursor:
            cursor.execute(EVENTS if self.is_events else ENROLLMENTS, self.parameters)
            while found := cursor.fetchmany(FETCHED):
                for *members, shared, attributes, enrolled, incident, status, completed, created, events in found:
                    occurrences = [
                        Occurrence(stage, date, values or {}, *rest) for stage, date, values, *rest in _json(events)
                    ]
                    windows = [number for at in shared for number in sharing[at]]
                    yield Row(
                        *members, windows, _json(attributes) or {}, enrolled, incident, status, completed, created,
                        occurrences,
                    )  # fmt: skip

    def values(self, row: Row, number: int) -> RowValues:
        """The values of a row as one of what is asked sees them."""
        return RowValues(self, row, number)

    def _kind(self, item: Item) -> Kind:
        if item.kind in (ItemKind.STAGE_ELEMENT, ItemKind.ATTRIBUTE):
            return kind_of(self.types.get(item.parts[-1], "NUMBER"))
        if item.kind is ItemKind.STAGE_EVENT_DATE:
            return Kind.DATE
        if item.kind is ItemKind.ENVIRONMENT and item.parts[0] in KNOWN:
            return KNOWN[item.parts[0]].kind
        return Kind.NUMBER


class RowValues:
    """What a row gives for items, in the window of one of what is asked."""

    def __init__(self, source: Source, row: Row, number: int) -> None:
        self.source = source
        self.row = row
        self.period = source.asked[number].period
        self.events = row.events
        if not source.is_events:
            days = source.windows[number].days
            self.events = [event for event in row.events if _lies_within(event, days)]

    def of(self, expression: Expression) -> dict[str, Value]:
        """The values of an expression's items, by key; without those that there are none of."""
        items = [item for item in expression.items if not _is_per_expression(item)]
        found = {item.key: value for item in items if (value := self._value(item)) is not None}
        data = [found[item.key] for item in items if item.kind in DATA and item.key in found]
        numbers = [number for value in data if (number := as_number(value)) is not None]
        for item in expression.items:
            if _is_per_expression(item):
                counted = len(data) if item.parts[0] == "value_count" else sum(number >= 0 for number in numbers)
                found[item.key] = Decimal(counted)
        return found

    def candidates(self, expression: Expression) -> dict[str, list[Value]]:
        """All values of items of stages, the earliest first; nothing where no function asks for them."""
        if expression.functions.isdisjoint(OF_ITEMS):
            return {}
        items = (item for item in expression.items if item.kind is ItemKind.STAGE_ELEMENT)
        return {item.key: self._of_stage(item) for item in items}

    def _value(self, item: Item) -> Value:
        if item.kind is ItemKind.STAGE_ELEMENT:
            return next(reversed(self._of_stage(item)), None)
        if item.kind is ItemKind.ATTRIBUTE:
            return self._converted(item.parts[0], self.row.attributes.get(item.parts[0]))
        if item.kind is ItemKind.CONSTANT:
            return self.source.constants.get(item.parts[0])
        if item.kind is ItemKind.STAGE_EVENT_DATE:
            dates = [event.occurred for event in self.events if event.stage == item.parts[0] and event.occurred]
            return _date(dates[-1]) if dates else None
        return KNOWN[item.parts[0]].get(self.row, self.period)

    def _of_stage(self, item: Item) -> list[Value]:
        stage, element = item.parts
        texts = [event.values.get(element) for event in self.events if event.stage == stage]
        return [value for text in texts if (value := self._converted(element, text)) is not None]

    def _converted(self, uid: str, text: str | None) -> Value:
        if text is None or uid not in self.source.types:
            return None
        kind = kind_of(self.source.types[uid])
        return as_number(text) if kind is Kind.NUMBER else CONVERTED[kind](text)


DATA = (ItemKind.STAGE_ELEMENT, ItemKind.ATTRIBUTE)


def _is_per_expression(item: Item) -> bool:
    return item.kind is ItemKind.ENVIRONMENT and item.parts[0] in PER_EXPRESSION


def _lies_within(event: Occurrence, days: Mapping[Target, tuple[datetime.date, datetime.date]]) -> bool:
    """Whether the dates of an enrollment's event lie in the window, too."""
    for target, text in ((Target.EVENT_DATE, event.date), (Target.SCHEDULED_DATE, event.scheduled)):
        if target in days:
            day = _date(text)
            if day is None or not days[target][0] <= day <= days[target][1]:
                return False
    return True


def _json(value: Any) -> Any:
    """A document of the database, which the driver may have left as text."""
    return orjson.loads(value) if isinstance(value, str) else value or []
