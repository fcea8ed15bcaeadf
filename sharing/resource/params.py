"""Query parameters of the sharing endpoints."""

from __future__ import annotations

from dhis2api.web.params import Params, param


class SharedObjectParams(Params):
    """Which object `/api/sharing` speaks of."""

    type: str = param(doc="Singular name of the object's type: `dataElement`, `userGroup`, `dataStore`, …")
    id: str = param(doc="The object's uid.")


class SearchParams(Params):
    """Whom `/api/sharing/search` looks for."""

    key: str = param(doc="A part of the name, in any case of letters.")
    page_size: int = param(50, min=1, max=1_000, doc="The most users and the most groups that are answered.")


class BulkParams(Params):
    """How patches of many objects go."""

    atomic: bool = param(False, doc="Change nothing unless every object can be changed.")


class CascadeParams(Params):
    """How the sharing of a dashboard goes down to what it shows."""

    dry_run: bool = param(False, doc="Report what would change; write nothing.")
    atomic: bool = param(False, doc="Change nothing if one object cannot be changed.")
