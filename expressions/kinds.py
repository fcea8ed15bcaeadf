"""Kinds of values, and the values themselves."""

from __future__ import annotations

import datetime
from decimal import Decimal
from enum import StrEnum

Value = Decimal | float | str | bool | datetime.date | None
"""A number is a Decimal in expressions over data values, a float in program rules; None is null."""


class Kind(StrEnum):
    """What an expression, or a part of it, gives."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    DATE = "date"
    ANY = "any"  # not known before it is evaluated
