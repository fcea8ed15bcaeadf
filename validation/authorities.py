"""Authorities of validation (DHIS2 2.42)."""

RUN_VALIDATION = "F_RUN_VALIDATION"
