"""Parameters of the endpoints and jobs of data integrity."""

from __future__ import annotations

from enum import StrEnum

from dhis2api.web.params import Params, param

CHECKS = "/api/dataIntegrity"
NAMES = "Checks by name (with `-` or `_`), with `*`, or by the first letters of the words of the name (`DEAA`)."


class ReportType(StrEnum):
    """What a job produces."""

    REPORT = "REPORT"
    SUMMARY = "SUMMARY"
    DETAILS = "DETAILS"


class ListParams(Params):
    """Parameters of `GET /api/dataIntegrity`."""

    checks: list[str] = param(doc=NAMES)
    section: str | None = param(None, doc="Those of a section alone.")
    slow: bool | None = param(None, doc="Slow checks alone, or the others.")
    programmatic: bool | None = param(None, doc="Checks that DHIS2 does in code, or the others.")


class StartParams(Params):
    """Parameters of the requests that start a run."""

    checks: list[str] = param(doc=f"{NAMES} All that are not slow, if absent.")


class ResultParams(Params):
    """Parameters of the requests for results."""

    checks: list[str] = param(doc=f"{NAMES} All, if absent.")
    timeout: int = param(
        0, primitive=True,
        doc="Milliseconds to wait for results that are missing; negative: for as long as the server lets anybody wait.",
    )  # fmt: skip


class OneResultParams(Params):
    """Parameters of the requests for the result of one check."""

    timeout: int = param(0, primitive=True, doc="Milliseconds to wait for the result.")


class IntegrityJobParams(Params):
    """Parameters of jobs of the type DATA_INTEGRITY."""

    type: ReportType | None = param(None, doc="REPORT, SUMMARY (the default) or DETAILS.")
    checks: list[str] = param(endpoint=CHECKS, doc=f"{NAMES} All that are not slow, if absent.")


class DetailsJobParams(Params):
    """Parameters of jobs of the type DATA_INTEGRITY_DETAILS."""

    checks: list[str] = param(endpoint=CHECKS, doc=f"{NAMES} All that are not slow, if absent.")
