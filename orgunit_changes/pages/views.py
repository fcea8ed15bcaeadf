"""`/orgunit-changes/`: the review page, and what only its map asks for."""

from __future__ import annotations

from typing import Any

from dhis2api.web.page_views import PageView
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest
from metadata.models import OrganisationUnit
from orgunit_changes.dialect.views import DialectView
from orgunit_changes.pages.choices import filter_choices
from orgunit_changes.pages.surroundings import surroundings_of
from orgunit_changes.registry.references import row_of


class ReviewPageView(PageView):
    """The page."""

    template_name = "orgunit_changes/review.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """What its filters offer."""
        return super().get_context_data(**more) | filter_choices(self.request.user)


class SurroundingsView(DialectView):
    """What lies around an org unit."""

    def get(self, request: ApiRequest, pk: str) -> ApiResponse:
        """The parent's outline and the units beside it."""
        unit = row_of(OrganisationUnit.objects.select_related("parent"), pk)
        return ApiResponse(surroundings_of(unit, request.user))
