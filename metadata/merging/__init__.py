"""Merging objects into one and splitting org units: every reference and all data pass on to those that stay."""
