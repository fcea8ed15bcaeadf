"""Validation: whether each object may go in. The checks come with the next change."""

from __future__ import annotations

from tracker.importer.context import Context


def validate(context: Context) -> None:
    """Mark what may not go in, and say why."""
