"""The import of tracker objects: one staged pipeline."""
