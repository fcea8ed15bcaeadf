"""Documents when what they refer to is deleted: the reference leaves them, whatever their sharing.

Nothing is vetoed, except by members that are declared to protect what they refer to. A document that cannot be
without a reference goes with it. Source: DHIS2 2.42, metadata model, favourites.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.deletion import Collector
from django.utils import timezone

from dhis2api.objects.document_references import Place, gone_of, places, protected_in, without
from dhis2api.objects.query.documents import AnyValue
from dhis2api.objects.registry import endpoint_schemas, get_schema
from dhis2api.objects.schema import Schema

BATCH = 500  # documents a statement


def forget_in_documents(collector: Collector) -> None:
    """Take everything that `collector` is about to delete out of all documents.

    One query for each type of document that can refer to one of the types deleted, one more for those that change.
    The rows are locked first, those that go along with others too: an import of a document that refers to one of them
    holds it until the document can be seen.
    """
    gone = _deleted(collector)
    while gone:
        gone = _forget(gone)


def protecting_documents(singular: str, keys: Sequence[int]) -> dict[int, str]:
    """A veto (E4030): documents whose members protect what they refer to; `SMSCommand (name)`."""
    target = get_schema(singular)
    by_uid = dict(target.model._base_manager.filter(pk__in=keys).values_list("uid", "pk"))
    found: dict[int, str] = {}
    for schema in document_types():
        guarding = [p for p in places(schema) if p.prop.target == singular and p.prop.protects]
        for row in _referring(schema, guarding, {singular: set(by_uid)}):
            kept = by_uid.keys() & set(protected_in(schema, row.content, singular))
            name = getattr(row, "name", None)
            hint = f"{schema.simple_klass} ({name})" if name else schema.simple_klass
            found |= {by_uid[uid]: hint for uid in kept}
    return found


def _forget(gone: dict[str, set[str]]) -> dict[str, set[str]]:
    """Rewrite the documents; those that had to go, by type."""
    lost: dict[str, set[str]] = defaultdict(set)
    now = timezone.now()
    for schema in document_types():
        changed = []
        for row in _referring(schema, [p for p in places(schema) if gone_of(p.prop, gone)], gone):
            content = without(schema, row.content, gone)
            if content is None:
                lost[schema.singular].add(row.uid)
            elif content != row.content:
                row.content, row.last_updated = content, now
                changed.append(row)
        schema.model._base_manager.bulk_update(changed, ["content", "last_updated"], batch_size=BATCH)
        if lost[schema.singular]:
            schema.model._base_manager.filter(uid__in=lost[schema.singular]).delete()
    return {singular: uids for singular, uids in lost.items() if uids}


def _referring(schema: Schema, where: Iterable[Place], gone: dict[str, set[str]]) -> list[Any]:
    """The documents with one of these references, locked."""
    condition = Q()
    for place in where:
        condition |= Q(AnyValue("content", place.path, "value = ANY({})", [sorted(gone_of(place.prop, gone))]))
    if not condition:
        return []
    rows = schema.model._base_manager.filter(condition).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def document_types() -> Iterator[Schema]:
    """The types whose objects are documents; views of a table of another type are that type's."""
    return (s for s in endpoint_schemas() if s.is_document and not s.model._meta.proxy)


def _deleted(collector: Collector) -> dict[str, set[str]]:
    by_table: dict[type[models.Model], list[Schema]] = defaultdict(list)
    for schema in endpoint_schemas():
        by_table[schema.model._meta.concrete_model].append(schema)
    gone: dict[str, set[str]] = defaultdict(set)
    for model, rows in collector.data.items():
        schemas = by_table.get(model._meta.concrete_model, ())
        if schemas:
            _lock(model._base_manager.filter(pk__in=[row.pk for row in rows]))
        for schema in schemas:
            gone[schema.singular].update(row.uid for row in rows)
    for rows in collector.fast_deletes:
        for schema in by_table.get(rows.model._meta.concrete_model, ()):
            gone[schema.singular].update(_lock(rows))
    return gone


def _lock(rows: models.QuerySet[Any]) -> list[str]:
    """The uids of the rows, which nobody can take hold of any more."""
    return list(rows.order_by("pk").select_for_update(of=("self",)).values_list("uid", flat=True))
