"""The program rules of an import, as they were loaded. Nothing here is a row; fields are named by uid and by key."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from dhis2api.value_types import BOOLEAN_TYPES, DATE_TYPES, NUMERIC_TYPES
from expressions.kinds import Kind, Value
from metadata.enums import ProgramRuleActionType as ActionType
from metadata.enums import ProgramRuleVariableSourceType as Source
from tracker.rules.values import FROM_TEXT, NOTHING

# What a server does; the others are for forms.
SERVER_ACTIONS = (
    ActionType.ASSIGN, ActionType.SHOWWARNING, ActionType.SHOWERROR, ActionType.WARNINGONCOMPLETE,
    ActionType.ERRORONCOMPLETE, ActionType.SETMANDATORYFIELD, ActionType.SENDMESSAGE, ActionType.SCHEDULEMESSAGE,
)  # fmt: skip
MESSAGES = frozenset({ActionType.SENDMESSAGE, ActionType.SCHEDULEMESSAGE})
RECORDED = frozenset({
    Source.DATAELEMENT_NEWEST_EVENT_PROGRAM, Source.DATAELEMENT_NEWEST_EVENT_PROGRAM_STAGE,
    Source.DATAELEMENT_PREVIOUS_EVENT,
})  # fmt: skip
_TARGET = re.compile(r"\s*[#A]\{([^{}]+)\}\s*")


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """What a name stands for. Values are found by the uid of a data element, or by the key of an attribute. `stage`
    limits the newest event to a stage. `option_names` are those of its options by code, where it shows names."""

    name: str
    source: str
    kind: Kind
    element: str | None = None
    element_key: int | None = None
    attribute: int | None = None
    stage: int | None = None
    option_names: dict[str, str] | None = None

    # Read for every value of every event: whether all events are asked, or this one, as it is.
    is_recorded: bool = field(init=False)
    is_plain: bool = field(init=False)
    nothing: Value = field(init=False)
    convert: Callable[[str], Value] = field(init=False)  # Errors: EvaluationError

    def __post_init__(self) -> None:
        is_current = self.source == Source.DATAELEMENT_CURRENT_EVENT
        object.__setattr__(self, "is_recorded", self.source in RECORDED)
        object.__setattr__(self, "is_plain", is_current and self.option_names is None)
        object.__setattr__(self, "nothing", NOTHING[self.kind])
        object.__setattr__(self, "convert", FROM_TEXT[self.kind])


@dataclass(frozen=True, eq=False)
class RuleAction:
    """What a rule does. Of the fields at most one counts: an event looks at data elements, an enrollment at
    attributes."""

    rule: Rule
    type: str
    element: int | None
    element_uid: str | None
    attribute: int | None
    attribute_uid: str | None
    content: str
    data: str
    template: str | None

    @property
    def field_uid(self) -> str | None:
        return self.element_uid or self.attribute_uid

    @cached_property
    def text(self) -> str:
        """What it tells where `data` gives nothing."""
        return self.text_with("")

    def text_with(self, value: str) -> str:
        """What it tells with a value."""
        return " ".join(filter(None, (self.content, value, f"({self.field_uid})" if self.field_uid else None)))

    @property
    def target(self) -> str | None:
        """The variable that `content` names, as an assignment has it that sets no field."""
        match = _TARGET.fullmatch(self.content)
        return None if match is None else match[1]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A condition with what follows; `stage` is a key."""

    uid: str
    stage: int | None
    condition: str
    actions: list[RuleAction] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class ProgramRules:
    """The rules of a program, in the order in which they run, and its variables by name."""

    rules: list[Rule] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)


def kind_of(value_type: str | None) -> Kind:
    """How values of a type are seen: rules know four kinds."""
    if value_type in NUMERIC_TYPES:
        return Kind.NUMBER
    if value_type in BOOLEAN_TYPES:
        return Kind.BOOLEAN
    return Kind.DATE if value_type in DATE_TYPES else Kind.TEXT


__all__ = [
    "MESSAGES", "SERVER_ACTIONS", "ActionType", "ProgramRules", "Rule", "RuleAction", "Source", "Variable",
    "kind_of",
]  # fmt: skip
