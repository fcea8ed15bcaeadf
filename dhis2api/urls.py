"""All routes. Those below `/api/` have neither suffix nor trailing slash: `web.addresses` takes both off before."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

from dhis2api.web import error_pages
from dhis2api.web.health import LiveView, PingView, ReadyView
from dhis2api.web.openapi_views import OpenApiDocumentView, OpenApiPageView
from dhis2api.web.root import RootView
from dhis2api.web.routing import by_first_segment
from users.login_pages import LoginActionView, LoginPageView
from users.login_views import LogoutView as LogoutAction
from users.pages import RestorePageView

api_patterns = [
    path("", include("sharing.resource.urls")),  # before the objects of every type
    path("", include("system.urls")),
    path("", include("configuration.urls")),
    path("", include("files.urls")),
    path("", include("users.urls")),
    path("", include("scheduling.urls")),
    path("", include("apps.urls")),
    path("", include("messaging.urls")),
    path("", include("datavalues.urls")),
    path("", include("tracker.urls")),
    path("", include("datastore.urls")),
    path("", include("analytics.urls")),
    path("", include("validation.urls")),
    path("", include("orgunit_changes.urls")),
    path("", include("synchronization.urls")),
    path("", include("metadata.urls")),
    path("", include("dhis2api.objects.urls")),
    path("ping", PingView.as_view(), name="ping"),
    path("openapi", OpenApiDocumentView.as_view(), name="openapi"),
    path("docs", OpenApiPageView.as_view(), name="api-docs"),
]

urlpatterns = [
    path("api", RootView.as_view(), name="api-root"),
    by_first_segment("api/", api_patterns),
    path("health/live", LiveView.as_view()),
    path("health/ready", ReadyView.as_view()),
    path("login/", LoginPageView.as_view(), name="login"),
    path("account/restore/", RestorePageView.as_view(), name="restore"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("dhis-web-commons-security/logout.action", LogoutAction.as_view()),
    path("dhis-web-commons-security/login.action", LoginActionView.as_view()),
    path("dhis-web-commons/security/login.action", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/", admin.site.urls),
    path("orgunit-changes/", include("orgunit_changes.pages.urls")),
    path("jobs/", include("system.pages.urls")),
    path("", include("apps.page_urls")),
]

handler400 = error_pages.bad_request
handler403 = error_pages.permission_denied
handler404 = error_pages.page_not_found
handler500 = error_pages.server_error
