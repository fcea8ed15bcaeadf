"""Conversations in the Django admin."""

from __future__ import annotations

from dhis2api.objects.admin import register_types

register_types("messaging")
