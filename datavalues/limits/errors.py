"""Error codes of min-max limits: as those of single values, but 400 (DHIS2 2.42, data entry and min-max)."""

from __future__ import annotations

from dhis2api.errors import code, plain

E1100 = code("E1100", "Data element not found or not accessible: `{}`", 400)
E1102 = code("E1102", "Organisation unit not found or not accessible: `{}`", 400)
E1103 = code("E1103", "Category option combo not found or not accessible: `{}`", 400)
E1105 = code("E1105", "Data set not found or not accessible: `{}`", 400)
E2020 = code("E2020", "Organisation unit is not in the hierarchy of the current user: `{}`", 400)
E2021 = code("E2021", "Data set: `{}` does not contain data element: `{}`", 400)
E2042 = code("E2042", "Min value must be specified", 400)
E2043 = code("E2043", "Max value must be specified", 400)
E2044 = code("E2044", "Max value must be greater than min value", 400)
E2047 = code(
    "E2047", "Min-max value does not exist for data element: `{}`, organisation unit: `{}`, option combo: `{}`", 404
)
UNREADABLE_LINE = plain(400, "Line {} of the CSV cannot be read: {}")
