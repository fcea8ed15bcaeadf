"""The demo's own values are in the way of all that is planted."""

from __future__ import annotations

import pytest

from tests.validation.world import forget_values


@pytest.fixture
def no_values(db: None) -> None:
    """A database with the demo's metadata and no data values."""
    forget_values()
