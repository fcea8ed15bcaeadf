"""What became of attribute values and events: who changed what, and when."""
