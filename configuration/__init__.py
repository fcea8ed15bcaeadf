"""System settings: every key with its type and default."""
