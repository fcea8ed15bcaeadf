"""Reviews: a request is approved, field by field, and its org unit changes; or it is rejected."""
