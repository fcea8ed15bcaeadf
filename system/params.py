"""Query parameters of the system endpoints."""

from __future__ import annotations

from dhis2api.web.params import Params, param


class InfoParams(Params):
    """Parameters of `GET /api/system/info`."""

    fields: list[str] = param(split=False, repeatable=True, doc="Members to show; all by default.")


class IdentifierParams(Params):
    """Parameters of `GET /api/system/id` and `/uuid`."""

    limit: int = param(1, doc="How many identifiers, at most 10000.")
