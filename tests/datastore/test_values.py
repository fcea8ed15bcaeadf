"""Values outside of the database are what they would be inside: properties, against PostgreSQL itself."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datastore.values import MISSING, check_value, dump_value, load_value, parse_path, roll_at, set_at

pytestmark = pytest.mark.django_db
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=6)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=None, min_value=-(10**30), max_value=10**30)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), numbers, texts)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
steps = st.one_of(
    st.sampled_from(["a", "b", "0", "1", "-1", "7"]), texts.filter(lambda t: t and not set(t) & set(".[]"))
)
rooted = st.recursive(
    st.one_of(st.none(), st.integers(0, 9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("ab01"), inner, max_size=3)),
    max_leaves=6,
)


def written(value: Any) -> str:
    """JSON as a client may write it: numbers with exponents where Python has them."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + " , ".join(written(item) for item in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def in_database(expression: str, parameters: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}", parameters)
        return cursor.fetchone()[0]


@MANY
@given(values)
def test_a_value_reads_as_postgresql_writes_it(value: Any) -> None:
    text = check_value(written(value).encode())

    assert dump_value(load_value(text)) == in_database("%s::jsonb::text", [text])


@MANY
@given(rooted, st.lists(steps, min_size=1, max_size=3))
def test_setting_is_jsonb_set_where_there_is_something(root: Any, path: list[str]) -> None:
    text = json.dumps(root)
    changed = set_at(load_value(text), path, Decimal(7))

    expected = in_database(
        "CASE WHEN %s::jsonb #> %s IS NOT NULL THEN jsonb_set(%s::jsonb, %s, '7', FALSE) ELSE %s::jsonb END::text",
        [text, path, text, path, text],
    )
    assert (text_of(root) if changed is MISSING else dump_value(changed)) == expected


def text_of(root: Any) -> str:
    return dump_value(load_value(json.dumps(root)))


@MANY
@given(rooted, st.lists(steps, max_size=3), st.integers(-2, 4))
def test_rolling_grows_by_one_or_keeps_the_length(root: Any, path: list[str], most: int) -> None:
    before, after = load_value(json.dumps(root)), roll_at(load_value(json.dumps(root)), path, Decimal(7), most)

    if after is MISSING:
        assert path
    elif not path and isinstance(before, list):
        assert after[-1] == 7
        assert len(after) == len(before) + (0 if before and (most < 0 or len(before) >= most) else 1)


@given(st.text(max_size=30))
def test_any_text_is_a_path(text: str) -> None:
    assert all(step and "." not in step for step in parse_path(text))


@MANY
@given(st.binary(max_size=20))
def test_what_is_checked_can_be_read(data: bytes) -> None:
    try:
        text = check_value(data)
    except ValueError:
        return
    assert dump_value(load_value(text))
