"""What synchronization remembers: what each remote has got, how far a push came, versions of metadata."""

from __future__ import annotations

from django.db import models


class KnownRemote(models.Model):
    """A remote that something was pushed to; another URL is another remote, which has nothing yet.

    `values_until` and `completions_until` are the last successes as the settings told them then.
    """

    id = models.BigAutoField(primary_key=True)
    url = models.CharField(max_length=2000, unique=True)
    values_until = models.DateTimeField(null=True)
    completions_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.url


class ValuePush(models.Model):
    """A push of data values that is under way or was interrupted; the next run goes on behind `after`.

    `last` is the success that it builds on, `reads_from` the stamp from which on it reads, `started` what the success
    will be called. `after` is the place of the last value sent: its stamp and key, null before the first page.
    """

    remote = models.OneToOneField(KnownRemote, on_delete=models.CASCADE, primary_key=True)
    last = models.DateTimeField()
    reads_from = models.DateTimeField()
    started = models.DateTimeField()
    after = models.JSONField(null=True)
    pushed = models.BigIntegerField(default=0)
    refused_pages = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.remote} since {self.reads_from}"


class PushedObject(models.Model):
    """The state of a tracker object that the remote has: its `updated_at` as it was read. Rows are written by SQL.

    A time of the last push would not do: what was stamped before that and committed after it would be lost.
    """

    class Kind(models.IntegerChoices):
        TRACKED_ENTITY = 1
        EVENT = 2
        RELATIONSHIP = 3

    pk = models.CompositePrimaryKey("remote_id", "kind", "object_id")
    remote = models.ForeignKey(KnownRemote, on_delete=models.CASCADE, db_index=False, related_name="+")
    kind = models.SmallIntegerField(choices=Kind.choices)
    object_id = models.BigIntegerField()
    version = models.DateTimeField()
    pushed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class RemovedRegistration(models.Model):
    """That a completeness registration was deleted: such rows go for good, so a trigger leaves this for the push."""

    id = models.BigAutoField(primary_key=True)
    data_set_id = models.BigIntegerField()
    period_id = models.BigIntegerField()
    organisation_unit_id = models.BigIntegerField()
    attribute_option_combo_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.data_set_id} {self.period_id} {self.organisation_unit_id} {self.attribute_option_combo_id}"


class MetadataVersion(models.Model):
    """A snapshot of metadata that was made here, or imported (`import_date`). The snapshot is in the data store."""

    class Type(models.TextChoices):
        BEST_EFFORT = "BEST_EFFORT"
        ATOMIC = "ATOMIC"

    id = models.BigAutoField(primary_key=True)
    uid = models.CharField(max_length=11, unique=True)
    name = models.CharField(max_length=230, unique=True)
    type = models.CharField(max_length=11, choices=Type.choices)
    created = models.DateTimeField()
    last_updated = models.DateTimeField()
    import_date = models.DateTimeField(null=True)
    hash_code = models.CharField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["created", "id"], name="metadata_version_created")]

    def __str__(self) -> str:
        return self.name
