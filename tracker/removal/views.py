"""`/api/maintenance/softDeleted…Removal`."""

from __future__ import annotations

from django.http import HttpResponse

from dhis2api.web.responses import no_content
from dhis2api.web.views import ApiRequest, ApiView
from tracker.removal.services import Kind, remove_deleted


class RemovalView(ApiView):
    """Removal for good of deleted objects of a kind."""

    consumes = ()
    kind = Kind.EVENT

    def post(self, request: ApiRequest) -> HttpResponse:
        """Remove them."""
        remove_deleted(self.kind, request.user.principal)
        return no_content()

    put = post
