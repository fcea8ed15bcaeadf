"""What is offered to the job engine."""

from __future__ import annotations

from validation.predictors import jobs as predictor_jobs  # noqa: F401  declares PREDICTOR
