"""What refuses a request for changes. Source: DHIS2 2.42, tracker export, change logs."""

from __future__ import annotations

from dhis2api.errors import plain

ORDER_REPEATED = plain(400, "order parameter is invalid. Only one of {} can be given.")
FILTER_SHAPE = plain(400, "Invalid filter => {}. Expected format is [field]:eq:[value]. Supported fields are {}.")
FILTER_FIELD = plain(400, "Invalid filter field. Supported fields are {}.")
FILTER_OPERATOR = plain(400, "Invalid filter operator. The only supported operator is 'eq'.")
FILTER_UID = plain(
    400,
    "Incorrect filter value provided as UID: {}. UID must be an alphanumeric string of 11 characters starting with a"
    " letter.",
)
