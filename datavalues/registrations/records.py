"""What decoding registrations gives, whatever their format, and the two formats that are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec

from datavalues.errors import UNREADABLE
from datavalues.formats.json import Text, scalar_flag, scalar_text
from datavalues.schemes import SchemeTexts
from dhis2api.errors import ApiError
from dhis2api.web.bodies import decode_json, read_json_stream
from dhis2api.web.params import camel_case
from dhis2api.web.xml import DXF, Element, iter_elements, local_name, namespace

ROOT = "completeDataSetRegistrations"
ITEM = "completeDataSetRegistration"


class Registration(msgspec.Struct, rename="camel"):
    """One registration as it was sent; `cp` are options with `;` between them."""

    data_set: Text = None
    period: Text = None
    organisation_unit: Text = None
    attribute_option_combo: Text = None
    cc: Text = None
    cp: Text = None
    date: Text = None
    stored_by: Text = None
    last_updated_by: Text = None
    completed: bool | str | None = None

    @property
    def is_completed(self) -> bool:
        """Absent means complete."""
        return scalar_flag(self.completed) is not False


class _Body(msgspec.Struct, rename="camel"):
    id_scheme: Text = None
    data_set_id_scheme: Text = None
    org_unit_id_scheme: Text = None
    attribute_option_combo_id_scheme: Text = None
    dry_run: bool | str | None = None
    strategy: Text = None
    import_strategy: Text = None
    complete_data_set_registrations: list[Registration] | None = None


@dataclass(slots=True)
class RegistrationSet:
    """A decoded payload; None for members of the root that are absent."""

    schemes: SchemeTexts = field(default_factory=SchemeTexts)
    dry_run: bool | None = None
    strategy: str | None = None
    items: list[Registration] = field(default_factory=list)


_BODY = msgspec.json.Decoder(_Body, float_hook=str)
_NAMES = {name: field.encode_name for name, field in
          zip(Registration.__struct_fields__, msgspec.structs.fields(Registration), strict=True)}  # fmt: skip


def decode_json_body(stream: BinaryIO) -> RegistrationSet:
    """Errors: ApiError 400 with the place of what is not JSON or of the wrong type."""
    found: _Body = decode_json(read_json_stream(stream), _BODY)
    items = found.complete_data_set_registrations or []
    for item in items:
        for name in _NAMES:
            if name != "completed":
                setattr(item, name, scalar_text(getattr(item, name)))
    return RegistrationSet(
        schemes=_schemes(lambda name: scalar_text(getattr(found, name))),
        dry_run=scalar_flag(found.dry_run),
        strategy=scalar_text(found.strategy if found.strategy is not None else found.import_strategy),
        items=items,
    )


def decode_xml_body(stream: BinaryIO) -> RegistrationSet:
    """Errors: ApiError 400 with line and column for what is not well-formed, or has another root."""
    found: RegistrationSet | None = None
    for event, element in iter_elements(stream):
        if event != "start":
            continue
        if found is None:
            found = _from_root(element)
        elif local_name(element) == ITEM:
            found.items.append(Registration(**{name: element.get(wire) for name, wire in _NAMES.items()}))
    return found or RegistrationSet()


def _from_root(root: Element) -> RegistrationSet:
    if local_name(root) != ROOT or namespace(root) not in (DXF, None):
        line = root.sourceline
        raise ApiError(UNREADABLE, f"The root must be `{ROOT}` of `{DXF}`, but was `{root.tag}`, at line {line}")
    return RegistrationSet(
        schemes=_schemes(lambda name: root.get(camel_case(name))),
        dry_run=True if root.get("dryRun") == "true" else None,
        strategy=root.get("importStrategy") or root.get("strategy"),
    )


def _schemes(get: Any) -> SchemeTexts:
    return SchemeTexts(
        general=get("id_scheme"), data_set=get("data_set_id_scheme"), org_unit=get("org_unit_id_scheme"),
        attribute_option_combo=get("attribute_option_combo_id_scheme"),
    )  # fmt: skip


DECODERS = {"json": decode_json_body, "xml": decode_xml_body}
