"""Installed apps, their files and the namespaces of the data store that they reserve.

Files are numbered: a path of a zip is looked up here and never becomes a name of the file store.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class InstalledApp(models.Model):
    """One app. What the manifest says beside the columns is in `manifest`, in DHIS2's own names."""

    key = models.CharField(max_length=230, unique=True)
    name = models.CharField(max_length=230)
    short_name = models.CharField(max_length=230)
    version = models.CharField(max_length=255, null=True)
    app_type = models.CharField(max_length=30)
    manifest = models.JSONField(default=dict)
    translations = models.JSONField(default=list)  # of manifest.webapp.translations.json, by `parse_translations`
    folder = models.CharField(max_length=64)  # of the file store, below `apps/`
    installed = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class AppFile(models.Model):
    """A file of an app: `path` as it stood in the zip, without a common top folder."""

    app = models.ForeignKey(InstalledApp, on_delete=models.CASCADE, related_name="files")
    folder = models.CharField(max_length=64)  # that of the app, once all files are written
    path = models.TextField()
    number = models.IntegerField()  # its name in the app's folder of the file store
    length = models.BigIntegerField()  # bytes

    class Meta:
        constraints = [models.UniqueConstraint(fields=["app", "folder", "path"], name="apps_appfile_path")]


class NamespaceReservation(models.Model):
    """A namespace of the data store and who may use it. That of a core app outlives the removal of its app."""

    namespace = models.TextField(unique=True)
    app_key = models.CharField(max_length=230, db_index=True)
    read_authorities = ArrayField(models.TextField())
    write_authorities = ArrayField(models.TextField())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(read_authorities__len__gt=0), name="apps_reservation_readers"),
            models.CheckConstraint(condition=models.Q(write_authorities__len__gt=0), name="apps_reservation_writers"),
        ]


class MenuOrder(models.Model):
    """The order of one user's menu: names of modules, the first first."""

    user = models.OneToOneField("users.User", on_delete=models.CASCADE, related_name="+")
    modules = models.JSONField(default=list)


class Logo(models.Model):
    """A picture of the system's own, a PNG: `logo_front`, `logo_banner`."""

    key = models.CharField(max_length=30, unique=True)
    storage_key = models.CharField(max_length=100)  # of the file store
    length = models.IntegerField()  # bytes
