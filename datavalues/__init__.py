"""Aggregate data: data value sets in and out."""
