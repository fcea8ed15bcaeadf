"""Entries of the data stores. A value is `jsonb`, or text that is encrypted; SQL NULL is no value, JSON null is one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from dhis2api.objects.columns import text, timestamp
from dhis2api.objects.declarations import Declaration
from dhis2api.objects.models import ApiObject, Shared
from sharing.access import TypeRules

MAX_NAME = 255  # characters of a namespace or a key


class StoredValue(models.Model):
    """A value under a key of a namespace. Of an encrypted entry `value` stays NULL: queries see nothing of it."""

    namespace = text(MAX_NAME, required=True)
    key = text(MAX_NAME, required=True)
    value = models.JSONField(null=True, blank=True)
    encrypted = models.BooleanField(default=False)
    encrypted_value = models.TextField(null=True, blank=True)

    class Meta:
        abstract = True


class DatastoreEntry(ApiObject, Shared, StoredValue):
    """An entry that users share. Who wrote it may be deleted; the entry stays."""

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    last_updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "key"], name="datastoreentry_key")]

    class Wire(Declaration):
        klass = "org.hisp.dhis.datastore.DatastoreEntry"
        singular = "dataStore"
        plural = "dataStores"
        path = "dataStore"
        endpoint = False
        metadata = False
        access = TypeRules(shareable=True)

    def __str__(self) -> str:
        return f"{self.namespace}/{self.key}"


class UserDatastoreEntry(StoredValue):
    """An entry of one user alone, which goes with him."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created = timestamp(required=True)
    last_updated = timestamp(required=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "namespace", "key"], name="userdatastoreentry_key")]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.namespace}/{self.key}"
