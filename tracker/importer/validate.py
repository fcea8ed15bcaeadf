"""Fourth stage: checks, by type. To come; nothing is refused yet."""

from __future__ import annotations

from tracker.importer.context import Context


def validate(context: Context) -> None:
    """Check every object of the bundle."""
