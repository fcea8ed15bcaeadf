"""`/api/trackedEntityAttributes/{id}/…`: values that the server makes up."""

from __future__ import annotations

from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from tracker.generated.params import GenerateParams, ReserveParams
from tracker.generated.services import generate_values, required_values


class RequiredValuesView(ApiView):
    """What values of an attribute are made of."""

    def get(self, request: ApiRequest, uid: str) -> ApiResponse:
        """The methods of its pattern that need a value from the client, and those that do not."""
        return ApiResponse(required_values(uid, request.user))


class GenerateView(ApiView):
    """One value."""

    @declares(GenerateParams)
    def get(self, request: ApiRequest, params: GenerateParams, uid: str) -> ApiResponse:
        """Make one up."""
        (value,) = generate_values(uid, count=1, days=params.expiration, given=params.given, user=request.user)
        return ApiResponse(value)


class ReserveView(ApiView):
    """Values for a client that works offline."""

    @declares(ReserveParams)
    def get(self, request: ApiRequest, params: ReserveParams, uid: str) -> ApiResponse:
        """Make up as many as asked for."""
        count, days = params.number_to_reserve, params.expiration
        return ApiResponse(generate_values(uid, count=count, days=days, given=params.given, user=request.user))
