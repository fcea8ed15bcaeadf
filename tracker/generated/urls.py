"""Routes below `/api/` of generated values."""

from __future__ import annotations

from django.urls import path

from tracker.generated.views import GenerateView, RequiredValuesView, ReserveView

urlpatterns = [
    path("trackedEntityAttributes/<str:uid>/requiredValues", RequiredValuesView.as_view()),
    path("trackedEntityAttributes/<str:uid>/generate", GenerateView.as_view()),
    path("trackedEntityAttributes/<str:uid>/generateAndReserve", ReserveView.as_view()),
]
