"""Uploads of change requests: read → (replay) → resolve → check → store."""
