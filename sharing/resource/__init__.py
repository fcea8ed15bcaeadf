"""The sharing endpoints."""
