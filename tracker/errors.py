"""Codes of the tracker: those of an import's report, then refusals of requests. Source: DHIS2 2.42, tracker."""

from __future__ import annotations

from dhis2api.errors import code, plain

# Import: the request.
PARAMETER_VALUE = plain(400, "Value '{}' is not valid for parameter {}. {}")
SCHEME_EMPTY = plain(400, "{} cannot be empty. Valid values are: [UID, CODE, NAME, ATTRIBUTE:attributeUid]")
BODY_MEMBER = plain(400, "JSON parse error: {}")
BODY_UID = plain(
    400,
    "JSON parse error: Cannot construct instance of `org.hisp.dhis.common.UID`, problem: UID must be an alphanumeric "
    "string of 11 characters starting with a letter, but was: {}",
)
NO_REPORT = plain(404, "Summary for job {} does not exist")
BODY_CSV = plain(400, "CSV: {}, near line {}")

E5000 = code("E5000", "`{}` `{}` cannot be imported because `{}` `{}` is not")
