"""Validation rules and predictors over data values."""
