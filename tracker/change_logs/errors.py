"""What refuses a request for changes. Source: DHIS2 2.42, tracker export, change logs."""

from __future__ import annotations

from dhis2api.errors import plain

TOO_SMALL = plain(400, "{} must be greater than or equal to 1 if specified")
ORDER_UNKNOWN = plain(400, "order parameter is invalid. Cannot order by '{}'. Supported are {}.")
ORDER_REPEATED = plain(400, "order parameter is invalid. Only one of {} can be given.")
ORDER_DIRECTION = plain(
    400, "order parameter is invalid. '{}' is not a valid sort direction. Valid values are: [ASC, DESC]."
)
FILTER_SHAPE = plain(400, "Invalid filter => {}. Expected format is [field]:eq:[value]. Supported fields are {}.")
FILTER_FIELD = plain(400, "Invalid filter field. Supported fields are {}.")
FILTER_OPERATOR = plain(400, "Invalid filter operator. The only supported operator is 'eq'.")
FILTER_UID = plain(
    400,
    "Incorrect filter value provided as UID: {}. UID must be an alphanumeric string of 11 characters starting with a"
    " letter.",
)
