"""The levels of the hierarchy as one list, those without a name of their own included.

Source: DHIS2 2.42, metadata model, organisation unit levels.
"""

from __future__ import annotations

from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.importer import ImportReport, MetadataImportParams, import_metadata
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, list_objects
from dhis2api.objects.registry import get_schema
from dhis2api.web.renderers import encode_json
from metadata.errors import LEVEL_NOT_POSITIVE, LEVEL_WITHOUT_NAME
from metadata.models import OrganisationUnit

PLURAL = "organisationUnitLevels"


def filled_levels(fields: str, context: ReadingContext) -> list[dict[str, Any]]:
    """Every level of the hierarchy, top first; one without a row is called `Level n`."""
    stored = _stored(f"{fields},level" if fields.strip(" ,") else "*", context)
    deepest = OrganisationUnit.objects.aggregate(deepest=Max("hierarchy_level"))["deepest"] or 0
    numbers = sorted(stored.keys() | set(range(1, deepest + 1)))
    return [
        stored.get(n) or {"level": n, "name": f"Level {n}", "displayName": f"Level {n}"} for n in numbers
    ]  # fmt: skip


@transaction.atomic
def save_levels(body: Any, *, user: Any) -> ImportReport:
    """Make the stored levels those of `{"organisationUnitLevels": [{level, name, offlineLevels}]}`; others go.

    Errors: 409 for a level below 1 or without a name; faults of single levels are in the report, nothing was
        written then.
    """
    given = _given(body)
    context = ReadingContext(user.principal)
    stored = {n: orjson.loads(encode_json(level)) for n, level in _stored(":owner", context).items()}
    payload = [stored.get(n, {"level": n}) | members for n, members in given.items()]
    report = import_metadata({PLURAL: payload}, params=MetadataImportParams(), user=user)
    left = [{"id": level["id"]} for n, level in stored.items() if n not in given]
    if report.is_ok and left:
        deletion = MetadataImportParams(strategy_name="DELETE")
        report = import_metadata({PLURAL: left}, params=deletion, user=user)
    if not report.is_ok:
        transaction.set_rollback(True)
    return report


def _stored(fields: str, context: ReadingContext) -> dict[int, dict[str, Any]]:
    selection = Selection(fields=fields, order="level")
    page = list_objects(get_schema("organisationUnitLevel"), selection, context)
    return {level["level"]: level for level in page.objects}


def _given(body: Any) -> dict[int, dict[str, Any]]:
    levels = body.get(PLURAL) if isinstance(body, dict) else None
    if not isinstance(levels, list) or not all(isinstance(level, dict) for level in levels):
        raise ApiError(BAD_REQUEST, f"The body must be an object with a list of `{PLURAL}`")
    found: dict[int, dict[str, Any]] = {}
    for level in levels:
        number = level.get("level")
        if not isinstance(number, int) or number < 1:
            raise ApiError(LEVEL_NOT_POSITIVE)
        if not isinstance(level.get("name"), str) or not level["name"].strip():
            raise ApiError(LEVEL_WITHOUT_NAME)
        found[number] = {"name": level["name"], "offlineLevels": level.get("offlineLevels")}
    return found
