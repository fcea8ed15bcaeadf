"""Data elements by sharing: whose values somebody is told of, one by one."""

from __future__ import annotations

from django.db.models import QuerySet

from dhis2api.objects.registry import get_schema
from metadata.models import DataElement
from sharing.access import Principal, readable


def readable_elements(principal: Principal) -> QuerySet[DataElement]:
    """Those that somebody may read."""
    return DataElement.objects.filter(readable(get_schema("dataElement").rules, principal))
