"""Properties of the small languages: any text is read or refused, never a crash, never a hang."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhis2api.errors import ApiError
from dhis2api.objects.patch import apply_patch, plan_patch
from dhis2api.objects.query.conditions import parse_filters
from dhis2api.objects.query.fields import Selection, parse_fields
from dhis2api.objects.query.filters import compile_filters
from dhis2api.objects.query.order import compile_order
from dhis2api.objects.query.scope import FilterScope
from dhis2api.objects.reading.plan import compile_fields
from dhis2api.objects.registry import get_schema
from sharing.access import Principal

SYMBOLS = st.text("abid:*!~|[](),;. $^%é\x00", max_size=60)
NAMES = [
    "id",
    "name",
    "categoryCombo",
    "dashboardItems",
    "visualization",
    "type",
    "sharing",
    "access",
    "users",
    ":all",
    "eq",
    "like",
    "in",
    "~size",
    "~pluck(",
    "x",
]
WORDS = st.lists(st.sampled_from([*NAMES, *":![],)."]), max_size=20).map("".join)
SCHEMAS = st.sampled_from(["dataElement", "dashboard", "visualization"])
SCOPE = FilterScope(Principal("abcdefghij1", frozenset()), "fr")


@given(SCHEMAS, SYMBOLS | WORDS)
def test_any_fields_are_read(schema: str, text: str) -> None:
    assert all(isinstance(selection, Selection) for selection in parse_fields(text))
    compile_fields(get_schema(schema), text, default="*")


@given(SCHEMAS, SYMBOLS | WORDS)
def test_any_filter_is_compiled_or_refused(schema: str, text: str) -> None:
    with contextlib.suppress(ApiError):
        compile_filters(get_schema(schema), parse_filters([text]), SCOPE)


@given(SCHEMAS, SYMBOLS | WORDS)
def test_any_order_orders(schema: str, text: str) -> None:
    assert compile_order(get_schema(schema), text, "fr")


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
PATHS = st.lists(st.sampled_from(["name", "style", "aggregationLevels", "-", "0", "1", "x", "", "~1"]), max_size=4)
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "remove-by-id", "x"])},
    optional={"path": PATHS.map(lambda steps: "/" + "/".join(steps)) | JSON, "value": JSON, "id": JSON},
)


@settings(max_examples=200)
@given(st.lists(OPERATIONS | JSON, max_size=3))
def test_any_patch_is_applied_or_refused_as_a_bad_request(operations: list[object]) -> None:
    stored = {"name": "x", "style": {"color": "#fff"}, "aggregationLevels": [1, 2]}
    try:
        apply_patch(stored, plan_patch(get_schema("dataElement"), operations).operations)
    except ApiError as refusal:
        assert refusal.status == 400


@pytest.mark.parametrize("text", ["name:like:" + "x" * 100_000, ",".join(["name:eq:x"] * 200), "a." * 5_000 + "b:eq:x"])
def test_long_filters_are_answered_quickly(text: str) -> None:
    with contextlib.suppress(ApiError):
        compile_filters(get_schema("dataElement"), parse_filters([text]), SCOPE)
