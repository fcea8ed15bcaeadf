"""Notes on enrollments and events, one at a time."""
