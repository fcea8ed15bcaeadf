"""`/api/tracker/ownership`."""

from __future__ import annotations

from dhis2api.web.messages import ok
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from tracker.export.base_params import require_uid
from tracker.ownership.overrides import grant_temporary_ownership
from tracker.ownership.params import OverrideParams, OwnershipParams, TransferParams
from tracker.ownership.transfers import transfer_ownership


class TransferView(ApiView):
    """Transfers between org units."""

    consumes = ()

    @declares(TransferParams)
    def put(self, request: ApiRequest, params: TransferParams) -> ApiResponse:
        """Make another org unit the owner of a tracked entity in a program."""
        require_uids(params)
        require_uid(params.owner, "orgUnit")
        transfer_ownership(params.entity, params.program, params.owner, request.user)
        return ok("Ownership transferred")


class OverrideView(ApiView):
    """Temporary ownership."""

    consumes = ()

    @declares(OverrideParams)
    def post(self, request: ApiRequest, params: OverrideParams) -> ApiResponse:
        """Break the glass of a tracked entity in a protected program."""
        require_uids(params)
        grant_temporary_ownership(params.entity, params.program, params.reason, request.user)
        return ok("Temporary Ownership granted")


def require_uids(params: OwnershipParams) -> None:
    """Errors: 400 for what is no uid."""
    require_uid(params.entity, "trackedEntity")
    require_uid(params.program, "program")
