"""Parameters of `/api/audits` (DHIS2 2.42, data values, audit)."""

from __future__ import annotations

from enum import StrEnum

from dhis2api.web.paging import PagingParams
from dhis2api.web.params import param


class AuditType(StrEnum):
    """What happened to a value."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


class DataValueAuditParams(PagingParams):
    """Which changes are wanted; what is absent does not restrict."""

    ds: list[str] = param(repeatable=True, doc="Data sets, whose data elements are meant.")
    de: list[str] = param(repeatable=True, doc="Data elements.")
    pe: list[str] = param(repeatable=True, doc="Periods in ISO form.")
    ou: list[str] = param(repeatable=True, doc="Org units.")
    co: str = param("", doc="Category option combo.")
    cc: str = param("", doc="Attribute option combo.")
    audit_type: list[AuditType] = param(repeatable=True, doc="CREATE, UPDATE, DELETE.")
    fields: list[str] = param([], split=False, doc="Members to show; all if absent.")
