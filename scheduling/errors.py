"""What the endpoints of tasks refuse. Source: DHIS2 2.42, web conventions, standard error responses."""

from __future__ import annotations

from dhis2api.errors import plain

JOB_TYPE_UNKNOWN = plain(400, "Value '{}' is not valid for path parameter jobType. Valid values are: [{}]")
JOB_ID_INVALID = plain(
    400,
    "Value '{}' is not valid for path parameter jobId. UID must be an alphanumeric string of 11 characters starting "
    "with a letter",
)
