"""Lists, stores and deletes min-max limits, any number in a fixed number of queries (DHIS2 2.42, min-max)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from datavalues.limits import errors as codes
from datavalues.limits.params import LimitListParams
from datavalues.limits.records import Limit, LimitSet
from datavalues.models import MinMaxDataElement
from dhis2api.errors import E1003, ApiError
from dhis2api.objects.query.conditions import Condition, parse_filters
from dhis2api.objects.query.fields import parse_fields
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.registry import get_schema
from metadata import models
from metadata.hierarchy import capture_scope, data_view_scope
from sharing.access import readable

REFERENCES = {"dataElement.id": "data_element__uid", "source.id": "source__uid", "optionCombo.id": "option_combo__uid"}
NUMBERS = {"min": "min", "max": "max"}
LOOKUPS = {"eq": "exact", "gt": "gt", "ge": "gte", "lt": "lt", "le": "lte"}

# The last of several limits of one cell counts; in key order, so that two requests do not wait in a circle.
UPSERT = """
    INSERT INTO datavalues_minmaxdataelement (data_element_id, source_id, option_combo_id, min, max, generated)
    SELECT * FROM unnest(%(elements)s::int[], %(units)s::int[], %(combos)s::int[], %(min)s::int[], %(max)s::int[],
                         %(generated)s::boolean[])
    ORDER BY 1, 2, 3
    ON CONFLICT (data_element_id, source_id, option_combo_id) DO UPDATE SET
        min = excluded.min, max = excluded.max, generated = excluded.generated
"""
DELETE = """
    DELETE FROM datavalues_minmaxdataelement stored
    USING unnest(%(elements)s::int[], %(units)s::int[], %(combos)s::int[]) AS cell (element, unit, combo)
    WHERE (stored.data_element_id, stored.source_id, stored.option_combo_id) = (cell.element, cell.unit, cell.combo)
"""

Cell = tuple[int, int, int]  # primary keys of data element, org unit and option combo


def list_limits(params: LimitListParams, user: Any) -> tuple[list[dict[str, Any]], int]:
    """A page of the limits of readable data elements in the user's data view hierarchy, and their number.

    Errors: E1003 for fields and filters that cannot be read.
    """
    selections = parse_fields(",".join(params.fields) or ":all")
    visible = data_view_scope(user.pk).to_q("source__")
    visible &= readable(get_schema("dataElement").rules, user.principal, "data_element__")
    rows = MinMaxDataElement.objects.filter(visible, *map(_condition, parse_filters(params.filter))).order_by("pk")
    total = rows.count()
    if params.is_paged:
        rows = rows[params.offset : params.offset + params.page_size]
    columns = ("data_element__uid", "source__uid", "option_combo__uid", "min", "max", "generated")
    return [pick(_shown(*row), selections) for row in rows.values_list(*columns)], total


@transaction.atomic
def store_limits(limits: Sequence[Limit], user: Any) -> None:
    """Store limits over those that are there; all or none.

    Errors: 400 with E1100, E1102, E2020, E1103 for what a limit names, E2042-E2044 for its numbers.
    """
    cells = _cells(limits, user)
    for limit in limits:
        if limit.min is None:
            raise ApiError(codes.E2042)
        if limit.max is None:
            raise ApiError(codes.E2043)
        if limit.min >= limit.max:
            raise ApiError(codes.E2044)
    last = dict(zip(cells, limits, strict=True))
    if not last:
        return
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, _columns(list(last)) | {
            "min": [limit.min for limit in last.values()], "max": [limit.max for limit in last.values()],
            "generated": [limit.generated for limit in last.values()],
        })  # fmt: skip


@transaction.atomic
def delete_limits(limits: Sequence[Limit], user: Any) -> int:
    """Delete limits, as far as there are any; their number. Errors: as `store_limits`, without the numbers'."""
    cells = _cells(limits, user)
    if not cells:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(DELETE, _columns(cells))
        return cursor.rowcount


def delete_limit(limit: Limit, user: Any) -> None:
    """Delete one limit. Errors: as `delete_limits`, and E2047 (404) if there is none."""
    if not delete_limits([limit], user):
        raise ApiError(codes.E2047, limit.data_element, limit.org_unit, limit.option_combo)


def check_data_set(payload: LimitSet, user: Any) -> None:
    """Errors: E1105 for an unknown data set, E2021 for a data element that is not in it."""
    rules = get_schema("dataSet").rules
    found = models.DataSet.objects.filter(readable(rules, user.principal), uid=payload.data_set).first()
    if found is None:
        raise ApiError(codes.E1105, payload.data_set)
    elements = set(found.data_set_elements.values_list("data_element__uid", flat=True))
    for limit in payload.limits:
        if limit.data_element not in elements:
            raise ApiError(codes.E2021, payload.data_set, limit.data_element)


def _cells(limits: Sequence[Limit], user: Any) -> list[Cell]:
    visible = readable(get_schema("dataElement").rules, user.principal)
    elements = _keys(models.DataElement.objects.filter(visible), {limit.data_element for limit in limits})
    units = {
        uid: (pk, path) for uid, pk, path in models.OrganisationUnit.objects.filter(
            uid__in={limit.org_unit for limit in limits}
        ).values_list("uid", "pk", "path")
    }  # fmt: skip
    combos = _keys(models.CategoryOptionCombo.objects, {limit.option_combo for limit in limits})
    scope = capture_scope(user.pk)
    found: list[Cell] = []
    for limit in limits:
        if limit.data_element not in elements:
            raise ApiError(codes.E1100, limit.data_element)
        if limit.org_unit not in units:
            raise ApiError(codes.E1102, limit.org_unit)
        unit, path = units[limit.org_unit]
        if not scope.covers(path):
            raise ApiError(codes.E2020, limit.org_unit)
        if limit.option_combo not in combos:
            raise ApiError(codes.E1103, limit.option_combo)
        found.append((elements[limit.data_element], unit, combos[limit.option_combo]))
    return found


def _keys(rows: Any, uids: set[str]) -> dict[str, int]:
    return dict(rows.filter(uid__in=uids).values_list("uid", "pk"))


def _columns(cells: Sequence[Cell]) -> dict[str, list[int]]:
    names = ("elements", "units", "combos")
    return {name: list(column) for name, column in zip(names, zip(*cells, strict=True), strict=True)}


def _condition(condition: Condition) -> Q:
    if condition.path in REFERENCES and condition.operator in ("eq", "in"):
        values = condition.listed() if condition.operator == "in" else [condition.value or ""]
        return Q(**{f"{REFERENCES[condition.path]}__in": values})
    if condition.path in NUMBERS and condition.operator in LOOKUPS:
        try:
            return Q(**{f"{NUMBERS[condition.path]}__{LOOKUPS[condition.operator]}": int(condition.value or "")})
        except ValueError as error:
            raise ApiError(E1003, f"`{condition.value}` is not a whole number") from error
    raise ApiError(E1003, f"Filter `{condition.text}` is not supported here")


def _shown(element: str, unit: str, combo: str, least: int, most: int, generated: bool) -> dict[str, Any]:
    return {
        "dataElement": {"id": element}, "source": {"id": unit}, "optionCombo": {"id": combo},
        "min": least, "max": most, "generated": generated,
    }  # fmt: skip
