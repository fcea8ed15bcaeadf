"""`/api/apiToken` and `/api/apiTokens`: personal access tokens."""

from __future__ import annotations

from typing import Any

from dhis2api.objects.registry import get_schema
from dhis2api.objects.views import ObjectsView, ObjectView
from dhis2api.web.bodies import read_json
from dhis2api.web.messages import created
from dhis2api.web.negotiation import JSON
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest
from users.tokens import create_token, require_free_hand


class ApiTokensView(ObjectsView):
    """The caller's tokens."""

    object_schema = get_schema("apiToken")
    name = "API tokens"
    consumes = {"post": (JSON, "application/*+json")}

    def post(self, request: ApiRequest) -> ApiResponse:
        """A new token. Its text stands in this answer and nowhere else."""
        require_free_hand(request.auth)
        token, text = create_token(request.user, read_json(request))
        response = {
            "responseType": "ApiTokenCreationResponse",
            "key": text,
            "uid": token.uid,
            "klass": self.object_schema.klass,
            "errorReports": [],
        }
        answer = created(f"/apiToken/{token.uid}", response)
        answer["Cache-Control"] = "no-store"
        return answer


class ApiTokenView(ObjectView):
    """One of the caller's tokens."""

    object_schema = get_schema("apiToken")
    name = "API token"

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("PUT", "PATCH"):
            require_free_hand(request.auth)
