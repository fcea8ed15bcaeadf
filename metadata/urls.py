"""Routes below `/api/` of what is no generic list."""

from __future__ import annotations

from django.urls import path

from metadata.views import OperandsView

urlpatterns = [path("dataElementOperands", OperandsView.as_view(), name="dataElementOperands")]
