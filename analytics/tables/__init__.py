"""What each type of analytics table holds."""
