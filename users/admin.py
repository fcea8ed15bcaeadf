"""The types of this app in the Django admin; Django's own groups, which nothing here uses, are left out."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group

from dhis2api.objects.admin import register_types

admin.site.unregister(Group)
register_types("users")
