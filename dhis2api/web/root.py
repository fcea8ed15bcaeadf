"""`GET /api`: where a client that knows nothing begins."""

from __future__ import annotations

from django.http import HttpResponseRedirect

from dhis2api.web.base_url import api_base
from dhis2api.web.views import ApiRequest, ApiView


class RootView(ApiView):
    """`/api` leads to the list of resources, in the version that the client called."""

    def get(self, request: ApiRequest) -> HttpResponseRedirect:
        return HttpResponseRedirect(f"{api_base(request._request)}/resources")
