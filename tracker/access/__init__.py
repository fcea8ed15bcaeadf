"""Who may read and write which tracker data."""
