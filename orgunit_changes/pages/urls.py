"""Routes of the review page, beside the API."""

from __future__ import annotations

from django.urls import path

from orgunit_changes.pages.views import ReviewPageView, SurroundingsView

urlpatterns = [
    path("", ReviewPageView.as_view(), name="orgunit-changes"),
    path("surroundings/<str:pk>", SurroundingsView.as_view()),
]
