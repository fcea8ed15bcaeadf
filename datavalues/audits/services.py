"""Reads the audit trail, as far as the values themselves may be read (DHIS2 2.42, data values, audit)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg2 import sql

from datavalues import errors as codes
from datavalues.audits.params import DataValueAuditParams
from datavalues.cells import named_period
from dhis2api.errors import ApiError, Code
from dhis2api.objects.registry import get_schema
from dhis2api.value_types import FILE_TYPES
from dhis2api.web.timestamps import format_timestamp
from metadata import models
from metadata.hierarchy import Scope, capture_scope, data_view_scope
from metadata.visibility import hidden_option_combos
from sharing.access import readable

FROM = """
    FROM datavalue_audit audit
    JOIN metadata_dataelement element ON element.id = audit.data_element_id
    JOIN metadata_period period ON period.id = audit.period_id
    JOIN metadata_organisationunit unit ON unit.id = audit.organisation_unit_id
    JOIN metadata_categoryoptioncombo combo ON combo.id = audit.category_option_combo_id
    JOIN metadata_categoryoptioncombo attribute_combo ON attribute_combo.id = audit.attribute_option_combo_id
    WHERE {conditions}
"""
SELECT = """
    SELECT audit.created, audit.value, audit.modified_by, audit.audit_type, element.uid, period.iso, unit.uid,
           combo.uid, attribute_combo.uid
"""
REFERENCES = ("dataElement", "period", "organisationUnit", "categoryOptionCombo", "attributeOptionCombo")
# By the rows' numbers, which follow the order of the changes.
NEWEST_FIRST = "ORDER BY audit.id DESC"

MOST = 50_000  # changes in one answer: the trail grows with the data, without end

Condition = tuple[str, dict[str, Any]]


def data_value_audits(params: DataValueAuditParams, user: Any) -> tuple[list[dict[str, Any]], int]:
    """A page of changes, newest first, in DHIS2's names, and how many there are in all. Queries: constant.

    Errors: E1100-E1105 (409) for what names nothing that the user may read, 409 for more changes than one answer holds.
    """
    conditions = [*_asked(params, user), *_visible(user)]
    size, offset = (params.page_size, params.offset) if params.is_paged else (MOST + 1, 0)
    page = ("LIMIT %(limit)s OFFSET %(offset)s", {"limit": min(size, MOST + 1), "offset": offset})
    rows = _fetch(SELECT, conditions, NEWEST_FIRST, page)
    if len(rows) > MOST:
        raise ApiError(codes.TOO_MANY_AUDITS, MOST)
    total = _fetch("SELECT count(*)", conditions)[0][0] if params.is_paged else len(rows)
    return [_shown(row) for row in rows], total


def may_read_audited_file(file: str, user: Any) -> bool:
    """Whether some change of a file value that the user may read tells of this file (its uid).

    Anybody who enters data can write the uid of somebody's file into a text.
    """
    told = ("audit.value = %(file)s AND element.value_type = ANY(%(kinds)s)",
            {"file": file, "kinds": [str(kind) for kind in FILE_TYPES]})  # fmt: skip
    return bool(_fetch("SELECT 1", [told, *_visible(user)], "LIMIT 1"))


def _fetch(select: str, conditions: Sequence[Condition], *rest: str | Condition) -> list[tuple[Any, ...]]:
    tail = [part if isinstance(part, tuple) else (part, {}) for part in rest]
    parameters = {name: value for _, values in (*conditions, *tail) for name, value in values.items()}
    statement = sql.SQL("{} {} {}").format(
        sql.SQL(select),
        sql.SQL(FROM).format(conditions=sql.SQL(" AND ").join([sql.SQL(text) for text, _ in conditions])),
        sql.SQL(" ").join([sql.SQL(text) for text, _ in tail]),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection), parameters)
        return cursor.fetchall()


def _asked(params: DataValueAuditParams, user: Any) -> list[Condition]:
    conditions: list[Condition] = []
    if params.ds:
        sets = _find("dataSet", params.ds, codes.E1105, user)
        members = models.DataSetElement.objects.filter(data_set_id__in=sets)
        elements = list(members.values_list("data_element_id", flat=True))
        conditions.append(("audit.data_element_id = ANY(%(of_sets)s)", {"of_sets": elements}))
    for texts, singular, code, column in (
        (params.de, "dataElement", codes.E1100, "data_element_id"),
        (params.ou, "organisationUnit", codes.E1102, "organisation_unit_id"),
        ([params.co] if params.co else [], "categoryOptionCombo", codes.E1103, "category_option_combo_id"),
        ([params.cc] if params.cc else [], "categoryOptionCombo", codes.E1104, "attribute_option_combo_id"),
    ):
        if texts:
            conditions.append((f"audit.{column} = ANY(%({column})s)", {column: _find(singular, texts, code, user)}))
    if params.pe:
        conditions.append(("period.iso = ANY(%(periods)s)", {"periods": [_iso(text) for text in params.pe]}))
    if params.audit_type:
        conditions.append(("audit.audit_type = ANY(%(types)s)", {"types": [str(kind) for kind in params.audit_type]}))
    return conditions


def _find(singular: str, uids: Sequence[str], code: Code, user: Any) -> list[int]:
    schema = get_schema(singular)
    found = dict(
        schema.model.objects.filter(readable(schema.rules, user.principal), uid__in=uids).values_list("uid", "pk")
    )
    for uid in uids:
        if uid not in found:
            raise ApiError(code, uid)
    return list(found.values())


def _iso(text: str) -> str:
    return named_period(text).iso


def _visible(user: Any) -> list[Condition]:
    """Data elements that may be read, org units where the user enters or views data, option combos that may be read."""
    principal, conditions = user.principal, []
    if not principal.is_superuser:
        unreadable = models.DataElement.objects.exclude(readable(get_schema("dataElement").rules, principal))
        hidden = hidden_option_combos(principal)
        conditions = [
            (
                "audit.data_element_id <> ALL(%(unreadable)s)",
                {"unreadable": list(unreadable.values_list("pk", flat=True))},
            ),
            ("audit.category_option_combo_id <> ALL(%(hidden)s)", {"hidden": hidden}),
            ("audit.attribute_option_combo_id <> ALL(%(hidden)s)", {}),
        ]
    scope = Scope((*capture_scope(user.pk).paths, *data_view_scope(user.pk).paths))
    below = "(unit.path = ANY(%(tops)s) OR unit.path LIKE ANY(%(below)s))"
    tops = list(scope.paths)
    return [*conditions, (below, {"tops": tops, "below": [f"{path}/%" for path in tops]})]


def _shown(row: tuple[Any, ...]) -> dict[str, Any]:
    created, value, modified_by, audit_type, *uids = row
    shown: dict[str, Any] = {"created": format_timestamp(created), "value": value, "modifiedBy": modified_by}
    references = {name: {"id": uid} for name, uid in zip(REFERENCES, uids, strict=True)}
    present = {name: member for name, member in shown.items() if member is not None}
    return present | {"auditType": audit_type} | references
