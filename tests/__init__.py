"""The test suite: through HTTP where a user meets it, against a real PostgreSQL and Redis."""
