"""Sharing as XML."""
