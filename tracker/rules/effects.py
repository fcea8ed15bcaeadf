"""What rules want done with an object, before anything of it is told or written."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from tracker.importer.items import EnrollmentItem, EventItem
from tracker.rules.known import Rule, RuleAction

Ruled = EnrollmentItem | EventItem


@dataclass(slots=True, eq=False)
class Issue:
    """An error or a warning; `value` is what its data came to."""

    item: Ruled
    action: RuleAction
    value: str | None


@dataclass(slots=True, eq=False)
class Assignment:
    """A value for a field (its key), None for no value. `sent`: what the payload says of the field, if it does."""

    item: Ruled
    rule: Rule
    key: int
    value: str | None
    is_sent: bool
    sent: str | None


@dataclass(slots=True, eq=False)
class Demand:
    """That a field has a value; `sent`: whether the payload says anything of it, and what."""

    item: Ruled
    rule: Rule
    key: int
    sent: tuple[bool, str | None]


@dataclass(slots=True, eq=False)
class Message:
    """A message of a template (its uid), now or on a day."""

    item: Ruled
    rule: Rule
    template: str
    date: datetime.date | None = None


@dataclass(slots=True, eq=False)
class Failure:
    """A rule that could not be evaluated, and why."""

    item: Ruled
    rule: Rule
    reason: str


Effect = Issue | Assignment | Demand | Message | Failure
