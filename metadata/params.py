"""Query parameters of resources that are no generic lists."""

from __future__ import annotations

from dhis2api.objects.params import ObjectParams
from dhis2api.web.paging import PagingParams
from dhis2api.web.params import param


class OperandParams(PagingParams, ObjectParams):
    """Parameters of `GET /api/dataElementOperands`."""

    filter: list[str] = param(split=False, repeatable=True, doc="`dataElement.property:operator:value`.")
    query: str = param("", doc="A part of the data element's name.")
    data_set: str = param("", doc="Only the operands of this data set, with its own category combos.")
    totals: bool = param(False, doc="List data elements of several option combos alone, too.")
