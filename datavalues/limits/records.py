"""Limits as they are sent: as objects with references, flat, or as lines of CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO

import msgspec

from datavalues.limits.errors import UNREADABLE_LINE
from dhis2api.errors import ApiError
from dhis2api.web.bodies import decode_json, read_json_stream

LARGEST = 2**31 - 1
Number = Annotated[int, msgspec.Meta(ge=-LARGEST - 1, le=LARGEST)]
COLUMNS = ("dataElement", "orgUnit", "optionCombo", "minValue", "maxValue", "generated")


@dataclass(slots=True)
class Limit:
    """The limits of a cell; identifiers as sent."""

    data_element: str
    org_unit: str
    option_combo: str
    min: int | None = None
    max: int | None = None
    generated: bool = False


@dataclass(slots=True)
class LimitSet:
    """Limits of the data elements of one data set."""

    data_set: str
    limits: list[Limit]


class _Reference(msgspec.Struct):
    id: str | None = None


Named = str | _Reference | None


class _Limit(msgspec.Struct, rename="camel"):
    """Both shapes: references with `min` and `max`, or flat with `minValue` and `maxValue`."""

    data_element: Named = None
    source: Named = None
    org_unit: Named = None
    option_combo: Named = None
    category_option_combo: Named = None
    min: Number | None = None
    max: Number | None = None
    min_value: Number | None = None
    max_value: Number | None = None
    generated: bool = False


class _Set(msgspec.Struct, rename="camel"):
    data_set: str = ""
    values: list[_Limit] = []


_ONE = msgspec.json.Decoder(_Limit)
_MANY = msgspec.json.Decoder(_Set)


def decode_limit(stream: BinaryIO) -> Limit:
    """One limit. Errors: ApiError 400 with the place of what cannot be read."""
    return _limit(decode_json(read_json_stream(stream), _ONE))


def decode_limits(stream: BinaryIO) -> LimitSet:
    """`{"dataSet", "values": […]}`. Errors: as `decode_limit`."""
    found: _Set = decode_json(read_json_stream(stream), _MANY)
    return LimitSet(found.data_set, [_limit(each) for each in found.values])


def decode_csv(stream: BinaryIO, data_set: str) -> LimitSet:
    """Lines under a line of names, those of `COLUMNS`; `optionCombo` may be `categoryOptionCombo`.

    Errors: ApiError 400 with the line that cannot be read.
    """
    limits: list[Limit] = []
    body = stream.read()
    if b"\x00" in body:
        raise ApiError(UNREADABLE_LINE, body[: body.index(b"\x00")].count(b"\n") + 1, "it contains a NUL character")
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig")), skipinitialspace=True)
        for row in reader:
            limits.append(_from_row(row, reader.line_num))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ApiError(UNREADABLE_LINE, len(limits) + 2, error) from error
    return LimitSet(data_set, limits)


def _from_row(row: dict[str, Any], line: int) -> Limit:
    texts = {str(name).strip().lower(): (text or "").strip() for name, text in row.items() if isinstance(text, str)}
    numbers = []
    for name in ("minvalue", "maxvalue"):
        text = texts.get(name, "")
        try:
            number = int(text) if text else None
        except ValueError as error:
            raise ApiError(UNREADABLE_LINE, line, f"`{text[:32]}` is not a whole number") from error
        if number is not None and not -LARGEST - 1 <= number <= LARGEST:
            raise ApiError(UNREADABLE_LINE, line, f"`{text[:32]}` is too large")
        numbers.append(number)
    return Limit(
        texts.get("dataelement", ""), texts.get("orgunit", ""),
        texts.get("optioncombo") or texts.get("categoryoptioncombo", ""), *numbers,
        generated=texts.get("generated", "").lower() == "true",
    )  # fmt: skip


def _limit(sent: _Limit) -> Limit:
    return Limit(
        _uid(sent.data_element), _uid(sent.source) or _uid(sent.org_unit),
        _uid(sent.option_combo) or _uid(sent.category_option_combo),
        sent.min if sent.min is not None else sent.min_value, sent.max if sent.max is not None else sent.max_value,
        sent.generated,
    )  # fmt: skip


def _uid(named: Named) -> str:
    return (named.id if isinstance(named, _Reference) else named) or ""
