"""Parameters of `/api/dataValues` (DHIS2 2.42, data values, single values), in the address, a form or a JSON body."""

from __future__ import annotations

from typing import Any

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.web.errors import JSON_UNREADABLE
from dhis2api.web.params import Params, param
from files.enums import ImageFileDimension


class ValueKeyParams(Params):
    """What names one value; by uids."""

    de: str = param("", doc="Data element.")
    pe: str = param("", doc="Period in ISO form.")
    ou: str = param("", doc="Org unit.")
    co: str = param("", doc="Category option combo; the default one if absent.")
    cc: str = param("", doc="Category combo of the attribute option combo.")
    cp: list[str] = param([], split=False, doc="Its category options, with semicolons between.")
    ds: str = param("", doc="Data set that the value is entered for.")


class SaveParams(ValueKeyParams):
    """What is to be saved; what is absent stays as it is."""

    value: str | None = param(None, doc="The value; empty deletes it.")
    comment: str | None = param(None, doc="The comment; empty deletes it.")
    follow_up: bool | None = param(None, doc="Turns the mark of a stored value over; sets that of a new one.")
    force: bool = param(False, doc="Ignore locks and approval; honoured for superusers.")


class FileParams(ValueKeyParams):
    """Which file, in which size."""

    dimension: ImageFileDimension = param(ImageFileDimension.ORIGINAL, doc="Size of an image.")


# Members of a JSON body and the parameters that they stand for.
MEMBERS = {
    "dataElement": "de", "period": "pe", "orgUnit": "ou", "categoryOptionCombo": "co", "dataSet": "ds",
    "value": "value", "comment": "comment", "followUp": "followUp", "force": "force",
}  # fmt: skip


def fields_of_body(body: Any) -> dict[str, str]:
    """A JSON body as the fields of the form that it stands for; absent and null are the same.

    Errors: ApiError 400 for anything but an object of texts, numbers and booleans, and `attribute`.
    """
    if not isinstance(body, dict):
        raise ApiError(JSON_UNREADABLE, "Expected an object")
    fields = {name: as_text(body[member], member) for member, name in MEMBERS.items() if body.get(member) is not None}
    attribute = body.get("attribute")
    if attribute is not None:
        combo, options = attribute_of(attribute)
        fields["cc"] = combo
        fields["cp"] = ";".join(options)
    return fields


def attribute_of(attribute: Any) -> tuple[str, list[str]]:
    """Combo and options of `{"combo": …, "options": [...]}`. Errors: ApiError 400 for another shape."""
    if not isinstance(attribute, dict):
        raise ApiError(BAD_REQUEST, "`attribute` must be an object with `combo` and `options`")
    options = attribute.get("options") or []
    if not isinstance(options, list):
        raise ApiError(BAD_REQUEST, "`attribute.options` must be an array")
    combo = attribute.get("combo")
    return "" if combo is None else as_text(combo, "combo"), [as_text(option, "options") for option in options]


def as_text(value: Any, member: str) -> str:
    """A JSON scalar as text. Errors: ApiError 400 for an array, an object or null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ApiError(BAD_REQUEST, f"`{member}` must be a text, a number or a boolean")
