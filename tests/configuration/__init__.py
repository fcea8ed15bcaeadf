"""System settings, and which origins may call."""
