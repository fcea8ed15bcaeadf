"""Completeness registrations: which data sets are complete, in many at once (DHIS2 2.42, completeness)."""
