"""Parameters of a request as a job keeps them: JSON by their wire names, and back."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any, TypeVar

from django.http import QueryDict

from dhis2api.web.params import Params, parameters_of

P = TypeVar("P", bound=Params)


def params_to_json(params: Params) -> dict[str, Any]:
    """What a job stores and shows as its parameters; absent ones are left out."""
    shown = {parameter.name: _plain(getattr(params, parameter.field)) for parameter in parameters_of(type(params))}
    return {name: value for name, value in shown.items() if value is not None}


def params_from_json(kind: type[P], stored: dict[str, Any]) -> P:
    """The inverse; what a later release no longer knows is passed over. Errors: ApiError 400 as for a request."""
    query = QueryDict(mutable=True)
    for name, value in stored.items():
        query.setlist(name, [_text(item) for item in (value if isinstance(value, list) else [value])])
    return kind.parse(query)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
