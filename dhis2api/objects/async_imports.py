"""`POST /api/metadata?async=true`: jobs are a higher floor's, which says here how one is started."""

from __future__ import annotations

from collections.abc import Callable

from dhis2api.objects.params import MetadataBodyParams
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest

StartImport = Callable[[ApiRequest, MetadataBodyParams], ApiResponse]

_starters: list[StartImport] = []


def register(start: StartImport) -> None:
    """Name what accepts an import as a job and answers the request."""
    _starters.append(start)


def start_import(request: ApiRequest, params: MetadataBodyParams) -> ApiResponse:
    """Accept the request's body as a job."""
    (start,) = _starters
    return start(request, params)
