"""Values of filters: text to the type of the property that it is compared with."""

from __future__ import annotations

from typing import Any

from dhis2api.errors import ApiError
from dhis2api.objects.errors import INVALID_QUERY
from dhis2api.objects.schema import Kind, Property
from dhis2api.web.timestamps import parse_timestamp

_NAMES = {Kind.INTEGER: "Integer", Kind.NUMBER: "Double", Kind.DATE: "Date"}


def parse_value(prop: Property, text: str) -> Any:
    """The value that `text` stands for. Errors: E1003 naming the text and the type it should have."""
    if prop.kind is Kind.BOOLEAN:
        return text.lower() == "true"
    if prop.enum_type is not None:
        names = [member.value for member in prop.enum_type]
        if text not in names:
            allowed = ", ".join(names)
            raise ApiError(
                INVALID_QUERY,
                f"Unable to parse `{text}` as `{prop.enum_type.__name__}`, available values are: [{allowed}]",
            )
        return text
    try:
        return _CONVERT.get(prop.kind, str)(text)
    except (ValueError, OverflowError):
        raise ApiError(INVALID_QUERY, f"Unable to parse `{text}` as `{_NAMES[prop.kind]}`.") from None


def _integer(text: str) -> int:
    value = int(text)
    if abs(value) >= 2**31:
        raise ValueError(text)
    return value


_CONVERT = {Kind.INTEGER: _integer, Kind.NUMBER: float, Kind.DATE: parse_timestamp}
