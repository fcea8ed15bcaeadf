"""Period types of DHIS2 (ISO calendar): parse, format, walk; relative periods and ADX intervals.

Pure: no Django, no clock. `parse_period("2026-02").iso == "202602"`.
"""

from .intervals import format_interval, period_from_interval
from .parsing import find_period, parse_period
from .period_types import (
    PERIOD_TYPES,
    InvalidPeriod,
    Period,
    PeriodType,
    period_containing,
    period_type,
    periods_between,
)
from .relative import RELATIVE_PERIODS, relative_periods

__all__ = [
    "PERIOD_TYPES",
    "RELATIVE_PERIODS",
    "InvalidPeriod",
    "Period",
    "PeriodType",
    "find_period",
    "format_interval",
    "parse_period",
    "period_containing",
    "period_from_interval",
    "period_type",
    "periods_between",
    "relative_periods",
]
