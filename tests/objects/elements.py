"""Data elements as rows, for tests of reading: builders without the import."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dhis2api.objects.uids import generate_uid
from metadata.models import CategoryCombo, DataElement, DataElementGroup

DAY = datetime(2020, 1, 2, tzinfo=UTC)
PUBLIC = {"owner": "GOLswS44mh8", "public": "rw------", "users": {}, "userGroups": {}}


def element(name: str, **columns: Any) -> DataElement:
    """An unsaved data element; `columns` over the defaults."""
    values = {
        "uid": generate_uid(), "name": name, "short_name": name[:50], "value_type": "NUMBER",
        "domain_type": "AGGREGATE",
        "aggregation_type": "SUM", "created": DAY, "last_updated": DAY, "sharing": PUBLIC,
    }  # fmt: skip
    return DataElement(**values | columns)


def store(elements: Sequence[DataElement], combo: CategoryCombo | None = None) -> list[DataElement]:
    """Insert them, under `combo` or the default one."""
    combo = combo or CategoryCombo.objects.get(name="default")
    for row in elements:
        row.category_combo = combo
    return DataElement.objects.bulk_create(elements)


def group(name: str, members: Sequence[DataElement] = (), **columns: Any) -> DataElementGroup:
    """A stored group with these members."""
    values = {"short_name": name[:50], "created": DAY, "last_updated": DAY, "sharing": PUBLIC}
    found = DataElementGroup.objects.create(name=name, **values | columns)
    found.data_elements.set(members)
    return found
