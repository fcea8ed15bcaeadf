"""The steps that splits and merges share: everything passes on, then the sources may go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dhis2api.errors import ApiError
from dhis2api.objects.errors import DEFAULT_IMMUTABLE
from dhis2api.objects.importer.records import Action, ImportObject
from dhis2api.objects.importer.write import delete
from dhis2api.objects.schema import Schema
from metadata.merging.attribute_values import replace_in_attribute_values
from metadata.merging.data import Strategy, move_data
from metadata.merging.documents import Succession, replace_in_documents
from metadata.merging.reassign import Change, reassign
from metadata.merging.texts import replace_in_texts


def require_no_default(schema: Schema, uids: Sequence[str]) -> None:
    """Errors: 409 for an object that the system cannot be without."""
    for uid in uids:
        if uid in schema.wire.default_objects:
            raise ApiError(DEFAULT_IMMUTABLE, uid)


def pass_on(schema: Schema, sources: Sequence[Any], heirs: Sequence[Any], change: Change, strategy: Strategy) -> None:
    """Data, references, texts and documents of the sources go to the heirs; all are rows, locked by the caller."""
    succession = Succession(schema.singular, [row.uid for row in sources], [row.uid for row in heirs])
    move_data(schema.singular, change.sources, change.target, strategy)
    reassign(schema.model, change)
    replace_in_texts(succession.gone, heirs[0].uid, change)
    replace_in_documents(succession, change)
    replace_in_attribute_values(succession, change)


def remove(schema: Schema, sources: Sequence[Any]) -> None:
    """Delete the sources, as a deletion by an import does. Errors: what still stands in the way (E4030)."""
    objects = [ImportObject(schema, 0, {}, row.uid, Action.DELETE, row.pk) for row in sources]
    delete(schema, objects)
    for item in objects:
        for fault in item.faults:
            raise ApiError(fault.code, *fault.args)
