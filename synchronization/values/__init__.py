"""Pushes of aggregate data: values, and completeness registrations."""
