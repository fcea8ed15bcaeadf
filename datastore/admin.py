"""Entries of the shared store in the Django admin."""

from dhis2api.objects.admin import register_types

register_types("datastore")
