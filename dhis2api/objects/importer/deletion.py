"""Deletes what Django's collector found, with statements for types instead of batches of a hundred rows.

No model here has signals or parents, so that nothing else happens at a deletion; foreign keys are deferred to the
commit, so that the order does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db import models
from django.db.models.deletion import Collector


def delete_collected(collector: Collector) -> None:
    """Empty the references and delete the rows that were collected."""
    for rows in collector.fast_deletes:
        rows._raw_delete(using=collector.using)
    for (field, value), found in collector.field_updates.items():
        lazy = [rows for rows in found if isinstance(rows, models.QuerySet) and rows._result_cache is None]
        loaded = {row.pk for rows in found if rows not in lazy for row in rows}
        if lazy:
            reduce(or_, lazy).update(**{field.name: value})
        if loaded:
            field.model._base_manager.filter(pk__in=loaded).update(**{field.name: value})
    for model, rows in collector.data.items():
        model._base_manager.filter(pk__in=[row.pk for row in rows])._raw_delete(using=collector.using)


def held_keys(model: type[models.Model], blocking: Iterable[models.Model]) -> dict[int, models.Model]:
    """Which rows of `model` the blocking objects refer to themselves, each with one that does."""
    by_model: dict[type[models.Model], list[int]] = {}
    for row in blocking:
        by_model.setdefault(type(row), []).append(row.pk)
    found: dict[int, models.Model] = {}
    for holder, keys in by_model.items():
        fields = [f for f in holder._meta.concrete_fields if f.is_relation and f.related_model is model]
        # Read anew: the collector has loaded little more than their keys.
        for row in holder._base_manager.filter(pk__in=keys).order_by("pk"):
            for field in fields:
                found.setdefault(getattr(row, field.attname), row)
    return found
