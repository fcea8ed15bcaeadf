"""Routes of phones."""

from __future__ import annotations

from django.urls import path

from orgunit_changes.mobile.views import MobileChangesView, ReferenceInstancesView, TokenRefreshView, TokenView

urlpatterns = [
    path("mobile/orgunits/changes", MobileChangesView.as_view()),
    path("mobile/orgunits/<str:unit>/reference_instances", ReferenceInstancesView.as_view()),
    path("token", TokenView.as_view()),
    path("token/refresh", TokenRefreshView.as_view()),
]
