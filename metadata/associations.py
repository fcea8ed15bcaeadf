"""Small questions about what belongs together: where options and programs are used, how data sets disaggregate.

Source: DHIS2 2.42, metadata API, org units of category options and programs, data sets.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, list_objects, readable_rows
from dhis2api.objects.registry import get_schema
from metadata.models import DataSetElement


def org_units_of(singular: str, uids: list[str], context: ReadingContext) -> dict[str, list[str]]:
    """The org units of each readable object, by uid; none means everywhere. Two queries."""
    schema = get_schema(singular)
    link = schema.properties["organisationUnits"].link
    owners = dict(readable_rows(schema, context).filter(uid__in=uids).values_list("pk", "uid"))
    found: dict[str, list[str]] = {uid: [] for uid in owners.values()}
    unit = f"{link.member_column.removesuffix('_id')}__uid"
    rows = link.model._base_manager.filter(**{f"{link.owner_column}__in": owners}).order_by(unit)
    for owner, uid in rows.values_list(link.owner_column, unit):
        found[owners[owner]].append(uid)
    return found


def data_set_version(uid: str, context: ReadingContext) -> int:
    """The version of a data set. Errors: E1005 (404)."""
    return _data_set(uid, context).version


def category_combos_of(uid: str, fields: str, context: ReadingContext) -> list[dict[str, Any]]:
    """The category combos by which a data set's elements are kept there. Errors: E1005 (404)."""
    elements = DataSetElement.objects.filter(data_set=_data_set(uid, context).pk)
    combos = elements.values_list(Coalesce(F("category_combo_id"), F("data_element__category_combo_id")), flat=True)
    selection = Selection(fields=fields, default_fields="*", restriction=Q(pk__in=combos))
    return list(list_objects(get_schema("categoryCombo"), selection, context).objects)


def _data_set(uid: str, context: ReadingContext) -> Any:
    schema = get_schema("dataSet")
    found = readable_rows(schema, context).filter(uid=uid).first()
    if found is None:
        raise ApiError(E1005, schema.simple_klass, uid)
    return found
