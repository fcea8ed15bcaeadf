"""Removal for good of what is deleted."""
