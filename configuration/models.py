"""What was set: system settings, and the few lists and references that DHIS2 calls the configuration."""

from __future__ import annotations

from django.db import models


class SystemSetting(models.Model):
    """One setting that is not at its default.

    `value` is the JSON form of the key's type (null: only translations were set); of a confidential key its
    encrypted text. `translations` is locale → text. `bound` tells which server a secret is for, and who set it.
    """

    name = models.CharField(max_length=100, primary_key=True)
    value = models.JSONField(null=True)
    translations = models.JSONField(default=dict)
    bound = models.JSONField(null=True)


class ConfigurationItem(models.Model):
    """One item of `/api/configuration`: a list or an identifier, as JSON."""

    name = models.CharField(max_length=100, primary_key=True)
    value = models.JSONField()


class DatabaseLocale(models.Model):
    """A language that names of objects may be translated to, such as `pt_BR`."""

    id = models.BigAutoField(primary_key=True)
    uid = models.CharField(max_length=11, unique=True)
    locale = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.locale
