"""Values of filters: text to the type of the property that it is compared with."""

from __future__ import annotations

import re
from typing import Any

from dhis2api.objects.schema import Kind, Property
from dhis2api.web.timestamps import parse_timestamp

_DIGITS = re.compile(r"[+-]?[0-9]{1,16}")
_NAMES = {Kind.INTEGER: "Integer", Kind.NUMBER: "Double", Kind.DATE: "Date"}


def parse_value(prop: Property, text: str) -> Any:
    """The value that `text` stands for. Raises ValueError naming the text and its type."""
    if prop.kind is Kind.BOOLEAN:
        return text.lower() == "true"
    if prop.enum_type is not None:
        names = [member.value for member in prop.enum_type]
        if text not in names:
            allowed = ", ".join(names)
            raise ValueError(
                f"Unable to parse `{text}` as `{prop.enum_type.__name__}`, available values are: [{allowed}]"
            )
        return text
    try:
        if prop.kind is Kind.INTEGER:
            return _integer(text, prop.bits)
        return _CONVERT.get(prop.kind, str)(text)
    except (ValueError, OverflowError):
        raise ValueError(f"Unable to parse `{text}` as `{_NAMES[prop.kind]}`.") from None


def _integer(text: str, bits: int) -> int:
    if not _DIGITS.fullmatch(text):
        raise ValueError(text)
    value = int(text)
    if abs(value) >= 2**bits:
        raise ValueError(text)
    return value


def _number(text: str) -> float:
    # Python's own reading also takes `1_000` and other scripts' digits.
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    return float(text)


_CONVERT = {Kind.NUMBER: _number, Kind.DATE: parse_timestamp}
