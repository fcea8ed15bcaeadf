"""The catalogue of codes of predictors."""

from __future__ import annotations

from dhis2api.errors import plain

UNABLE = plain(409, "Unable to predict {}")
DATES_REVERSED = plain(409, "Start date {} is after end date {}")


class PredictorFault(ValueError):
    """A predictor that cannot be computed, with the reason in words."""
