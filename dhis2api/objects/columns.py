"""Model fields that carry what the wire needs to know beyond Django's own: kind, bounds, translation key.

Each function returns an ordinary Django field with a `wire` hint on it; migrations see the Django field alone.
`RefSet` and `RefList` are many-to-many fields; a `RefList` remembers the order of its members.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.db.models.fields.related import lazy_related_operation, resolve_relation

from dhis2api.web.timestamps import to_milliseconds


@dataclass(frozen=True, slots=True)
class WireHint:
    """What a field adds to its wire property; None or False where the Django field says it all."""

    kind: str | None = None  # propertyType, when not derived from the Django field
    name: str | None = None  # JSON key, when not the camelCase of the field's name
    required: bool = False  # E4000 when absent
    marked_required: bool = False  # "required" in the schema, but a primitive that defaults on the server
    min_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    translation_key: str | None = None
    enum_type: type[enum.Enum] | None = None
    read_only: bool = False
    write_only: bool = False
    hidden: bool = False  # stored, but no property of the wire
    max_length: int | None = None  # of a text column without a limit in the database


def _hinted(field: Any, **hint: Any) -> Any:
    field.wire = WireHint(**hint)
    return field


def text(
    max_length: int = 255, *, required: bool = False, unique: bool = False, min_length: int | None = None,
    default: str | None = None, **hint: Any,
) -> models.CharField:  # fmt: skip
    """Short text; optional ones are null when absent (an empty string on the wire reads as null)."""
    options: dict[str, Any] = {"default": default} if default is not None else {}
    field = models.CharField(max_length=max_length, null=not required, blank=not required, unique=unique, **options)
    required = required and default is None
    return _hinted(field, required=required, min_length=min_length, **hint)


def long_text(*, required: bool = False, min_length: int | None = None, **hint: Any) -> models.TextField:
    """Text without a limit in the database; `max_length=` gives the wire one (E4001)."""
    return _hinted(
        models.TextField(null=not required, blank=not required), required=required, min_length=min_length, **hint
    )


def choice(
    values: type[enum.Enum], *, required: bool = False, default: str | None = None, max_length: int = 50, **hint: Any
) -> models.CharField:
    """One of an enumeration's names (E4027 otherwise)."""
    options: dict[str, Any] = {"default": default} if default is not None else {}
    field = models.CharField(
        max_length=max_length, null=not required and default is None, blank=not required and default is None, **options
    )
    return _hinted(
        field,
        kind="CONSTANT",
        enum_type=values,
        required=required and default is None,
        marked_required=required,
        **hint,
    )


def flag(default: bool = False, **hint: Any) -> models.BooleanField:
    """A boolean that is never null."""
    return _hinted(models.BooleanField(default=default), **hint)


def optional_flag(**hint: Any) -> models.BooleanField:
    """A boolean that may be absent."""
    return _hinted(models.BooleanField(null=True, blank=True), **hint)


def integer(
    *, required: bool = False, default: int | None = None, unique: bool = False, minimum: int | None = None, **hint: Any
) -> models.IntegerField:
    """A 32-bit number."""
    options: dict[str, Any] = {"default": default} if default is not None else {}
    absent = not required and default is None
    field = models.IntegerField(null=absent, blank=absent, unique=unique, **options)
    return _hinted(field, required=required and default is None, minimum=minimum, **hint)


def big_integer(*, required: bool = False, **hint: Any) -> models.BigIntegerField:
    """A 64-bit number."""
    return _hinted(models.BigIntegerField(null=not required, blank=not required), required=required, **hint)


def number(*, required: bool = False, default: float | None = None, **hint: Any) -> models.FloatField:
    """A double."""
    options: dict[str, Any] = {"default": default} if default is not None else {}
    absent = not required and default is None
    return _hinted(
        models.FloatField(null=absent, blank=absent, **options), required=required and default is None, **hint
    )


def date(*, required: bool = False, **hint: Any) -> models.DateField:
    """A day; emitted as `yyyy-MM-dd'T'00:00:00.000`, as DHIS2 does."""
    return _hinted(models.DateField(null=not required, blank=not required), required=required, **hint)


class Moment(models.DateTimeField):
    """A moment as exact as the wire shows it.

    Stored more exactly, an object would be found again for ever by who asks what changed after the time that it was
    shown with. Comparisons are not cut: only what is stored.
    """

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(to_milliseconds(value) if isinstance(value, datetime) else value, connection)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.DateTimeField", arguments, options


def timestamp(*, required: bool = False, **hint: Any) -> models.DateTimeField:
    """A moment, stored with time zone, to the millisecond."""
    return _hinted(Moment(null=not required, blank=not required), required=required, **hint)


class Json(models.JSONField):
    """JSON of which every number can be written again: PostgreSQL gives `1e30` back as 1 and thirty zeros."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None or isinstance(expression, KeyTransform) and not isinstance(value, str):
            return value
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.JSONField", arguments, options


def json(default: type = dict, *, null: bool = False, **hint: Any) -> models.JSONField:
    """A complex member kept as it was sent (style, geometry, lists of plain values)."""
    if null:
        return _hinted(Json(null=True, blank=True), **hint)
    return _hinted(Json(default=default, blank=True), **hint)


def reference(
    to: str, *, required: bool = False, related_name: str = "+", on_delete: Any = models.PROTECT, **hint: Any
) -> models.ForeignKey:
    """A reference to one object. A `related_name` gives the target the non-owner collection of that name.

    `on_delete=PROTECT` is a deletion veto (E4030); SET_NULL and CASCADE follow DHIS2's deletion handlers.
    """
    field = models.ForeignKey(to, on_delete=on_delete, null=not required, blank=not required, related_name=related_name)
    return _hinted(field, required=required, **hint)


def generated(expression: Any, shown_as: models.Field[Any, Any]) -> models.GeneratedField:
    """What PostgreSQL computes from the row's other columns; filters and order use it like a stored column."""
    field = models.GeneratedField(expression=expression, output_field=shown_as, db_persist=True)
    field.wire = shown_as.wire
    return field


class RefSet(models.ManyToManyField):
    """Members without an order. A `related_name` gives the target the non-owner collection of that name."""

    ordered = False
    wire = WireHint()

    def __init__(self, to: Any, related_name: str = "+", **options: Any) -> None:
        hint = options.pop("wire", None)
        options.setdefault("blank", True)
        super().__init__(to, related_name=related_name, **options)
        if hint is not None:
            self.wire = hint


class RefList(RefSet):
    """Members in the order in which they were sent, kept in `sort_order` of the table between."""

    ordered = True

    def contribute_to_class(self, cls: type[models.Model], name: str, **options: Any) -> None:
        if not cls._meta.abstract and not self.remote_field.through:
            # `auto_created` makes Django treat the table as its own, so that migrations need no word of it.
            self.remote_field.through = _ordered_through(self, cls, name)
        super().contribute_to_class(cls, name, **options)


def _ordered_through(field: RefList, cls: type[models.Model], name: str) -> type[models.Model]:
    """The intermediate model that Django would make, with a position added."""
    target_name = resolve_relation(cls, field.remote_field.model)
    to_model = target_name if isinstance(target_name, str) else target_name._meta.label
    source_column = cls._meta.model_name
    target_column = to_model.rsplit(".", 1)[-1].lower()
    if source_column == target_column:
        source_column, target_column = f"from_{source_column}", f"to_{target_column}"

    def set_managed(model: Any, related: Any, through: Any) -> None:
        through._meta.managed = model._meta.managed or related._meta.managed

    lazy_related_operation(set_managed, cls, to_model, f"{cls._meta.object_name}_{name}")
    meta = type(
        "Meta",
        (),
        {
            "db_table": f"{cls._meta.db_table}_{name}",
            "auto_created": cls,
            "app_label": cls._meta.app_label,
            "db_tablespace": cls._meta.db_tablespace,
            "unique_together": (source_column, target_column),
            "apps": cls._meta.apps,
        },
    )
    foreign_key = {"related_name": f"{cls._meta.object_name}_{name}+", "on_delete": models.CASCADE}
    return type(
        f"{cls._meta.object_name}_{name}",
        (models.Model,),
        {
            "Meta": meta,
            "__module__": cls.__module__,
            source_column: models.ForeignKey(cls, **foreign_key),
            target_column: models.ForeignKey(to_model, **foreign_key),
            "sort_order": models.IntegerField(default=0),
        },
    )
