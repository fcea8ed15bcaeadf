"""What rules want done with an object, before anything of it is told or written.

There may be many for each object of a large import, and nothing points back at them: the collector need not look.
"""

from __future__ import annotations

import datetime

import msgspec

from tracker.importer.items import EnrollmentItem, EventItem
from tracker.rules.known import Rule, RuleAction

Ruled = EnrollmentItem | EventItem


class Issue(msgspec.Struct, eq=False, gc=False):
    """An error or a warning; `value` is what its data came to."""

    item: Ruled
    action: RuleAction
    value: str | None


class Assignment(msgspec.Struct, eq=False, gc=False):
    """A value for a field (its key), None for no value. `sent`: whether the payload says anything of it, and what."""

    item: Ruled
    rule: Rule
    key: int
    value: str | None
    sent: tuple[bool, str | None]


class Demand(msgspec.Struct, eq=False, gc=False):
    """That a field has a value, of which the payload says nothing, or that there is none (`is_emptied`)."""

    item: Ruled
    rule: Rule
    key: int
    is_emptied: bool


class Message(msgspec.Struct, eq=False, gc=False):
    """A message of a template (its uid), now or on a day."""

    item: Ruled
    rule: Rule
    template: str
    date: datetime.date | None = None


class Failure(msgspec.Struct, eq=False, gc=False):
    """A rule that could not be evaluated, and why."""

    item: Ruled
    rule: Rule
    reason: str


Effect = Issue | Assignment | Demand | Message | Failure
