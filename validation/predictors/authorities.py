"""Authorities of predictors (DHIS2 2.42)."""

RUN_PREDICTORS = "F_PREDICTOR_RUN"
