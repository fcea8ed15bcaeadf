"""Values of the wrong kind, in every kind of member of every type: refused with the place, never a 5xx."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from dhis2api.objects.registry import metadata_schemas
from dhis2api.objects.schema import Property, Schema
from tests.harness.client import ApiClient
from tests.objects.imports import data_element, put_in

pytestmark = pytest.mark.django_db
TYPES = 2
AWKWARD: tuple[Any, ...] = (
    [], {}, [[]], [None], [{"id": ["a"]}], {"id": {"id": "x"}}, {"id": None}, -1, 2**70, 1.5, True, "", "a\x00b",
)  # fmt: skip


def members() -> Iterator[tuple[Schema, Property]]:
    """Of every kind of member the writable ones that the first types have."""
    seen: Counter[tuple[Any, ...]] = Counter()
    for schema in metadata_schemas():
        for prop in schema.properties.values():
            kind = (prop.kind, prop.shape, prop.item_kind, prop.enum_type is not None)
            if prop.writable and seen[kind] < TYPES:
                seen[kind] += 1
                yield schema, prop


@pytest.mark.parametrize(
    ("schema", "prop"), list(members()), ids=lambda part: getattr(part, "plural", None) or part.name
)
def test_no_value_is_too_awkward(api: ApiClient, schema: Schema, prop: Property) -> None:
    for value in AWKWARD:
        answer = put_in(api, "importMode=VALIDATE", **{schema.plural: [{prop.name: value}]})
        assert answer.status in (200, 400, 409), (value, answer)
        if answer.status == 400 and "\x00" not in str(value):
            assert f"{schema.plural}[0]" in answer.json["message"]


@pytest.mark.parametrize("code", [{"id": "x"}, ["a"], 5, True])
@pytest.mark.parametrize("identifier", ["CODE", "AUTO"])
def test_a_code_that_is_no_text(api: ApiClient, identifier: str, code: Any) -> None:
    answer = put_in(api, f"identifier={identifier}", dataElements=[data_element(code=code)])

    assert answer.status == (200 if isinstance(code, int) else 400)


@pytest.mark.parametrize("schema", list(metadata_schemas()), ids=lambda schema: schema.plural)
def test_what_is_no_object_is_refused_by_its_index(api: ApiClient, schema: Schema) -> None:
    for value in (None, 7, "text", []):
        answer = put_in(api, **{schema.plural: [value]})
        assert (answer.status, answer.json["message"]) == (400, f"`{schema.plural}[0]` must be an object")
