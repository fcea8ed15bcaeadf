"""All types that the API serves, by every name that a client may use for them.

Filled once, when Django's apps are loaded; a higher app may contribute a collection to a lower app's type with
`contribute`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db import models

from dhis2api.objects.declarations import Declaration
from dhis2api.objects.derive import add_relations, derive_schema
from dhis2api.objects.document_schema import settle_items
from dhis2api.objects.schema import Kind, Link, Property, Schema, Shape

_contributions: list[tuple[str, Property]] = []


def contribute(
    singular: str, name: str, *, target: str, model: type[models.Model], owner_column: str, member_column: str,
    query_path: str, owner: bool = True,
) -> None:  # fmt: skip
    """Give the type `singular` the collection `name`, kept in `model`, a table of the contributing app.

    To be called from `AppConfig.ready`, before anybody has asked the registry for anything.
    """
    prop = Property(
        name=name, kind=Kind.COLLECTION, shape=Shape.MEMBERS, klass="java.util.Set", singular=name[:-1],
        field_name=name, query_path=query_path, item_kind=Kind.REFERENCE, target=target, owner=owner,
        link=Link(model, owner_column, member_column), many_to_many=True,
    )  # fmt: skip
    _contributions.append((singular, prop))


@cache
def _schemas() -> dict[str, Schema]:
    by_model: dict[type[models.Model], Schema] = {}
    for model in apps.get_models():
        wire = getattr(model, "Wire", None)
        if isinstance(wire, type) and issubclass(wire, Declaration):
            by_model[model] = derive_schema(model)
    for schema in by_model.values():
        add_relations(schema, by_model)
    found = {s.model.__name__ if s.embedded else s.singular: s for s in by_model.values()}
    for singular, prop in _contributions:
        prop.item_klass = found[prop.target].klass if prop.target in found else None
        found[singular].properties[prop.name] = prop
    settle_items(found)
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[1].singular)))


@cache
def _by_plural() -> dict[str, Schema]:
    return {schema.plural: schema for schema in _schemas().values() if not schema.embedded}


def all_schemas() -> Iterator[Schema]:
    """Every type, in import order."""
    yield from _schemas().values()


def endpoint_schemas() -> Iterator[Schema]:
    """The types served at `/api/{plural}`, in import order."""
    yield from (schema for schema in _schemas().values() if schema.wire.endpoint)


def metadata_schemas() -> Iterator[Schema]:
    """The types that `/api/metadata` carries, in import order."""
    yield from (schema for schema in endpoint_schemas() if schema.wire.metadata)


def get_schema(singular: str) -> Schema:
    """The type of that singular name (an embedded type goes by its model's name).

    Errors: KeyError for an unknown name, which is a fault of the code that asks.
    """
    return _schemas()[singular]


def find_schema(singular: str) -> Schema | None:
    """The type of that singular name, or None."""
    return _schemas().get(singular)


def find_by_plural(plural: str) -> Schema | None:
    """The type of that plural name, or None."""
    return _by_plural().get(plural)
