"""Expressions over data values: decimal numbers, null for what is missing."""
