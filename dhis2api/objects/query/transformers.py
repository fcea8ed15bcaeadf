"""Field transformers: what `~size`, `~pluck(name)` and their kin do to a rendered value.

Each transformer of a chain sees the untransformed value and the last one written wins; `rename` is applied to the
key, last. Unknown names are ignored. Source: DHIS2 2.42, metadata API, field transformers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dhis2api.objects.query.fields import Transformer


def _size(value: Any, arguments: tuple[str, ...]) -> Any:
    return len(value) if isinstance(value, list | str) else value


def _is_empty(value: Any, arguments: tuple[str, ...]) -> Any:
    return not value if isinstance(value, list) else value


def _is_not_empty(value: Any, arguments: tuple[str, ...]) -> Any:
    return bool(value) if isinstance(value, list) else value


def _pluck(value: Any, arguments: tuple[str, ...]) -> Any:
    if not isinstance(value, list):
        return value
    name = arguments[0] if arguments else "id"
    return [item.get(name, item) if isinstance(item, dict) else item for item in value]


def _key_by(value: Any, arguments: tuple[str, ...]) -> Any:
    if not isinstance(value, list):
        return value
    name = arguments[0] if arguments else "id"
    keyed: dict[str, list[Any]] = {}
    for item in value:
        if isinstance(item, dict) and name in item:
            keyed.setdefault(str(item[name]), []).append(item)
    return {key: items[0] if len(items) == 1 else items for key, items in keyed.items()}


TRANSFORMERS: dict[str, Callable[[Any, tuple[str, ...]], Any]] = {
    "size": _size,
    "isEmpty": _is_empty,
    "isNotEmpty": _is_not_empty,
    "pluck": _pluck,
    "keyBy": _key_by,
}


def transform(name: str, value: Any, transformers: tuple[Transformer, ...]) -> tuple[str, Any]:
    """The key and value that are shown for `name` after its transformers."""
    shown = value
    key = name
    for transformer in transformers:
        if transformer.name == "rename" and transformer.arguments:
            key = transformer.arguments[0]
        elif transformer.name in TRANSFORMERS:
            shown = TRANSFORMERS[transformer.name](value, transformer.arguments)
    return key, shown
