"""Base models of everything the API calls an object.

Each mixin adds the columns that go with a capability: a code, sharing, translations, custom attributes. Concrete
types add their own columns and a `Wire` class (see `dhis2api.objects.declarations`).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from dhis2api.objects.columns import Json, json, long_text, text, timestamp
from dhis2api.objects.uids import generate_uid


class ApiObject(models.Model):
    """An object with a uid and the times and users of its creation and last change."""

    id = models.BigAutoField(primary_key=True)
    uid = text(11, required=True, unique=True, kind="IDENTIFIER", name="id")
    created = timestamp(required=True)
    last_updated = timestamp(required=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    last_updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True

    def save(self, *args: object, **options: object) -> None:
        """Fill what every row must have; rules live in the services, not here."""
        now = timezone.now()
        self.uid = self.uid or generate_uid()
        self.created = self.created or now
        self.last_updated = self.last_updated or now
        super().save(*args, **options)

    def __str__(self) -> str:
        return f"{getattr(self, 'name', None) or self.uid}"


class Coded(models.Model):
    """A code, unique within the type; several objects may have none."""

    code = text(50, unique=True)

    class Meta:
        abstract = True


class Translated(models.Model):
    """Translations as DHIS2 keeps them: `[{"locale", "property", "value"}]`."""

    translations = json(list)

    class Meta:
        abstract = True


class Shared(models.Model):
    """Sharing in DHIS2's own shape: `{"owner", "public", "users": {uid: {id, access}}, "userGroups": {…}}`."""

    sharing = json(dict)

    class Meta:
        abstract = True


class Attributed(models.Model):
    """Values of custom attributes: `{attribute uid: text}`; the wire shows a list."""

    attribute_values = json(dict)

    class Meta:
        abstract = True


class UniquelyNamed(models.Model):
    """A name that no other object of the type has."""

    name = text(230, required=True, unique=True, translation_key="NAME")

    class Meta:
        abstract = True


class Named(models.Model):
    """A name that others may have too."""

    name = text(230, required=True, translation_key="NAME")

    class Meta:
        abstract = True


class Described(models.Model):
    """A description of any length, at least one character."""

    description = long_text(min_length=1, translation_key="DESCRIPTION")

    class Meta:
        abstract = True


class UniquelyShortNamed(models.Model):
    """A required short name that no other object of the type has."""

    short_name = text(50, required=True, unique=True, translation_key="SHORT_NAME")

    class Meta:
        abstract = True


class ShortNamed(models.Model):
    """A required short name that others may have too."""

    short_name = text(50, required=True, translation_key="SHORT_NAME")

    class Meta:
        abstract = True


class Document(models.Model):
    """Members that no engine computes with: kept as JSON, described by the `members` of the type's `Wire`.

    Declared references are `{"id": uid}`; what is not declared is kept as it came.
    """

    content = Json(default=dict)

    class Meta:
        abstract = True


class Marked(models.Model):
    """The uids of the users who marked the object as a favourite, and of those who subscribed to it."""

    favorites = json(list)
    subscribers = json(list)

    class Meta:
        abstract = True


class Embedded(models.Model):
    """A row that lives and dies with its owner and is replaced with it (data set elements, legends, …)."""

    id = models.BigAutoField(primary_key=True)
    uid = text(11, required=True, kind="IDENTIFIER", name="id")
    sort_order = models.IntegerField(default=0)

    class Meta:
        abstract = True
