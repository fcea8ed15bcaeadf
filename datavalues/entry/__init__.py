"""What the data entry app reads of one form: its values, limits, lock and completeness, and the past of one value."""
