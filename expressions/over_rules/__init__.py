"""Expressions of program rules: binary numbers, variables that are never missing."""
