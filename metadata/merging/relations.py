"""What refers to the objects of a type: found by walking all models, so that a new relation is moved by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from dhis2api.objects.models import ApiObject
from dhis2api.objects.registry import all_schemas
from dhis2api.objects.schema import Property, Shape
from metadata.merging.data import models_of_data

Place = tuple[type[models.Model], str]  # a model and one of its columns


@dataclass(frozen=True, slots=True)
class Relation:
    """One column that refers to a type.

    `keys` are sets of columns, this one among them, that no two rows have in common. `is_membership`: the row says
    nothing but that one object is a member of another, so it can be there for several members. `holder` is whose
    change it is when the row changes: a model, and the column that leads there.
    """

    model: type[models.Model]
    column: str
    keys: tuple[tuple[str, ...], ...]
    is_membership: bool
    holder: Place | None


def relations_to(model: type[models.Model]) -> list[Relation]:
    """Every reference to objects of `model`, except what the objects themselves own and what data apps move."""
    owned = set(owned_places(model))
    moved_elsewhere = models_of_data()
    return [
        Relation(holder, field.column, tuple(_keys(holder, field)), _is_membership(holder), holder_of(holder))
        for holder, field in references_to(model)
        if (holder, field.column) not in owned and holder not in moved_elsewhere
    ]


def references_to(model: type[models.Model]) -> Iterator[tuple[type[models.Model], models.Field]]:
    """Every foreign key to `model`, of tables between too."""
    for holder in apps.get_models(include_auto_created=True):
        if not holder._meta.proxy:
            for field in holder._meta.concrete_fields:
                if field.is_relation and field.related_model is model:
                    yield holder, field


def owned_places(model: type[models.Model]) -> Iterator[Place]:
    """Where the collections that objects of `model` own name their owner: they stay with it and go with it."""
    for schema in all_schemas():
        if schema.model is model:
            for prop in _owned_collections(schema.properties.values()):
                yield prop.link.model, prop.link.owner_column


def holder_of(model: type[models.Model]) -> Place | None:
    """Whose object a row of `model` belongs to; None where it is no object's (a favourite's mark, a log)."""
    if issubclass(model, ApiObject):
        return model, "id"
    for schema in all_schemas():
        if schema.model is not None and issubclass(schema.model, ApiObject) and not schema.model._meta.proxy:
            for prop in _owned_collections(schema.properties.values()):
                if prop.link.model is model:
                    return schema.model, prop.link.owner_column
    return None


def _owned_collections(properties: object) -> Iterator[Property]:
    """Members and embedded rows; objects of their own that name their owner (the stages of a program) are neither."""
    return (
        p for p in properties
        if p.link is not None and p.owner and (p.shape is Shape.EMBEDDED or not p.link.reverse)
    )  # fmt: skip


def _is_membership(holder: type[models.Model]) -> bool:
    return any(
        prop.link is not None and prop.link.model is holder and prop.shape is Shape.MEMBERS and not prop.link.reverse
        for schema in all_schemas()
        for prop in schema.properties.values()
    )


def _keys(holder: type[models.Model], field: models.Field) -> Iterator[tuple[str, ...]]:
    meta = holder._meta
    sets = [list(names) for names in meta.unique_together]
    sets += [list(c.fields) for c in meta.constraints if isinstance(c, models.UniqueConstraint)]
    sets += [[field.name]] if field.unique else []
    for names in sets:
        if field.name in names:
            yield tuple(meta.get_field(name).column for name in names)
    for schema in all_schemas():
        if schema.model is holder and schema.embedded and field.name in schema.wire.natural_key:
            columns = [meta.get_field(name).column for name in schema.wire.natural_key]
            place = holder_of(holder)
            yield tuple(dict.fromkeys([*([place[1]] if place else []), *columns]))
