"""Sub-selections inside JSON values: `sharing[public]`, `access[data[read]]`, `translations[locale]`."""

from __future__ import annotations

from typing import Any

from dhis2api.objects.query.fields import Selection
from dhis2api.objects.query.transformers import transform

_EVERYTHING = frozenset({"*", ":all", ":owner", ":simple"})


def pick(value: Any, selections: tuple[Selection, ...]) -> Any:
    """The selected members of a dict, or of each dict of a list; anything else is shown whole."""
    if isinstance(value, list):
        return [pick(item, selections) for item in value]
    if not isinstance(value, dict):
        return value
    removed = {s.name for s in selections if s.excluded}
    chosen = [s for s in selections if not s.excluded]
    if not chosen or any(s.name in _EVERYTHING for s in chosen):
        return {key: item for key, item in value.items() if key not in removed}
    shown = {}
    for selection in chosen:
        if selection.name in value and selection.name not in removed:
            item = value[selection.name]
            item = pick(item, selection.children) if selection.children else item
            key, item = transform(selection.name, item, selection.transformers)
            shown[key] = item
    return shown
