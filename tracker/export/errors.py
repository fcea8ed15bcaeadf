"""What refuses a request for tracker data. Source: DHIS2 2.42, tracker export; most carry no `errorCode`, as there."""

from __future__ import annotations

from dhis2api.errors import code, plain

# Paging and order.
PAGE_TOO_SMALL = plain(400, "{} must be greater than or equal to 1 if specified")
PAGING_CONTRADICTED = plain(
    400,
    "Paging cannot be disabled with paging=false while also requesting a paginated response with page, pageSize and/or"
    " totalPages=true",
)
PAGE_TOO_LARGE = plain(
    400, "Invalid page size: {}. It must not exceed the system limit of KeyTrackedEntityMaxLimit {}."
)
ORDER_UNKNOWN = plain(400, "order parameter is invalid. Cannot order by '{}'. Supported are {}.")
ORDER_REPEATED = plain(400, "order parameter is invalid. '{}' are repeated. Each of {} may be given once.")
ORDER_DIRECTION = plain(
    400, "order parameter is invalid. '{}' is not a valid sort direction. Valid values are: [ASC, DESC]."
)
ORDER_UID_UNKNOWN = plain(400, "Cannot order by '{}' as it is neither a data element nor a tracked entity attribute.")
ORDER_ATTRIBUTE_UNKNOWN = plain(400, "Cannot order by '{}' as it is not a tracked entity attribute.")
ORDER_NEEDS_PROGRAM = plain(400, "`program` must be defined when `order=enrolledAt` is used")

# Parameters that exclude or need each other.
BOTH_NAMES = plain(400, "Only one parameter of '{}' and '{}' must be specified. Prefer '{}' as '{}' will be removed.")
BOTH_LISTS = plain(
    400,
    "Only one parameter of '{}' (deprecated; semicolon separated UIDs) and '{}' (comma separated UIDs) must be"
    " specified. Prefer '{}' as '{}' will be removed.",
)
UID_INVALID = plain(
    400,
    "Value '{}' is not valid for parameter {}. UID must be an alphanumeric string of 11 characters starting with a"
    " letter, but was: {}",
)
PATH_UID_INVALID = plain(
    400,
    "Value '{}' is not valid for path parameter {}. UID must be an alphanumeric string of 11 characters starting with"
    " a letter, but was: {}",
)
PROGRAM_AND_TYPE = plain(400, "`program` and `trackedEntityType` cannot be specified simultaneously")
NOTHING_NAMED = plain(400, "Either `program`, `trackedEntityType` or `trackedEntities` should be specified")
DEFINED_WITHOUT_PROGRAM = plain(400, "`program` must be defined when `{}` is defined")
STATUS_WITHOUT_PROGRAM = plain(400, "`program` must be defined when `{}` status is defined")
SPECIFIED_WITHOUT_PROGRAM = plain(400, "`program` must be defined when `{}` is specified")
EVENT_FILTERS_APART = plain(
    400, "`eventOccurredAfter`, `eventOccurredBefore` and `eventStatus` must be specified together"
)
UPDATED_TWICE = plain(400, "`updatedAfter` or `updatedBefore` and `updatedWithin` cannot be specified simultaneously")
ENROLLMENT_UPDATED_TWICE = plain(400, "`updatedAfter` and `updatedWithin` cannot be specified simultaneously")
EVENT_UPDATED_TWICE = plain(
    400, "Last updated from and/or to and last updated duration cannot be specified simultaneously"
)
DURATION_INVALID = plain(400, "`updatedWithin` is not valid: {}")
EVENTS_AND_FILTER = plain(400, "Event UIDs and filters can not be specified at the same time")
RELATIONSHIP_OF_NOTHING = plain(400, "Missing required parameter 'trackedEntity', 'enrollment' or 'event'.")
RELATIONSHIP_OF_MANY = plain(400, "Only one of parameters 'trackedEntity', 'enrollment' or 'event' is allowed.")
USERS_MISSING = plain(409, "Assigned User uid(s) must be specified if selectionMode is PROVIDED")
USERS_SURPLUS = plain(409, "Assigned User uid(s) cannot be specified if selectionMode is not PROVIDED")

# What is named and is not there, or is closed.
PROGRAM_UNKNOWN = plain(400, "Program is specified but does not exist: {}")
NO_TRACKER_PROGRAM = plain(400, "Program specified is not a tracker program: {}")
PROGRAM_TYPE_CLOSED = code(
    "E1006", "User is not authorized to read data from selected program's tracked entity type: {}", 403
)
TYPE_UNKNOWN = plain(400, "Tracked entity type is specified but does not exist: {}")
TYPE_CLOSED = code("E1006", "User is not authorized to read data from selected tracked entity type: {}", 403)
ENTITY_UNKNOWN = plain(400, "Tracked entity is specified but does not exist: {}")
ENTITY_TYPE_CLOSED = code("E1006", "User is not authorized to read data from type of selected tracked entity: {}", 403)
STAGE_NOT_OF_PROGRAM = plain(400, "Program does not contain the specified programStage: {}")
STAGE_UNKNOWN = plain(400, "Program stage is specified but does not exist: {}")
STAGE_CLOSED = code("E1006", "User has no access to program stage: {}", 403)
OPTION_COMBO_CLOSED = code("E1006", "User has no access to attribute category option combo: {}", 403)
ORG_UNIT_UNKNOWN = plain(400, "Organisation unit does not exist: {}")
ORG_UNIT_OUTSIDE = code("E1006", "Organisation unit is not part of the search scope: {}", 403)
EVENT_ORG_UNIT_UNKNOWN = plain(400, "Organisation unit is specified but does not exist: {}")
EVENT_ORG_UNIT_OUTSIDE = code("E1006", "Organisation unit is not part of your search scope: {}", 403)

# Org unit modes.
MODE_TAKES_NO_UNIT = plain(
    400, "orgUnitMode {} cannot be used with orgUnits. Please remove the orgUnit parameter and try again."
)
MODE_NEEDS_UNIT = plain(
    400,
    "At least one org unit is required for orgUnitMode: {}. Please add one org unit or use a different orgUnitMode.",
)
MODE_NEEDS_UNIT_OR_ENTITY = plain(
    400,
    "At least one org unit or tracked entity is required for orgUnitMode: {}. Please add one of the two or use a"
    " different orgUnitMode.",
)
MODE_ALL_CLOSED = code("E1006", "User is not authorized to query across all organisation units", 403)

# Filters.
FILTER_INVALID = plain(400, "{}={} is invalid. {}")
FILTER_ATTRIBUTE_UNKNOWN = plain(400, "Tracked entity attribute does not exist: {}")
FILTER_ELEMENT_UNKNOWN = plain(400, "Data element does not exist: {}")
FILTER_NOT_NUMERIC = plain(400, "Filter for {} {} is invalid. The {} value type is {} but the value `{}` is not.")

# Searching outside the capture scope.
NOT_SEARCHABLE = plain(409, "Non-searchable attribute(s) can not be used during global search: [{}]")
NOT_UNIQUE = plain(
    409, "Either a program, a tracked entity type or an org unit must be specified to filter by attributes that are"
    " not unique: [{}]"
)  # fmt: skip
TOO_FEW_ATTRIBUTES = plain(409, "At least {} attributes should be mentioned in the search criteria.")
TOO_MANY_FOUND = plain(409, "maxteicountreached")

# Identifier schemes.
NO_IDENTIFIERS = plain(
    422, "Not all metadata has an identifier for the requested idScheme. Either change the requested idScheme or add"
    " the missing identifiers to the metadata."
)  # fmt: skip
