"""What the web layer itself refuses. Source: DHIS2 2.42, web conventions, standard error responses.

Most of these carry no `errorCode` on the wire, as in DHIS2.
"""

from __future__ import annotations

from dhis2api.errors import Code, plain

PARAMETER_INVALID = plain(400, "Value '{}' is not valid for parameter {}. {}")
PARAMETER_EMPTY = plain(400, "{} cannot be empty. {}")
PARAMETER_MISSING = plain(400, "Required request parameter '{}' for method parameter type {} is not present")
PARAMETER_REPEATED = plain(
    400,
    "You likely repeated request parameter '{}' and used multiple comma-separated values within at least one of its"
    " values. Choose one of these formats to supply multiple values.",
)
PART_MISSING = plain(400, "Required part '{}' is not present.")
JSON_UNREADABLE = plain(400, "JSON parse error: {}")
XML_UNREADABLE = plain(400, "XML parse error: {}")
BODY_UNREADABLE = plain(400, "The request body cannot be read: {}")
PATH_UNREADABLE = plain(400, "The path contains a NUL character")
METHOD_UNSUPPORTED = plain(405, "Request method '{}' is not supported")
METHOD_UNSUPPORTED_2_36 = plain(405, "Request method '{}' not supported")
NOT_ACCEPTABLE = plain(406, "No acceptable representation")
NOT_ACCEPTABLE_2_36 = plain(406, "Could not find acceptable representation")
BODY_TOO_LARGE = plain(413, "The request body exceeds the limit of {} bytes")
CONTENT_TYPE_UNSUPPORTED = plain(415, "Content-Type '{}' is not supported")
CONTENT_TYPE_UNSUPPORTED_2_36 = plain(415, "Content type '{}' not supported")
CONTENT_TYPE_ABSENT = plain(415, "Content-Type is not supported")
CONTENT_ENCODING_UNSUPPORTED = plain(415, "Content-Encoding '{}' is not supported")
UNEXPECTED = plain(500, "An unexpected error has occured. Please contact your system administrator")
UNAVAILABLE = plain(503, "The server is not ready to answer: {}")
COLLISION = plain(503, "Another request changed the same objects; nothing was written, send it again")


def method_unsupported(version: int) -> Code:
    """The wording of 405 at an API version; up to 37 the words of DHIS2 2.36."""
    return METHOD_UNSUPPORTED_2_36 if version <= 37 else METHOD_UNSUPPORTED


def not_acceptable(version: int) -> Code:
    """The wording of 406 at an API version."""
    return NOT_ACCEPTABLE_2_36 if version <= 37 else NOT_ACCEPTABLE


def content_type_unsupported(content_type: str, version: int) -> Code:
    """The wording of 415 at an API version, with or without a type to name."""
    if not content_type:
        return CONTENT_TYPE_ABSENT
    return CONTENT_TYPE_UNSUPPORTED_2_36 if version <= 37 else CONTENT_TYPE_UNSUPPORTED
