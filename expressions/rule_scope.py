"""What a program rule is evaluated in: variables, the environment, who asks. Who runs rules brings it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Protocol

from expressions.kinds import Value
from expressions.over_rules.candidates import Candidates


class RuleScope(Protocol):
    """One enrollment or event, as its rules see it.

    The mappings are asked by name each time a variable occurs. They raise EvaluationError for a name that is not there;
    a variable without a value gives what its type has for nothing: "", 0, False, None for a date.
    """

    variables: Mapping[str, Value]  # `#{name}` and `A{name}`
    environment: Mapping[str, Value]  # `V{name}`
    constants: Mapping[str, float]  # `C{uid}`
    today: datetime.date
    user_roles: Collection[str]  # uids
    user_groups: Collection[str]  # uids
    org_unit_groups: Collection[str]  # uids and codes of the groups of the org unit

    def has_value(self, name: str) -> bool:
        """Whether a variable has a value; one that is not there has none."""

    def candidates(self, name: str) -> Candidates:
        """The values that a variable could have, newest first, as stored. Errors: EvaluationError without it."""

    def event_date(self, name: str) -> datetime.date | None:
        """When the value of a variable was recorded. Errors: EvaluationError without it."""
