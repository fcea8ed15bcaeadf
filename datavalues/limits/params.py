"""Query parameters of min-max limits (DHIS2 2.42, data entry and min-max)."""

from __future__ import annotations

from dhis2api.web.paging import PagingParams
from dhis2api.web.params import Params, param


class LimitListParams(PagingParams):
    """Parameters of `GET /api/minMaxDataElements`."""

    fields: list[str] = param(split=False, doc="Members to answer.")
    filter: list[str] = param(
        split=False, doc="`dataElement.id`, `source.id`, `optionCombo.id` with `eq` or `in`; `min`, `max` with numbers."
    )


class LimitSetParams(Params):
    """Parameters of `/upsert` and `/delete`."""

    data_set: str = param("", doc="CSV: the data set of the data elements.")


class LimitKeyParams(Params):
    """One limit, for `DELETE /api/dataEntry/minMaxValues` without a body."""

    de: str = param("", doc="Data element.")
    ou: str = param("", doc="Org unit.")
    co: str = param("", doc="Category option combo.")
