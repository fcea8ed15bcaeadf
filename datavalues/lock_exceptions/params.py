"""Query parameters of `/api/lockExceptions` (DHIS2 2.42, data values, locking)."""

from __future__ import annotations

from dhis2api.web.paging import PagingParams
from dhis2api.web.params import Params, param


class LockExceptionListParams(PagingParams):
    """Parameters of `GET`."""

    fields: list[str] = param(split=False, doc="Members to answer.")
    filter: list[str] = param(
        split=False, doc="`organisationUnit.id`, `dataSet.id` or `period`, with `eq` or `in:[a,b]`; all must hold."
    )


class LockExceptionParams(Params):
    """Parameters of `POST` and `DELETE`."""

    ds: str = param("", doc="Data set.")
    pe: str = param("", doc="Period.")
    ou: str = param("", doc="Org unit, or `[uid,uid]`.")
