"""`idScheme` and its companions: metadata named by code, name or a custom attribute instead of uid.

Objects are rendered with uids; these are replaced afterwards, a query for each class that is not named by uid. What is
nested in an object keeps uids. Source: DHIS2 2.42, tracker export, id schemes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dhis2api.errors import ApiError
from dhis2api.objects.registry import get_schema
from metadata.id_schemes import UID, IdScheme, SchemeKind
from metadata.models.categories import DEFAULT_CATEGORY_OPTION, DEFAULT_CATEGORY_OPTION_COMBO
from tracker.export import errors as codes
from tracker.schemes import parse_scheme

SHOWN = 20  # uids of a class that an error names
DEFAULTS = {DEFAULT_CATEGORY_OPTION, DEFAULT_CATEGORY_OPTION_COMBO}


@dataclass(frozen=True, slots=True)
class Reference:
    """A member that names metadata: its class, the parameter of its scheme, where it lies.

    `inner` is the member inside each item of a list. `is_joined`: several uids in one text. `may_be_left_out`: an item
    whose metadata has no such identifier is not shown.
    """

    member: str
    singular: str
    scheme: str
    inner: str | None = None
    is_joined: bool = False
    may_be_left_out: bool = False


ENTITY_REFERENCES = (
    Reference("trackedEntityType", "trackedEntityType", "id_scheme"),
    Reference("orgUnit", "organisationUnit", "org_unit_id_scheme"),
    Reference("attributes", "trackedEntityAttribute", "id_scheme", inner="attribute"),
)
EVENT_REFERENCES = (
    Reference("program", "program", "program_id_scheme"),
    Reference("programStage", "programStage", "program_stage_id_scheme"),
    Reference("orgUnit", "organisationUnit", "org_unit_id_scheme"),
    Reference("attributeOptionCombo", "categoryOptionCombo", "category_option_combo_id_scheme"),
    Reference("attributeCategoryOptions", "categoryOption", "category_option_id_scheme", is_joined=True),
    Reference("dataValues", "dataElement", "data_element_id_scheme", inner="dataElement", may_be_left_out=True),
)

Identify = Callable[[list[dict[str, Any]]], None]


def identifier(references: Sequence[Reference], params: Any, separator: str) -> Identify | None:
    """What replaces uids in objects; None where all stay uids. Errors: 400 for a scheme that there is not."""
    general = parse_scheme(params.id_scheme, "idScheme")
    chosen = []
    for reference in references:
        text = getattr(params, reference.scheme)
        scheme = parse_scheme(text, _wire_name(reference.scheme)) if text else general
        if scheme != UID:
            chosen.append((reference, scheme))
    if not chosen:
        return None
    return lambda objects: _replace(objects, chosen, separator)


def _replace(objects: list[dict[str, Any]], chosen: list[tuple[Reference, IdScheme]], separator: str) -> None:
    found = {
        reference.member: _load(reference.singular, scheme, _uids(objects, reference, separator))
        for reference, scheme in chosen
    }
    missing = {
        (reference.singular, scheme): sorted(uid for uid, name in found[reference.member].items() if name is None)
        for reference, scheme in chosen if not reference.may_be_left_out
    }  # fmt: skip
    if any(missing.values()):
        raise ApiError(codes.NO_IDENTIFIERS, detail="\n".join(_told(missing)))
    for reference, _ in chosen:
        for shown in objects:
            _rename(shown, reference, found[reference.member], separator)


def _told(missing: Mapping[tuple[str, IdScheme], list[str]]) -> list[str]:
    lines = ["Not all metadata has an identifier for the requested idScheme:"]
    for (singular, scheme), uids in missing.items():
        if uids:
            named = [f"{uid}(default)" if uid in DEFAULTS else uid for uid in uids[:SHOWN]]
            kind = f"ATTRIBUTE:{scheme.attribute}" if scheme.kind is SchemeKind.ATTRIBUTE else scheme.kind
            rest = ",..." if len(uids) > SHOWN else ""
            lines.append(f"{singular[0].upper()}{singular[1:]}[{kind}]={','.join(named)}{rest}")
    return lines


def _uids(objects: list[dict[str, Any]], reference: Reference, separator: str) -> set[str]:
    found: set[str] = set()
    for shown in objects:
        value = shown.get(reference.member)
        if value is None:
            continue
        if reference.inner is not None:
            found.update(item[reference.inner] for item in value)
        elif reference.is_joined:
            found.update(value.split(separator))
        else:
            found.add(value)
    return found


def _load(singular: str, scheme: IdScheme, uids: set[str]) -> dict[str, str | None]:
    rows = get_schema(singular).model._base_manager.filter(uid__in=uids)
    if scheme.kind is SchemeKind.ATTRIBUTE:
        named = {uid: values.get(scheme.attribute) for uid, values in rows.values_list("uid", "attribute_values")}
    else:
        named = dict(rows.values_list("uid", scheme.kind.value.lower()))
    return {uid: named.get(uid) for uid in uids}


def _rename(shown: dict[str, Any], reference: Reference, names: Mapping[str, str | None], separator: str) -> None:
    value = shown.get(reference.member)
    if value is None:
        return
    if reference.inner is not None:
        shown[reference.member] = [
            {**item, reference.inner: names[item[reference.inner]]} for item in value
            if names[item[reference.inner]] is not None
        ]  # fmt: skip
    elif reference.is_joined:
        shown[reference.member] = separator.join(names[uid] or "" for uid in value.split(separator))
    else:
        shown[reference.member] = names[value]


def _wire_name(field: str) -> str:
    first, *rest = field.split("_")
    return first + "".join(part.title() for part in rest)
