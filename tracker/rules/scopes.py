"""What one object's rules see: variables, environment, candidates, dates. Nothing is computed before it is asked for.

Source: DHIS2 2.42, program rules, variables.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from expressions.errors import EvaluationError
from expressions.kinds import Value
from tracker.importer.items import EnrollmentItem, EventItem
from tracker.rules.families import EventFacts, Family, day_of
from tracker.rules.known import Source, Variable
from tracker.rules.values import NOTHING, from_text

SERVER = "Server"


class _Variables(dict[str, Value]):
    """Values by name, each made when a rule first asks for it."""

    __slots__ = ("scope",)

    def __missing__(self, name: str) -> Value:
        scope = self.scope
        variable = scope.family.rules.variables.get(name)
        if variable is None:
            raise EvaluationError(f"There is no variable `{name}`")
        text = scope.text_of(variable)
        value = self[name] = NOTHING[variable.kind] if text is None else from_text(text, variable.kind)
        return value


class _Environment(dict[str, Value]):
    """Likewise, of what every rule may ask for."""

    __slots__ = ("scope",)

    def __missing__(self, name: str) -> Value:
        found = ENVIRONMENT.get(name)
        if found is None:
            raise EvaluationError(f"There is no V{{{name}}}")
        value = self[name] = found(self.scope)
        return value


class Scope:
    """What the rules of an enrollment see (`event` is None), or those of an event."""

    __slots__ = ("_assigned", "_environment", "event", "family", "item", "variables")

    def __init__(self, family: Family, item: EnrollmentItem | EventItem, event: EventFacts | None) -> None:
        self.family = family
        self.item = item
        self.event = event
        self.variables = _Variables()
        self.variables.scope = self
        self._environment: _Environment | None = None
        self._assigned: set[str] | None = None

    def assign(self, name: str, text: str | None) -> None:
        """What later rules find under a name: a text, without candidates and without a date."""
        self.variables[name] = text or ""
        self._assigned = {name} if self._assigned is None else self._assigned | {name}

    @property
    def environment(self) -> Mapping[str, Value]:
        if self._environment is None:
            self._environment = _Environment()
            self._environment.scope = self
        return self._environment

    @property
    def constants(self) -> Mapping[str, float]:
        return self.family.facts.constants

    @property
    def today(self) -> datetime.date:
        return self.family.facts.today

    @property
    def user_roles(self) -> Collection[str]:
        return self.family.facts.user_roles

    @property
    def user_groups(self) -> Collection[str]:
        return self.family.facts.user_groups

    @property
    def org_unit_groups(self) -> Collection[str]:
        return self.family.facts.org_unit_groups.get(self.item.org_unit.pk, ())

    def has_value(self, name: str) -> bool:
        if self._is_assigned(name):
            return self.variables[name] != ""
        variable = self.family.rules.variables.get(name)
        if variable is not None:
            return self.text_of(variable) is not None
        return name in ENVIRONMENT and self.environment[name] is not None

    def candidates(self, name: str) -> Sequence[str]:
        if self._is_assigned(name):
            return ()
        variable = self._variable(name)
        if variable.source in ONE_VALUE:
            text = self.text_of(variable)
            return () if text is None else (text,)
        if variable.source not in RECORDED or self._source(variable) is None:
            return ()
        return self.family.record(variable.element or "", variable.stage).values

    def event_date(self, name: str) -> datetime.date | None:
        if self._is_assigned(name):
            return None
        variable = self._variable(name)
        if variable.source == Source.TEI_ATTRIBUTE:
            return self.today if self.text_of(variable) is not None else None
        source = self._source(variable)
        return source.day if source is not None and variable.element in source.values else None

    def text_of(self, variable: Variable) -> str | None:
        """The value that a variable stands for: a code, or the name of an option."""
        if variable.source == Source.TEI_ATTRIBUTE:
            text = self.family.attributes.get(variable.attribute or 0)
        else:
            source = self._source(variable)
            text = None if source is None else source.values.get(variable.element or "")
        if text is None or variable.option_names is None:
            return text
        return variable.option_names.get(text, text)

    def _source(self, variable: Variable) -> EventFacts | None:
        """The event that the value of a variable comes from."""
        if variable.source == Source.DATAELEMENT_CURRENT_EVENT:
            return self.event
        if variable.source not in RECORDED:
            return None
        record = self.family.record(variable.element or "", variable.stage)
        if variable.source != Source.DATAELEMENT_PREVIOUS_EVENT:
            return record.newest()
        return None if self.event is None else record.before(self.event)

    def _is_assigned(self, name: str) -> bool:
        return self._assigned is not None and name in self._assigned

    def _variable(self, name: str) -> Variable:
        variable = self.family.rules.variables.get(name)
        if variable is None:
            raise EvaluationError(f"There is no variable `{name}`")
        return variable


ONE_VALUE = frozenset({Source.DATAELEMENT_CURRENT_EVENT, Source.TEI_ATTRIBUTE})
RECORDED = frozenset({
    Source.DATAELEMENT_NEWEST_EVENT_PROGRAM, Source.DATAELEMENT_NEWEST_EVENT_PROGRAM_STAGE,
    Source.DATAELEMENT_PREVIOUS_EVENT,
})  # fmt: skip


def _of_event(member: Callable[[EventItem], Any]) -> Callable[[Scope], Any]:
    """What an enrollment has nothing for."""
    return lambda scope: member(scope.item) if isinstance(scope.item, EventItem) else None


def _day(moment: datetime.datetime | None) -> str | None:
    day = day_of(moment)
    return None if day is None else day.isoformat()


def _completed_at(item: EventItem) -> datetime.datetime | None:
    stored = item.stored.completed_at if item.stored is not None and item.status == "COMPLETED" else None
    return item.completed_at or stored


ENVIRONMENT: dict[str, Callable[[Scope], Value]] = {
    "current_date": lambda scope: scope.today.isoformat(),
    "event_date": _of_event(lambda item: _day(item.occurred_at or item.scheduled_at)),
    "event_status": _of_event(lambda item: item.status),
    "event_count": lambda scope: float(scope.family.count),
    "event_id": _of_event(lambda item: item.uid),
    "due_date": _of_event(lambda item: _day(item.scheduled_at)),
    "completed_date": _of_event(lambda item: _day(_completed_at(item))),
    "program_stage_id": _of_event(lambda item: item.stage.uid),
    "program_stage_name": lambda scope: (
        scope.family.facts.stage_names.get(scope.item.stage.pk) if isinstance(scope.item, EventItem) else None
    ),
    "enrollment_date": lambda scope: _day(scope.family.enrolled_at),
    "incident_date": lambda scope: _day(scope.family.occurred_at),
    "enrollment_id": lambda scope: scope.family.uid,
    "enrollment_status": lambda scope: scope.family.status,
    "enrollment_count": lambda scope: 1.0,
    "tei_count": lambda scope: 1.0,
    "program_name": lambda scope: scope.family.program.name,
    "org_unit": lambda scope: scope.item.org_unit.uid,
    "orgunit_code": lambda scope: scope.family.facts.org_unit_codes.get(scope.item.org_unit.pk),
    "environment": lambda scope: SERVER,
}
"""`V{…}` by name; what an object has nothing for is null."""
