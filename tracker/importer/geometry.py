"""Geometries of tracker objects."""

from __future__ import annotations

from typing import Any


def check_geometry(geometry: Any) -> Any:
    """A GeoJSON geometry as it was sent."""
    return geometry
