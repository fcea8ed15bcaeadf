"""Members that a row shows of the attribute it names: of a program's attributes, and of a tracked entity type's."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from dhis2api.objects.base_members import translate
from dhis2api.objects.declarations import ComputedValue
from dhis2api.objects.registry import get_schema

ATTRIBUTE = "tracked_entity_attribute"


def attribute_members(model: str, owner: str, owner_type: str) -> dict[str, ComputedValue]:
    """`valueType` and `displayShortName` of the rows of `model`, which stand in the object of `owner_type` that their
    column `owner` names; the short name begins with that of the owner.
    """

    def value_types(rows: list[int], context: Any) -> dict[int, Any]:
        return dict(_rows(model, rows).values_list("pk", f"{ATTRIBUTE}__value_type"))

    def short_names(rows: list[int], context: Any) -> dict[int, Any]:
        sides = ((owner, get_schema(owner_type)), (ATTRIBUTE, get_schema("trackedEntityAttribute")))
        columns = [f"{side}__{column}" for side, _ in sides for column in ("short_name", "translations")]
        found = {}
        for row in _rows(model, rows).values("pk", *columns):
            words = [
                translate(
                    {"shortName": row[f"{side}__short_name"], "translations": row[f"{side}__translations"]},
                    schema.properties["shortName"],
                    context.locale,
                )
                for side, schema in sides
            ]
            found[row["pk"]] = " ".join(word for word in words if word)
        return found

    return {"valueType": ComputedValue(value_types, "CONSTANT"), "displayShortName": ComputedValue(short_names)}


def _rows(model: str, keys: list[int]) -> Any:
    return apps.get_model(model)._base_manager.filter(pk__in=keys)
