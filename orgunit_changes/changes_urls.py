"""Routes of change requests on the web."""

from __future__ import annotations

urlpatterns: list[object] = []
