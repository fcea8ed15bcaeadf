"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from datavalues.registrations.views import RegistrationsView
from datavalues.views import DataValueSetsView, TemplateView

urlpatterns = [
    path("completeDataSetRegistrations", RegistrationsView.as_view()),
    path("dataValueSets", DataValueSetsView.as_view(), name="data-value-sets"),
    path("dataSets/<str:uid>/dataValueSet", TemplateView.as_view()),
]
