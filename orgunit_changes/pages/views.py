"""`/orgunit-changes/`: the review page, and what only its map asks for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.generic import TemplateView

from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest
from metadata.models import OrganisationUnit
from orgunit_changes.dialect.views import DialectView
from orgunit_changes.pages.choices import filter_choices
from orgunit_changes.pages.surroundings import surroundings_of
from orgunit_changes.registry.references import row_of

# Everything comes from this server, scripts from files alone: a name that holds markup can start nothing.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@method_decorator([never_cache, ensure_csrf_cookie], name="dispatch")
class ReviewPageView(LoginRequiredMixin, TemplateView):
    """The page; without a session the login comes first. Its modules send the cookie's token where that is checked."""

    template_name = "orgunit_changes/review.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """What its filters offer."""
        return super().get_context_data(**more) | filter_choices(self.request.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        response["Content-Security-Policy"] = POLICY
        return response


class SurroundingsView(DialectView):
    """What lies around an org unit."""

    def get(self, request: ApiRequest, pk: str) -> ApiResponse:
        """The parent's outline and the units beside it."""
        unit = row_of(OrganisationUnit.objects.select_related("parent"), pk)
        return ApiResponse(surroundings_of(unit, request.user))
