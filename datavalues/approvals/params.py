"""Query parameters and bodies of the approval endpoints (DHIS2 2.42, data approval, endpoints)."""

from __future__ import annotations

from datetime import date

import msgspec

from dhis2api.web.paging import PagingParams
from dhis2api.web.params import Params, param


class ApprovalParams(Params):
    """One approval: which data, when, where."""

    wf: list[str] = param(doc="Workflow; several only for DELETE.")
    ds: list[str] = param(doc="Data set, which stands for its workflow; several only for DELETE.")
    pe: str = param("", doc="Period.")
    ou: str = param("", doc="Org unit.")
    aoc: str = param("", doc="Attribute option combo, the default one if absent.")


class ApprovalListParams(Params):
    """Several approvals: every combination."""

    wf: list[str] = param(doc="Workflows.")
    ds: list[str] = param(doc="Data sets, which stand for their workflows.")
    pe: list[str] = param(doc="Periods.")
    start_date: date | None = param(None, doc="Instead of periods: those from the one of this day …")
    end_date: date | None = param(None, doc="… to the one of this day.")
    ou: list[str] = param(doc="Org units.")
    aoc: list[str] = param(doc="Attribute option combos, the default one if absent.")


class ApprovalStatusParams(Params):
    """The states of data sets, without attributes."""

    ds: list[str] = param(doc="Data sets.")
    pe: str = param("", doc="Period.")
    start_date: date | None = param(None, doc="Instead of a period: those from the one of this day …")
    end_date: date | None = param(None, doc="… to the one of this day.")
    ou: list[str] = param(doc="Org units.")
    children: bool = param(False, doc="Also of the org units below.")
    fields: list[str] = param(split=False, doc="Members to answer.")


class ApprovalCombosParams(Params):
    """The attribute option combos of a workflow."""

    wf: str = param("", doc="Workflow.")
    ds: str = param("", doc="Data set, which stands for its workflow.")
    pe: str = param("", doc="Period.")
    ou: str = param("", doc="Org unit; the root or none: the tops of the user's hierarchy.")
    ou_filter: str = param("", doc="Only org units at or below this one.")
    aoc: list[str] = param(doc="Only these attribute option combos.")


class ApprovalAuditParams(PagingParams):
    """Which actions on approvals."""

    dal: list[str] = param(doc="Approval levels.")
    wf: list[str] = param(doc="Workflows.")
    ou: list[str] = param(doc="Org units, and those below.")
    aoc: list[str] = param(doc="Attribute option combos.")
    start_date: date | None = param(None, doc="First day of the actions.")
    end_date: date | None = param(None, doc="Last day of the actions.")


class BulkEntry(msgspec.Struct):
    """An org unit and an attribute option combo of a bulk body."""

    ou: str = ""
    aoc: str | None = None


class BulkBody(msgspec.Struct):
    """`{"wf":[],"ds":[],"pe":["202401"],"approvals":[{"ou":"…","aoc":"…"}]}`: every combination."""

    wf: list[str] = []
    ds: list[str] = []
    pe: list[str] = []
    approvals: list[BulkEntry] = []


BULK = msgspec.json.Decoder(BulkBody)
