"""How one method of a view is described in OpenAPI: from its declared parameters, media types and docstring.

DRF loads this as its schema class, so nothing here may import a view; those that serve the description are in
`openapi_views.py`.
"""

from __future__ import annotations

import re
from dataclasses import MISSING
from datetime import date, datetime
from enum import Enum
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from dhis2api.web.bodies import WITH_BODY
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import Parameter, parameters_of
from dhis2api.web.values import wire_names

TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", date: "string", datetime: "string"}
FORMATS = {date: "date", datetime: "date-time"}


class ApiAutoSchema(AutoSchema):
    """Describes one method of an `ApiView`."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        method = self._method_function()
        declared = getattr(method, "declared_params", None)
        named = [OpenApiParameter(name, str) for name in getattr(method, "query_names", ())]
        return named + ([_describe(parameter) for parameter in parameters_of(declared)] if declared else [])

    def get_description(self) -> str:
        method = self._method_function()
        return (getattr(method, "__doc__", None) or self.view.__class__.__doc__ or "").strip()

    def get_tags(self) -> list[str]:
        return [re.sub(r"[{}]", "", self.path.removeprefix("/api/").strip("/").split("/")[0]) or "api"]

    def get_operation_id(self) -> str:
        words = re.findall(r"[A-Za-z0-9]+", self.path.removeprefix("/api"))
        return self.method.lower() + "".join(word[0].upper() + word[1:] for word in words)

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{"basicAuth": []}, {"apiToken": []}, {"sessionCookie": []}] if self.view.authentication_classes else []

    def get_request_serializer(self) -> Any:
        return OpenApiTypes.ANY if self.method in WITH_BODY else None

    def get_response_serializers(self) -> Any:
        return OpenApiTypes.ANY

    def map_parsers(self) -> list[str]:
        if not hasattr(self.view, "consumed_types"):  # a view that is not ours
            return super().map_parsers()
        return [media_type for media_type in self.view.consumed_types(self.method) if "*" not in media_type] or [JSON]

    def map_renderers(self, attribute: str) -> list[str]:
        if not hasattr(self.view, "renders") or attribute != "media_type":
            return super().map_renderers(attribute)
        return list(self.view.renders)

    def _method_function(self) -> Any:
        return getattr(self.view, self.method.lower(), None)


def parameter_schema(parameter: Parameter) -> dict[str, Any]:
    """The JSON schema of a declared parameter, default and limits included."""
    schema = _value_schema(parameter)
    if parameter.is_list:
        return {"type": "array", "items": schema}
    if parameter.default not in (None, MISSING):
        schema["default"] = _wire_value(parameter.default)
    return schema


def _value_schema(parameter: Parameter) -> dict[str, Any]:
    if issubclass(parameter.kind, Enum):
        return {"type": "string", "enum": wire_names(parameter.kind)}
    limits = {"minimum": parameter.declaration.min, "maximum": parameter.declaration.max}
    described = {"type": TYPES[parameter.kind], "format": FORMATS.get(parameter.kind), **limits}
    return {name: value for name, value in described.items() if value is not None}


def _wire_value(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else value.name
    return value.isoformat() if isinstance(value, date) else value


def _describe(parameter: Parameter) -> OpenApiParameter:
    aliases = parameter.declaration.aliases
    also = f" Also written {', '.join(f'`{alias}`' for alias in aliases)}." if aliases else ""
    return OpenApiParameter(
        name=parameter.name,
        type=parameter_schema(parameter),
        required=parameter.required,
        description=(parameter.declaration.doc + also).strip(),
        explode=parameter.declaration.repeatable or not parameter.declaration.split if parameter.is_list else None,
    )
