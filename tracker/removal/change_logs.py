"""Remove the change log of a data element's values in events (DHIS2 2.42, maintenance, dataPruning)."""

from __future__ import annotations

from metadata.models import DataElement
from tracker.models import EventChangeLog


def prune_change_log(element: DataElement) -> None:
    """Remove it; the values stay."""
    EventChangeLog.objects.filter(data_element=element).delete()
