"""Documents in the import: a payload's members become a `content`, with every declared reference resolved to a uid.

Undeclared members are kept as they came, except those that are the server's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dhis2api.ciphers import UndecryptableError, decrypt_text, encrypt_text
from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.document_references import declared_members
from dhis2api.objects.errors import E4000, E4027
from dhis2api.objects.importer.checks import range_faults, text_faults
from dhis2api.objects.importer.convert import convert, convert_text
from dhis2api.objects.importer.preheat import Preheat
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Kind, Property, Schema
from dhis2api.objects.uids import generate_uid, is_uid
from dhis2api.web.timestamps import format_timestamp, parse_timestamp

# Members of every object that the server makes; in a payload they are what an export once showed.
DERIVED = frozenset({"access", "favorite", "href", "interpretations", "subscribed", "uid"})

# A reference and the uid of the item that it stands in → the uid of the object referred to; None where it is refused.
Refer = Callable[[Property, Any, str], str | None]


def read_content(item: ImportObject, refer: Refer, place: str) -> dict[str, Any]:
    """The `content` of an object; secrets that the payload leaves out stay.

    Errors: ApiError 400 with the place (`dashboards[0].dashboardItems[2].x`) of a value of the wrong type.
    """
    content = _read(item.schema, item.raw, place, refer, item.uid)
    stored = (item.stored or {}).get("content") or {}
    if item.is_partial:
        kept = {name: value for name, value in stored.items() if name not in item.raw}
        content = kept | {name: value for name, value in content.items() if name in item.raw}
    if stored and stored.get("url") == content.get("url"):
        _keep_secrets(item.schema, content, stored)
    return content


def document_fits_schema(item: ImportObject, bundle: Bundle, heat: Preheat) -> Iterator[Fault]:
    """E4000, E4001, E4008, E4027 of what stands in the content of a document, items within items included."""
    if item.schema.is_document:
        unresolved = {fault.property for fault in item.faults if fault.is_reference}
        yield from content_faults(item.schema, item.values["content"], unresolved)


def content_faults(
    schema: Schema, content: dict[str, Any], unresolved: set[str | None], prefix: str = ""
) -> Iterator[Fault]:
    """The faults of one content; a reference that did not resolve is not missing too."""
    for prop in declared_members(schema):
        value = content.get(prop.name)
        place = f"{prefix}{prop.name}"
        if value is None:
            if prop.required and prop.singular not in unresolved:
                yield Fault(E4000, (prop.name,), place, prop.klass)
        elif prop.target is not None and not prop.refers:
            for row in value if prop.collection else [value]:
                yield from content_faults(get_schema(prop.target), row, unresolved, f"{place}.")
        elif prop.enum_type is not None and value not in prop.enum_type.__members__:
            yield Fault(E4027, (value, prop.name), place, prop.klass)
        elif prop.is_text:
            yield from text_faults(prop, value, prefix)
        elif prop.kind in (Kind.INTEGER, Kind.NUMBER):
            yield from range_faults(prop, value, prefix)


def _read(schema: Schema, raw: dict[str, Any], place: str, refer: Refer, owner: str) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for prop in declared_members(schema):
        if not prop.writable:
            continue
        value = _member(prop, raw.get(prop.name), f"{place}.{prop.name}", refer, owner)
        value = prop.default if value is None else value
        if prop.identifies:
            owner = value
        if value is not None:
            # A secret is written and never shown; no dump of the database tells it either.
            content[prop.name] = value if prop.readable or not isinstance(value, str) else encrypt_text(value)
    for name, value in raw.items():
        if value is not None and _is_undeclared(schema, name):
            content[name] = value
    if schema.item is not None and schema.item.complete is not None:
        schema.item.complete(content, raw)
    return content


def _is_undeclared(schema: Schema, name: str) -> bool:
    if name in schema.properties or name in DERIVED:
        return False
    # `displayTitle` of `title` is made from it.
    shown = name.removeprefix("display")
    return shown == name or shown[:1].lower() + shown[1:] not in schema.properties


def _member(prop: Property, value: Any, place: str, refer: Refer, owner: str) -> Any:
    if prop.identifies:
        return value if is_uid(value) else generate_uid()
    if value is None or value == "":
        return None
    if prop.collection:
        return _collection(prop, value, place, refer, owner)
    if prop.target is not None:
        return _one(prop, value, place, refer, owner)
    if prop.kind is Kind.COMPLEX:
        return value
    if prop.enum_type is not None:
        return convert_text(value, place)
    if prop.kind is Kind.DATE:
        return _moment(value, place)
    return convert(None, prop, value, place)


def _collection(prop: Property, value: Any, place: str, refer: Refer, owner: str) -> list[Any]:
    if not isinstance(value, list):
        raise ApiError(BAD_REQUEST, f"`{place}` must be a list")
    if prop.target is None:
        if prop.item_kind is Kind.TEXT:
            return [convert_text(one, f"{place}[{position}]") for position, one in enumerate(value)]
        return value
    found = [_one(prop, one, f"{place}[{position}]", refer, owner) for position, one in enumerate(value)]
    return [one for one in found if one is not None]


def _one(prop: Property, value: Any, place: str, refer: Refer, owner: str) -> dict[str, Any] | None:
    if prop.refers:
        uid = refer(prop, value, owner)
        return {"id": uid} if uid is not None else None
    if not isinstance(value, dict):
        raise ApiError(BAD_REQUEST, f"`{place}` must be an object")
    return _read(get_schema(prop.target), value, place, refer, owner)


def _moment(value: Any, place: str) -> str:
    try:
        return format_timestamp(parse_timestamp(value))
    except (ValueError, TypeError, OverflowError):
        shown = str(value)[:100]
        raise ApiError(BAD_REQUEST, f"Value `{shown}` is not valid for `{place}`. It should be a date") from None


def _keep_secrets(schema: Schema, content: dict[str, Any], stored: dict[str, Any]) -> None:
    """A password is never shown, so what is put back has none: it stays as long as all beside it does.

    One that is sent again stays encrypted as it was: nothing has changed then.
    """
    secrets = {p.name for p in declared_members(schema) if not p.readable}
    if secrets and all(content.get(name) == stored.get(name) for name in {*content, *stored} - secrets):
        for name in secrets & stored.keys():
            if name not in content or decrypt_text(content[name]) == _decrypted(stored[name]):
                content[name] = stored[name]
    for prop in declared_members(schema):
        if prop.target is None or prop.refers:
            continue
        pairs = zip(_rows(content.get(prop.name)), _rows(stored.get(prop.name)), strict=False)
        for row, before in pairs:
            _keep_secrets(get_schema(prop.target), row, before)


def _decrypted(secret: str) -> str | None:
    """The secret, or None where its key is lost: then another one is another."""
    try:
        return decrypt_text(secret)
    except UndecryptableError:
        return None


def _rows(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
