"""Data approval levels: one for each org unit level and group set, without gaps (DHIS2 2.42, data approval)."""

from __future__ import annotations

from collections.abc import Sequence

from dhis2api.objects.errors import E5003
from dhis2api.objects.importer.records import Action, Bundle, Fault, ImportObject
from metadata.models import DataApprovalLevel


def levels_are_single(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E5003: an org unit level has one approval level, and one more for each category option group set."""
    replaced = {item.pk for item in objects}
    taken = {
        (level.org_unit_level, level.category_option_group_set_id): (level.pk, f"{level.name} [{level.uid}]")
        for level in DataApprovalLevel.objects.all()
        if level.pk not in replaced
    }
    for item in objects:
        number = item.values.get("org_unit_level")
        if number is None:
            continue
        key = (number, item.values.get("category_option_group_set_id"))
        pk, other = taken.setdefault(key, (item.pk, item.describe()))
        if pk != item.pk:
            item.faults.append(
                Fault(E5003, ("orgUnitLevel", number, item.describe(), other), "orgUnitLevel", main_id=item.uid)
            )


def place_level(bundle: Bundle, objects: list[ImportObject]) -> None:
    """A level that is posted alone takes its place by its org unit level; `/api/metadata` keeps the numbers sent."""
    if not bundle.single:
        return
    new = {item.pk for item in objects if item.action is Action.CREATE}
    levels = list(DataApprovalLevel.objects.select_for_update())
    if new:
        levels.sort(key=lambda level: (level.org_unit_level, level.pk in new, level.level))
    else:
        levels.sort(key=lambda level: level.level)
    _number(levels)


def close_gap(keys: Sequence[int]) -> None:
    """The levels below one that is deleted move up."""
    _number(list(DataApprovalLevel.objects.exclude(pk__in=keys).order_by("level", "pk").select_for_update()))


def _number(levels: list[DataApprovalLevel]) -> None:
    for position, level in enumerate(levels, start=1):
        level.level = position
    DataApprovalLevel.objects.bulk_update(levels, ["level"])
