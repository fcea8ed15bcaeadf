"""Pages of this server beside the API: shells whose modules ask the API with the session's cookie."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.generic import TemplateView

# Everything comes from this server, scripts from files alone: a name that holds markup can start nothing.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@method_decorator([never_cache, ensure_csrf_cookie], name="dispatch")
class PageView(LoginRequiredMixin, TemplateView):
    """A page; without a session the login comes first. Its modules send the cookie's token where that is checked."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        response["Content-Security-Policy"] = POLICY
        return response
