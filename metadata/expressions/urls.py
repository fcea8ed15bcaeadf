"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from expressions import dialects
from metadata.expressions.views import DescriptionView, ExpressionView, RuleExpressionView

urlpatterns = [
    path("expressions/description", DescriptionView.as_view()),
    path("indicators/expression/description", ExpressionView.as_view(dialect=dialects.INDICATOR)),
    path("validationRules/expression/description", ExpressionView.as_view(dialect=dialects.VALIDATION_RULE)),
    path("predictors/expression/description", ExpressionView.as_view(dialect=dialects.PREDICTOR)),
    path("predictors/skipTest/description", ExpressionView.as_view(dialect=dialects.PREDICTOR_SKIP_TEST)),
    path("programIndicators/expression/description", ExpressionView.as_view(dialect=dialects.PROGRAM_INDICATOR)),
    path("programIndicators/filter/description", ExpressionView.as_view(dialect=dialects.PROGRAM_INDICATOR_FILTER)),
    path("programRules/condition/description", RuleExpressionView.as_view()),
    path("programRuleActions/data/expression/description", RuleExpressionView.as_view()),
]
