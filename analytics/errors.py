"""The catalogue of codes of this app."""

from __future__ import annotations

from dhis2api.errors import code, plain

# DHIS2 does not look; a table of no years at all is nobody's wish.
YEARS_NEGATIVE = plain(409, "Parameter lastYears must not be negative: {}")

E7116 = code("E7116", "Indicators name each other in a circle: `{}`")
INDICATOR_NOT_COMPUTED = plain(409, "Indicator or item {} cannot be computed: {}")
