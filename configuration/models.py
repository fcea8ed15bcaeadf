"""What was set: system settings, and the few lists and references that DHIS2 calls the configuration."""

from __future__ import annotations

from django.db import models


class SystemSetting(models.Model):
    """One setting that is not at its default.

    `value` is the JSON form of the key's type (null: only translations were set); of a confidential key its
    encrypted text. `translations` is locale → text.
    """

    name = models.CharField(max_length=100, primary_key=True)
    value = models.JSONField(null=True)
    translations = models.JSONField(default=dict)


class ConfigurationItem(models.Model):
    """One item of `/api/configuration`: a list or an identifier, as JSON."""

    name = models.CharField(max_length=100, primary_key=True)
    value = models.JSONField()
