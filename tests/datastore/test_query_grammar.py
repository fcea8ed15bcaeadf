"""The parsers of the query API take any text: a result, or a refusal that names the place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datastore.query.fields import Field, parse_fields
from datastore.query.filters import OPERATORS, SEPARATOR, Kind, parse_filters, split_outside_brackets
from datastore.query.order import parse_order
from datastore.query.paths import parse_path, rejoin
from dhis2api.errors import ApiError

names = st.text("abcXYZ019", min_size=1, max_size=4)
likely = st.text("ab0.,[]()~hoist'_- é\"\\{}:@!$%*", max_size=30)


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> list[tuple[str, list]]:
    """Names, each with those below it."""
    found = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    return [(name, draw(trees(depth + 1)) if depth < 3 and draw(st.booleans()) else []) for name in found]


def leaves(tree: list[tuple[str, list]], before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    return [
        path for name, below in tree for path in (leaves(below, (*before, name)) if below else [(*before, name)])
    ]  # fmt: skip


def nested(tree: list[tuple[str, list]], brackets: str) -> str:
    return ",".join(
        name + (brackets[0] + nested(below, brackets) + brackets[1] if below else "") for name, below in tree
    )


@given(trees(), st.sampled_from(["[]", "()"]))
def test_brackets_and_dots_say_the_same(tree: list[tuple[str, list]], brackets: str) -> None:
    dotted = ",".join(".".join(path) for path in leaves(tree))

    found = parse_fields(nested(tree, brackets))
    assert [field.path.steps for field in found] == [field.place for field in found] == leaves(tree)
    assert [field.path.steps for field in parse_fields(dotted)] == leaves(tree)


@given(trees(), names)
def test_an_alias_replaces_the_whole_place(tree: list[tuple[str, list]], alias: str) -> None:
    (first, *_) = leaves(tree)

    (field,) = parse_fields(f"{'.'.join(first)}~hoist({alias}.x)")
    assert field == Field(parse_path(".".join(first)), (alias, "x"))


@given(likely)
def test_any_text_as_fields(text: str) -> None:
    try:
        parse_fields(text)
    except ApiError as error:
        assert error.code.name in ("E7650", "E7651")
        if error.code.name == "E7651":
            position, letter = error.args_given
            assert text[position] == letter


@given(likely)
def test_any_text_as_filters(text: str) -> None:
    try:
        found = parse_filters([text])
    except ApiError as error:
        assert error.status in (400, 409)
    else:
        assert all((f.value is None) == (f.operator.kind is Kind.UNARY) for f in found)


@given(likely)
def test_any_text_as_order(text: str) -> None:
    try:
        parse_order(text)
    except ApiError as error:
        assert error.status in (400, 409)


@given(st.lists(names, min_size=1, max_size=6))
def test_a_path_is_read_as_it_is_written(steps: list[str]) -> None:
    assert rejoin(parse_path(".".join(steps)).steps) == ".".join(steps)


@pytest.mark.parametrize("text", ["eats[0].name", "eats.[0].name", "eats.0.name"])
def test_indexes_are_steps(text: str) -> None:
    assert parse_path(text).steps == ("eats", "0", "name")


@given(st.lists(st.text("ab:,", max_size=4).map(lambda inner: f"[{inner}]"), min_size=1, max_size=4))
def test_commas_in_brackets_do_not_split(pieces: list[str]) -> None:
    assert split_outside_brackets(",".join(pieces)) == pieces


@pytest.mark.parametrize("name", list(OPERATORS))
@given(path=names, separator=st.sampled_from([":", "::", "~", "@"]), value=st.text("xyz ", min_size=1, max_size=5))
def test_every_operator_is_read_with_every_separator(name: str, path: str, separator: str, value: str) -> None:
    is_unary = OPERATORS[name].kind is Kind.UNARY
    text = separator.join([path, name.upper()] if is_unary else [path, name.upper(), value])

    (found,) = parse_filters([text])
    assert (found.path.text, found.operator, found.value) == (path, OPERATORS[name], None if is_unary else value)
    assert re.fullmatch(SEPARATOR, separator)
