"""The description of the API is made from the declarations."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return SchemaGenerator(urlconf="tests.web.urls").get_schema(request=None, public=True)


def parameters(document: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    return {found["name"]: found for found in document["paths"][path]["get"]["parameters"]}


def test_it_is_valid(document: dict[str, Any]) -> None:
    validate_schema(document)


def test_declared_parameters_are_described(document: dict[str, Any]) -> None:
    found = parameters(document, "/api/test/params")

    assert found["importStrategy"]["schema"] == {
        "type": "string", "enum": ["CREATE", "CREATE_AND_UPDATE"], "default": "CREATE_AND_UPDATE",
    }  # fmt: skip
    assert found["importStrategy"]["description"] == "What may happen. Also written `strategy`."
    assert found["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1}
    assert found["async"]["schema"] == {"type": "boolean", "default": False}
    assert found["dataSet"]["schema"] == {"type": "array", "items": {"type": "string"}}
    assert found["dataSet"]["explode"] is True
    assert "others" not in found


def test_a_required_parameter_says_so(document: dict[str, Any]) -> None:
    assert parameters(document, "/api/test/required")["seconds"]["required"] is True


def test_media_types_follow_the_view(document: dict[str, Any]) -> None:
    path = document["paths"]["/api/test/elements"]["post"]

    assert list(path["requestBody"]["content"]) == ["application/xml"]
    assert list(path["responses"]["200"]["content"]) == ["application/json", "application/xml"]


def test_closed_views_say_how_to_authenticate(document: dict[str, Any]) -> None:
    schemes = [{"basicAuth": []}, {"apiToken": []}, {"sessionCookie": []}]
    assert document["paths"]["/api/test/closed"]["get"]["security"] == schemes
    assert "security" not in document["paths"]["/api/ping"]["get"]
    assert set(document["components"]["securitySchemes"]) == {"basicAuth", "apiToken", "sessionCookie"}


def test_every_operation_has_an_id_of_its_own(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]

    assert len(ids) == len(set(ids))
