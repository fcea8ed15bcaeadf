"""What one object's rules see: variables, environment, candidates, dates. Nothing is computed before it is asked for.

Source: DHIS2 2.42, program rules, variables.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping
from typing import Any

from expressions.errors import EvaluationError
from expressions.kinds import Value
from expressions.over_rules.candidates import NOBODY, Candidates
from tracker.importer.items import EnrollmentItem, EventItem
from tracker.rules.families import EventFacts, Family
from tracker.rules.known import Source, Variable

SERVER = "Server"


class View:
    """An enrollment (`event` is None) or an event, with what stands around it."""

    __slots__ = ("event", "family", "item")

    def __init__(self, family: Family, item: EnrollmentItem | EventItem, event: EventFacts | None) -> None:
        self.family = family
        self.item = item
        self.event = event

    def text_of(self, variable: Variable) -> str | None:
        """The value that a variable stands for: a code, or the name of an option."""
        if variable.attribute is not None:
            text = self.family.attributes.get(variable.attribute)
        else:
            source = self.source(variable)
            text = None if source is None else source.values.get(variable.element)
        if text is None or variable.option_names is None:
            return text
        return variable.option_names.get(text, text)

    def source(self, variable: Variable) -> EventFacts | None:
        """The event that the value of a variable comes from."""
        if not variable.is_recorded:
            return self.event if variable.source == Source.DATAELEMENT_CURRENT_EVENT else None
        record = self.family.record(variable.element or "", variable.stage)
        if variable.source != Source.DATAELEMENT_PREVIOUS_EVENT:
            return record.newest()
        return None if self.event is None else record.before(self.event)


class _Lazy(dict[str, Any]):
    """Values by name, each made when a rule first asks for it."""

    __slots__ = ("view",)

    def __init__(self, view: View) -> None:
        self.view = view


class _Variables(_Lazy):
    """`#{name}` and `A{name}`."""

    __slots__ = ()

    def __missing__(self, name: str) -> Value:
        view = self.view
        variable = view.family.rules.variables.get(name)
        if variable is None:
            raise EvaluationError(f"There is no variable `{name}`")
        if variable.is_plain:
            text = None if view.event is None else view.event.values.get(variable.element)
        else:
            text = view.text_of(variable)
        value = self[name] = variable.nothing if text is None else variable.convert(text)
        return value


class _Environment(_Lazy):
    """`V{name}`."""

    __slots__ = ()

    def __missing__(self, name: str) -> Value:
        found = ENVIRONMENT.get(name)
        if found is None:
            raise EvaluationError(f"There is no V{{{name}}}")
        value = self[name] = found(self.view)
        return value


class _Presence(_Lazy):
    """Whether a name has a value."""

    __slots__ = ()

    def __missing__(self, name: str) -> bool:
        variable = self.view.family.rules.variables.get(name)
        if variable is not None:
            found = self.view.text_of(variable) is not None
        else:
            found = name in ENVIRONMENT and ENVIRONMENT[name](self.view) is not None
        self[name] = found
        return found


class Scope:
    """What the rules of an object see. Nothing here points back at it, so that it goes when its rules have run."""

    __slots__ = ("_assigned", "environment", "presence", "variables", "view")

    def __init__(self, view: View) -> None:
        self.view = view
        self.variables = _Variables(view)
        self.environment = _Environment(view)
        self.presence = _Presence(view)
        self._assigned: set[str] = set()

    def assign(self, name: str, text: str | None) -> None:
        """What later rules find under a name: a text, without candidates and without a date."""
        self.variables[name] = text or ""
        self.presence[name] = text is not None
        self._assigned.add(name)

    @property
    def constants(self) -> Mapping[str, float]:
        return self.view.family.facts.constants

    @property
    def today(self) -> datetime.date:
        return self.view.family.facts.today

    @property
    def user_roles(self) -> Collection[str]:
        return self.view.family.facts.user_roles

    @property
    def user_groups(self) -> Collection[str]:
        return self.view.family.facts.user_groups

    @property
    def org_unit_groups(self) -> Collection[str]:
        return self.view.family.facts.org_unit_groups.get(self.view.item.org_unit.pk, ())

    def has_value(self, name: str) -> bool:
        return self.presence[name]

    def candidates(self, name: str) -> Candidates:
        if name in self._assigned:
            return NOBODY
        variable, view = self._variable(name), self.view
        if not variable.is_recorded:
            text = view.text_of(variable)
            return NOBODY if text is None else Candidates([text])
        if view.source(variable) is None:
            return NOBODY
        return view.family.record(variable.element or "", variable.stage).candidates

    def event_date(self, name: str) -> datetime.date | None:
        if name in self._assigned:
            return None
        variable, view = self._variable(name), self.view
        if variable.source == Source.TEI_ATTRIBUTE:
            return self.today if view.text_of(variable) is not None else None
        source = view.source(variable)
        return source.day if source is not None and variable.element in source.values else None

    def _variable(self, name: str) -> Variable:
        variable = self.view.family.rules.variables.get(name)
        if variable is None:
            raise EvaluationError(f"There is no variable `{name}`")
        return variable


def _of_event(member: Callable[[EventItem], Any]) -> Callable[[View], Any]:
    """What an enrollment has nothing for."""
    return lambda view: member(view.item) if isinstance(view.item, EventItem) else None


def _day_of_event(member: Callable[[EventItem], Any]) -> Callable[[View], Any]:
    return lambda view: _day(view, member(view.item)) if isinstance(view.item, EventItem) else None


def _day(view: View, moment: datetime.datetime | None) -> str | None:
    day = view.family.facts.day(moment)
    return None if day is None else day.isoformat()


def _completed_at(item: EventItem) -> datetime.datetime | None:
    stored = item.stored.completed_at if item.stored is not None and item.status == "COMPLETED" else None
    return item.completed_at or stored


ENVIRONMENT: dict[str, Callable[[View], Value]] = {
    "current_date": lambda view: view.family.facts.today.isoformat(),
    "event_date": lambda view: view.event.day.isoformat() if view.event is not None and view.event.day else None,
    "event_status": _of_event(lambda item: item.status),
    "event_count": lambda view: float(view.family.count),
    "event_id": _of_event(lambda item: item.uid),
    "due_date": _day_of_event(lambda item: item.scheduled_at),
    "completed_date": _day_of_event(_completed_at),
    "program_stage_id": _of_event(lambda item: item.stage.uid),
    "program_stage_name": lambda view: (
        view.family.facts.stage_names.get(view.item.stage.pk) if isinstance(view.item, EventItem) else None
    ),
    "enrollment_date": lambda view: _day(view, view.family.enrolled_at),
    "incident_date": lambda view: _day(view, view.family.occurred_at),
    "enrollment_id": lambda view: view.family.uid,
    "enrollment_status": lambda view: view.family.status,
    "enrollment_count": lambda view: 1.0,
    "tei_count": lambda view: 1.0,
    "program_name": lambda view: view.family.program.name,
    "org_unit": lambda view: view.item.org_unit.uid,
    "orgunit_code": lambda view: view.family.facts.org_unit_codes.get(view.item.org_unit.pk),
    "environment": lambda view: SERVER,
}
"""`V{…}` by name; what an object has nothing for is null."""
