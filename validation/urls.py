"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import include, path

from validation.views import AnalysisView, FormValidationView, NotificationsView, ResultsView, ResultView

urlpatterns = [
    path("dataAnalysis/validationRules", AnalysisView.as_view(), name="validation-rule-analysis"),
    path("validation/dataSet/<str:uid>", FormValidationView.as_view(), name="validation"),
    path("validation/sendNotifications", NotificationsView.as_view()),
    path("validationResults", ResultsView.as_view(), name="validation-results"),
    path("validationResults/<str:number>", ResultView.as_view()),
    path("", include("validation.predictors.urls")),
]
