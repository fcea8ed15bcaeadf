"""Items: what an expression names and gets a value for, by the forms that each dialect knows.

An item is written `opening{content}` or `[word]`, without blanks. Its canonical text is the key of its value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum, auto

UID = "[A-Za-z][A-Za-z0-9]{10}"
UIDS = f"{UID}(?:&{UID})*"
METRICS = ("REPORTING_RATE", "REPORTING_RATE_ON_TIME", "ACTUAL_REPORTS", "ACTUAL_REPORTS_ON_TIME", "EXPECTED_REPORTS")
EVERY = "*"


class ItemKind(StrEnum):
    """What an item stands for."""

    DATA_ELEMENT = auto()  # a data element or operand: `parts` are one to three, as written
    PROGRAM_DATA_ELEMENT = auto()  # program, data element
    PROGRAM_ATTRIBUTE = auto()  # program, tracked entity attribute
    PROGRAM_INDICATOR = auto()
    INDICATOR = auto()
    REPORTING_RATE = auto()  # data set, metric
    CONSTANT = auto()
    ORG_UNIT_GROUP = auto()
    DAYS = auto()
    PERIOD_IN_YEAR = auto()
    YEARLY_PERIOD_COUNT = auto()
    SUB_EXPRESSION = auto()  # of indicators: the text of an expression that is evaluated before it is aggregated
    STAGE_ELEMENT = auto()  # of program indicators: program stage, data element
    ATTRIBUTE = auto()  # of program indicators: tracked entity attribute
    STAGE_EVENT_DATE = auto()  # of program indicators: program stage
    VARIABLE = auto()  # of program rules: its name
    ENVIRONMENT = auto()  # of program rules and program indicators: its name


@dataclass(frozen=True, slots=True)
class Modifiers:
    """What the dot functions say about the data of an item."""

    aggregation_type: str | None = None
    min_date: str | None = None  # ISO
    max_date: str | None = None  # ISO
    period_offset: int = 0
    year_to_date: bool = False

    def __str__(self) -> str:
        """As it stands behind an item, in one order."""
        text = f".aggregationType({self.aggregation_type})" if self.aggregation_type else ""
        text += f".minDate({self.min_date})" if self.min_date else ""
        text += f".maxDate({self.max_date})" if self.max_date else ""
        text += f".periodOffset({self.period_offset})" if self.period_offset else ""
        return text + (".yearToDate()" if self.year_to_date else "")

    def within(self, outer: Modifiers) -> Modifiers:
        """These, where `outer` ones apply to the whole that the item is part of: offsets add up, the nearest date and
        aggregation type win."""
        return Modifiers(
            self.aggregation_type or outer.aggregation_type, self.min_date or outer.min_date,
            self.max_date or outer.max_date, self.period_offset + outer.period_offset,
            self.year_to_date or outer.year_to_date,
        )  # fmt: skip


NO_MODIFIERS = Modifiers()


@dataclass(frozen=True, slots=True)
class Item:
    """An item of an expression. `key` is its canonical text, modifiers included: the key of its value."""

    kind: ItemKind
    parts: tuple[str, ...]
    key: str
    modifiers: Modifiers = NO_MODIFIERS

    def modified(self, outer: Modifiers) -> Item:
        """The item with further modifiers."""
        modifiers = self.modifiers.within(outer)
        plain = self.key.removesuffix(str(self.modifiers)) if self.modifiers != NO_MODIFIERS else self.key
        return replace(self, modifiers=modifiers, key=plain + str(modifiers))


@dataclass(frozen=True, slots=True)
class ItemForm:
    """How an item of a dialect is written: the named groups of `content` that match are its parts."""

    kind: ItemKind
    opening: str  # what stands before the brace; for `[word]` the whole text
    content: str = ""  # a regular expression; parts are its groups

    def read(self, text: str) -> Item | None:
        """The item written like that, None if the text is of another form."""
        if not self.content:
            return Item(self.kind, (), text) if text == self.opening else None
        found = re.fullmatch(f"{re.escape(self.opening)}{self.content}", text)
        if found is None:
            return None
        return Item(self.kind, tuple(part for part in found.groups() if part is not None), text)


_ELEMENT = rf"({UID}|deGroup:{UIDS}|\?\w+)"
_COMBO = rf"({UID}|\*|co:{UID}|coGroup:{UIDS})"
_ATTRIBUTE_COMBO = rf"({UID}|\*)"

DATA_ELEMENT = ItemForm(ItemKind.DATA_ELEMENT, "#", rf"\{{{_ELEMENT}(?:\.{_COMBO}(?:\.{_ATTRIBUTE_COMBO})?)?\}}")
PROGRAM_DATA_ELEMENT = ItemForm(ItemKind.PROGRAM_DATA_ELEMENT, "D", rf"\{{({UID})\.({UID})\}}")
PROGRAM_ATTRIBUTE = ItemForm(ItemKind.PROGRAM_ATTRIBUTE, "A", rf"\{{({UID})\.({UID})\}}")
PROGRAM_INDICATOR = ItemForm(ItemKind.PROGRAM_INDICATOR, "I", rf"\{{({UID})\}}")
INDICATOR = ItemForm(ItemKind.INDICATOR, "N", rf"\{{({UID})\}}")
REPORTING_RATE = ItemForm(ItemKind.REPORTING_RATE, "R", rf"\{{({UID})\.({'|'.join(METRICS)})\}}")
CONSTANT = ItemForm(ItemKind.CONSTANT, "C", rf"\{{({UID})\}}")
ORG_UNIT_GROUP = ItemForm(ItemKind.ORG_UNIT_GROUP, "OUG", rf"\{{({UID})\}}")
DAYS = ItemForm(ItemKind.DAYS, "[days]")
PERIOD_IN_YEAR = ItemForm(ItemKind.PERIOD_IN_YEAR, "[periodInYear]")
YEARLY_PERIOD_COUNT = ItemForm(ItemKind.YEARLY_PERIOD_COUNT, "[yearlyPeriodCount]")
STAGE_ELEMENT = ItemForm(ItemKind.STAGE_ELEMENT, "#", rf"\{{({UID})\.({UID})\}}")
ATTRIBUTE = ItemForm(ItemKind.ATTRIBUTE, "A", rf"\{{({UID})\}}")
STAGE_EVENT_DATE = ItemForm(ItemKind.STAGE_EVENT_DATE, "PS_EVENTDATE:", f"({UID})")
# Variables are named freely; blanks around a name belong to it.
VARIABLE = ItemForm(ItemKind.VARIABLE, "#", r"\{([^{}]+)\}")
VARIABLE_OF_ATTRIBUTE = ItemForm(ItemKind.VARIABLE, "A", r"\{([^{}]+)\}")
ENVIRONMENT = ItemForm(ItemKind.ENVIRONMENT, "V", r"\{(\w+)\}")
