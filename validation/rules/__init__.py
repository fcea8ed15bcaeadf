"""Validation rules held against data values: which ones, where and when, and what violates them."""
