"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from datavalues.views import DataValueSetsView

urlpatterns = [path("dataValueSets", DataValueSetsView.as_view(), name="data-value-sets")]
