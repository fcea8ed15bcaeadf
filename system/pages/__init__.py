"""Pages for administrators, beside the API."""
