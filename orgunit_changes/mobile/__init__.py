"""What phones read: their own requests, the reference submissions of a unit, tokens."""
