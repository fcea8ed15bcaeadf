"""CSV files whose rows together make one object: option sets, option groups, and members of what is stored."""

from __future__ import annotations

from typing import Any

import orjson
from django.db.models import Q

from dhis2api.objects.formats.csv_import import Column, Payload, Reader, Row, Table, reference, unique
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, list_objects
from dhis2api.objects.registry import get_schema
from dhis2api.objects.uids import generate_uid
from dhis2api.web.renderers import encode_json
from metadata.models import Option
from sharing.access import Principal

OPTION_SET = Table("optionSet", (Column("name"), Column("id"), Column("code")))
OPTION_GROUP = Table(
    "optionGroup",
    (Column("name"), Column("id"), Column("code"), Column("shortName", lambda row: (row.cell(0) or "")[:50].strip()),
     Column("optionSet")),
)  # fmt: skip


def members_of(singular: str, member: str) -> Reader:
    """Files of two columns, a collection's uid and a member's; members are added, none is ever removed."""

    def read(rows: list[Row], principal: Principal) -> Payload:
        schema = get_schema(singular)
        stored = _stored(singular, {row.cell(0) or "" for row in rows}, principal)
        for row in rows:
            found = stored.get(row.cell(0) or "")
            if found is None:
                raise row.fault(f"{schema.simple_klass} with id {row.cell(0) or ''} could not be found")
            if row.cell(1) is None:
                raise row.fault("the identifier of the member is empty")
            found[member].append(reference(row.cell(1)))
        for found in stored.values():
            found[member] = unique(found[member])
        return {schema.plural: list(stored.values())}

    return read


def read_option_sets(rows: list[Row], principal: Principal) -> Payload:
    """A row an option, its set repeated on each: name, uid and code of the set, then of the option.

    Options of a stored set that the file does not name stay in it.
    """
    sets: dict[str, dict[str, Any]] = {}
    options = []
    stored = _stored("optionSet", {row.cell(1) for row in rows if row.cell(1)}, principal)
    for row in rows:
        if _key(row) not in sets:
            sets[_key(row)] = {"valueType": "TEXT"} | _collection(OPTION_SET, row, stored)
        found = sets[_key(row)]
        if not any(row.cell(position) for position in (3, 4, 5)):
            continue
        if row.cell(3) is None:
            raise row.fault("the name of the option is empty")
        option = {"id": row.cell(4) or generate_uid(), "name": row.cell(3), "optionSet": reference(found["id"])}
        options.append(option | ({"code": row.cell(5)} if row.cell(5) else {}))
        found["options"].append(reference(option["id"]))
    for found in sets.values():
        found["options"] = unique(found["options"])
    return {"optionSets": list(sets.values()), "options": options}


def read_option_groups(rows: list[Row], principal: Principal) -> Payload:
    """A row a member: name, uid, code and short name of the group, uid of its set, then uid or code of the option."""
    groups: dict[str, dict[str, Any]] = {}
    coded = _options_by_code(rows)
    stored = _stored("optionGroup", {row.cell(1) for row in rows if row.cell(1)}, principal)
    for row in rows:
        if _key(row) not in groups:
            groups[_key(row)] = _collection(OPTION_GROUP, row, stored)
        found = groups[_key(row)]
        code = row.cell(6)
        uid = row.cell(5) or coded.get((found.get("optionSet", {}).get("id"), code))
        if uid is None and code is not None:
            raise row.fault(f"the option set has no option of the code `{code[:100]}`")
        if uid is not None:
            found["options"].append(reference(uid))
    for found in groups.values():
        found["options"] = unique(found["options"])
    return {"optionGroups": list(groups.values())}


def _key(row: Row) -> str:
    """What says that rows mean the same collection: its uid, or its name."""
    return row.cell(1) or row.cell(0) or ""


def _collection(table: Table, row: Row, stored: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The collection that a row describes: what is stored of it, if anything, with what the row says over it."""
    found = table.read(row)
    uid = found.get("id") or generate_uid()
    return stored.get(uid, {"options": []}) | found | {"id": uid}


def _options_by_code(rows: list[Row]) -> dict[tuple[str | None, str | None], str]:
    """Uids of the options that rows name by their code, by set and code."""
    codes = {row.cell(6) for row in rows if row.cell(5) is None and row.cell(6)}
    if not codes:
        return {}
    sets = {row.cell(4) for row in rows if row.cell(4)}
    found = Option.objects.filter(option_set__uid__in=sets, code__in=codes)
    return {(option_set, code): uid for option_set, code, uid in found.values_list("option_set__uid", "code", "uid")}


def _stored(singular: str, uids: set[str], principal: Principal) -> dict[str, dict[str, Any]]:
    """The readable objects as an import takes them, by uid; locked, so that no other writer's members are lost."""
    schema = get_schema(singular)
    list(schema.model._base_manager.filter(uid__in=uids).select_for_update().order_by("pk").values_list("pk"))
    page = list_objects(schema, Selection(":owner", restriction=Q(uid__in=uids)), ReadingContext(principal))
    # An import works on the JSON of objects, where dates are texts.
    return {found["id"]: found for found in orjson.loads(encode_json(page.objects))}
