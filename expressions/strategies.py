"""What a missing value does to an expression over data values."""

from __future__ import annotations

from enum import StrEnum


class MissingValueStrategy(StrEnum):
    """When an expression has no value. Only items that are reached count; else what is missing is 0, false or "".

    Source: DHIS2 2.42, validation rules, missing value strategies.
    """

    SKIP_IF_ANY_VALUE_MISSING = "SKIP_IF_ANY_VALUE_MISSING"
    SKIP_IF_ALL_VALUES_MISSING = "SKIP_IF_ALL_VALUES_MISSING"
    NEVER_SKIP = "NEVER_SKIP"
