"""Data value sets as JSON.

The body is split into its values first (undecoded slices, which cost little) and decoded a chunk at a time: the
records of a million values would take four times the memory of their text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any, BinaryIO

import msgspec
import orjson
from psycopg2 import sql

from datavalues.formats.names import Names
from datavalues.records import CHUNK, Chunk, Column, DataValueSet, Header
from dhis2api.errors import ApiError
from dhis2api.web.bodies import decode_json, read_json_stream
from dhis2api.web.errors import JSON_UNREADABLE
from dhis2api.web.params import camel_case

Text = str | int | float | bool | None


class _Set(msgspec.Struct, rename="camel"):
    """The set with its values undecoded; members that are not named here are ignored."""

    data_set: Text = None
    complete_date: Text = None
    period: Text = None
    org_unit: Text = None
    attribute_option_combo: Text = None
    attribute_category_options: list[str] | None = None
    dry_run: bool | str | None = None
    strategy: Text = None
    import_strategy: Text = None
    id_scheme: Text = None
    data_element_id_scheme: Text = None
    org_unit_id_scheme: Text = None
    category_option_combo_id_scheme: Text = None
    data_set_id_scheme: Text = None
    category_option_id_scheme: Text = None
    data_values: list[msgspec.Raw] | None = None


class _Value(msgspec.Struct, rename="camel", gc=False):
    """One value; numbers and booleans in texts are read as their text (see `_texts`)."""

    data_element: Any = None
    period: Any = None
    org_unit: Any = None
    category_option_combo: Any = None
    attribute_option_combo: Any = None
    value: Any = None
    comment: Any = None
    stored_by: Any = None
    followup: bool | str | None = None
    follow_up: bool | str | None = None
    deleted: bool | str | None = None


_SET = msgspec.json.Decoder(_Set)
# Decimals stay the text that was sent: `12.50` is not `12.5`.
_VALUE = msgspec.json.Decoder(_Value, float_hook=str)
_VALUES = msgspec.json.Decoder(list[_Value], float_hook=str)
_TEXTS = ("data_element", "period", "org_unit", "category_option_combo", "attribute_option_combo", "value", "comment",
          "stored_by")  # fmt: skip
_SCALARS = frozenset({str, type(None)})


def decode(stream: BinaryIO) -> DataValueSet:
    """Decode a body. Errors: ApiError 400 with the place of what is not JSON or of the wrong type."""
    found: _Set = decode_json(read_json_stream(stream), _SET)
    header = Header(
        data_set=scalar_text(found.data_set),
        complete_date=scalar_text(found.complete_date),
        period=scalar_text(found.period),
        org_unit=scalar_text(found.org_unit),
        attribute_option_combo=scalar_text(found.attribute_option_combo),
        attribute_category_options=found.attribute_category_options,
        dry_run=scalar_flag(found.dry_run),
        strategy=scalar_text(found.strategy if found.strategy is not None else found.import_strategy),
        id_scheme=scalar_text(found.id_scheme),
        data_element_id_scheme=scalar_text(found.data_element_id_scheme),
        org_unit_id_scheme=scalar_text(found.org_unit_id_scheme),
        category_option_combo_id_scheme=scalar_text(found.category_option_combo_id_scheme),
        data_set_id_scheme=scalar_text(found.data_set_id_scheme),
        category_option_id_scheme=scalar_text(found.category_option_id_scheme),
    )
    return DataValueSet(header, _chunks(found.data_values or []))


def _chunks(values: list[msgspec.Raw]) -> Iterator[Chunk]:
    for start in range(0, len(values), CHUNK):
        yield _chunk(start, _decode_values(values[start : start + CHUNK], start))


def _decode_values(values: list[msgspec.Raw], start: int) -> list[_Value]:
    try:
        return _VALUES.decode(b"[" + b",".join(values) + b"]")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _placed(values, start, error) from error


def _placed(values: list[msgspec.Raw], start: int, error: Exception) -> ApiError:
    """The fault with the index of its value, found by decoding them one by one."""
    for index, value in enumerate(values, start):
        try:
            _VALUE.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as found:
            text = str(found)
            place = f"$.dataValues[{index}]"
            return ApiError(
                JSON_UNREADABLE, text.replace("`$", f"`{place}") if "`$" in text else f"{text}, at `{place}`"
            )
    return ApiError(JSON_UNREADABLE, str(error))


def _chunk(start: int, records: list[_Value]) -> Chunk:
    columns = {name: _texts(name, map(attrgetter(name), records), start) for name in _TEXTS}
    followup = [r.followup if r.followup is not None else r.follow_up for r in records]
    return Chunk(start=start, **columns, followup=_flags(followup), deleted=_flags([r.deleted for r in records]))


def _texts(name: str, values: Iterable[Any], start: int) -> Column:
    """A column of texts; numbers and booleans become theirs. Errors: ApiError 400 for an array or object."""
    column = list(values)
    kinds = set(map(type, column))
    if kinds <= _SCALARS:
        return column
    for kind, shown in ((list, "array"), (dict, "object")):
        if kind in kinds:
            index = start + next(position for position, value in enumerate(column) if type(value) is kind)
            place = f"$.dataValues[{index}].{camel_case(name)}"
            raise ApiError(JSON_UNREADABLE, f"Expected `bool | int | float | str | null`, got `{shown}` - at `{place}`")
    return [value if type(value) in _SCALARS else scalar_text(value) for value in column]


def scalar_text(value: Text) -> str | None:
    """A JSON scalar as text: numbers and booleans as they are written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)


def _flags(values: list[bool | str | None]) -> list[bool | None]:
    if str not in set(map(type, values)):
        return values
    return [scalar_flag(value) for value in values]


def scalar_flag(value: bool | str | None) -> bool | None:
    """A mark that may have been sent as a text; None where absent."""
    return value.strip().lower() == "true" if isinstance(value, str) else value


# The JSON of one value, made by PostgreSQL. Absent texts are written as null; `deleted` only where it is true.
_ROW = sql.SQL("""
    '{{"dataElement":' || coalesce({element}, 'null')
    || ',"period":"' || period.iso
    || '","orgUnit":' || coalesce({unit}, 'null')
    || ',"categoryOptionCombo":' || coalesce({combo}, 'null')
    || ',"attributeOptionCombo":' || coalesce({attribute_combo}, 'null')
    || ',"value":' || coalesce(to_json(datavalue.value)::text, 'null')
    || ',"storedBy":' || coalesce(to_json(datavalue.stored_by)::text, 'null')
    || ',"created":"' || to_char(datavalue.created AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS')
    || '+0000","lastUpdated":"' || to_char(datavalue.last_updated AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS')
    || '+0000","comment":' || coalesce(to_json(datavalue.comment)::text, 'null')
    || CASE WHEN datavalue.followup THEN ',"followup":true' ELSE ',"followup":false' END
    || CASE WHEN datavalue.deleted THEN ',"deleted":true}}' ELSE '}}' END
""")


def row(names: Names) -> sql.Composable:
    """The object of one value, made by PostgreSQL."""
    return _ROW.format(element=names.element, unit=names.unit, combo=names.combo, attribute_combo=names.attribute_combo)


def quoted(text: sql.Composable) -> sql.Composable:
    """An SQL text as a JSON string."""
    return sql.SQL("to_json({})::text").format(text)


def encode(header: dict[str, Any], batches: Iterable[list[tuple[str]]]) -> Iterator[bytes]:
    """The document in pieces; each row is the JSON of one value."""
    opening = orjson.dumps(header)[:-1] + (b"," if header else b"")
    yield opening + b'"dataValues":['
    separator = ""
    for rows in batches:
        yield (separator + ",".join([row[0] for row in rows])).encode()
        separator = ","
    yield b"]}"
