"""Routes below `/api/` of ownership."""

from __future__ import annotations

from django.urls import path

from tracker.ownership.views import OverrideView, TransferView

urlpatterns = [
    path("tracker/ownership/transfer", TransferView.as_view()),
    path("tracker/ownership/override", OverrideView.as_view()),
]
