"""Key-value stores of apps: shared, and of single users."""
