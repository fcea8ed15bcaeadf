"""Codes of validation: refusals of requests. Source: DHIS2 2.42, validation rules and results."""

from __future__ import annotations

from dhis2api.errors import code, plain

E7500 = code("E7500", "Organisation unit does not exist: `{}`")
E7501 = code("E7501", "Validation rule does not exist: `{}`")
E7502 = code("E7502", "Filter for period is not valid: `{}`")
E7503 = code("E7503", "Filter for created date period is not valid: `{}`")
RESULT_UNKNOWN = plain(404, "Validation result with id {} was not found")
TOO_MANY_RESULTS = plain(409, "There are more than {} such results, ask for pages or narrow them down")
NO_ORG_UNIT = plain(400, "No organisation unit defined")
NO_DATES = plain(400, "Start date and end date must be given as yyyy-MM-dd: `{}`")
DATES_REVERSED = plain(400, "Start date: `{}` is after end date: `{}`")
MAX_RESULTS = plain(400, "Max results must be between 1 and {}: {}")
