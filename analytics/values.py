"""Texts as numbers and moments: which ones are, and how they become some.

A test stands in a CASE before the conversion that it protects: PostgreSQL orders conditions as it likes.
Source: DHIS2 2.42, analytics, tests of values.
"""

from __future__ import annotations

from dhis2api.value_types import BOOLEAN_TYPES, DATE_TYPES, DECIMAL_TYPES, INTEGER_TYPES

NUMBER_PATTERN = r"^(-?[0-9]+)(\.[0-9]+)?$"
LONGEST_NUMBER = 300  # digits: a double has room for 308
WHOLE_PATTERN = "^-?[0-9]{1,18}$"
# `yyyy-MM-dd`, then perhaps a time of day; whether the month has that day is asked besides.
DATE_PATTERN = (
    r"^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{3}Z?)?)?)?$"
)


def is_numeric(text: str) -> str:
    """Whether an expression of type text is a number."""
    return f"({text} ~ '{NUMBER_PATTERN}' AND length({text}) <= {LONGEST_NUMBER})"


IS_NUMERIC = is_numeric("value.value")


def converted(text: str, value_type: str) -> str:
    """An expression of type text as what its value type says; null for a text that is none."""
    if value_type in DECIMAL_TYPES:
        return f"CASE WHEN {is_numeric(text)} THEN {text}::double precision END"
    if value_type in INTEGER_TYPES:
        return f"CASE WHEN {text} ~ '{WHOLE_PATTERN}' THEN {text}::bigint END"
    if value_type in BOOLEAN_TYPES:
        return f"CASE {text} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
    if value_type in DATE_TYPES:
        return (
            f"CASE WHEN {text} ~ '{DATE_PATTERN}' THEN"
            f" CASE WHEN substr({text}, 9, 2)::integer <= {_last_day(text)} THEN {text}::timestamp END END"
        )
    return text


def _last_day(text: str) -> str:
    """The number of days of the month that a date begins with."""
    return f"extract(day FROM (left({text}, 7) || '-01')::date + interval '1 month - 1 day')"
