"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from validation.predictors.views import AllPredictorsView, OnePredictorView, PredictionsView

urlpatterns = [
    path("predictions", PredictionsView.as_view(), name="predictions"),
    path("predictors/run", AllPredictorsView.as_view(), name="predictors-run"),
    path("predictors/<str:uid>/run", OnePredictorView.as_view(), name="predictor-run"),
]
