"""Paths, filters and orders as SQL. Whatever came with a request is a parameter, never a part of a statement.

No condition can fail, whatever a value holds: it is asked for its type before it is compared. Columns stand bare, as
there is one table. Texts and parameters go into Django's `RawSQL`, which puts them into the statement of a queryset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import BooleanField, JSONField, Q, TextField
from django.db.models.expressions import OrderBy, RawSQL

from datastore.errors import QUERY_FAILED
from datastore.query.filters import Filter, Kind, Operator
from datastore.query.order import Order
from datastore.query.paths import WHOLE, Path
from datastore.values import InvalidValueError, check_value
from dhis2api.errors import ApiError

NUMBER = re.compile(r"([0-9]+)(?:\.([0-9]*))?")
QUOTED = re.compile(r"'(.*)'", re.DOTALL)
BACKSLASHES = re.compile(r"\\*$")
NODE = "(value #> %s::text[])"
TEXT = "(value #>> %s::text[])"
TYPE = f"jsonb_typeof({NODE})"
PLACES = {"contains": "%{}%", "starts": "{}%", "ends": "%{}"}
COMPARISONS = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

Fragment = tuple[str, list[Any]]


def text_of(path: Path) -> RawSQL:
    """The JSON text at a path, NULL where there is nothing."""
    if not path.steps:
        return RawSQL("value::text", [], output_field=TextField())
    return RawSQL(f"{NODE}::text", [list(path.steps)], output_field=TextField())


def exists_any(paths: Sequence[Path]) -> Q:
    """Entries with something, if only JSON's null, at one path at least; all of them where no path is given."""
    found = Q()
    for path in paths:
        fragment = (f"{NODE} IS NOT NULL", [list(path.steps)]) if path.steps else ("value IS NOT NULL", [])
        found |= _condition(fragment)
    return found


def compile_filter(found: Filter) -> Q:
    """One condition. Errors: 400 for an object or array that is no JSON."""
    compiled = _on_key(found) if found.path.is_key else _on_value(found)
    return _condition(compiled)


def compile_order(order: Order) -> list[OrderBy | str]:
    """What sorts the rows; the key decides between equals, so that pages do not overlap."""
    if order.path.is_key and not order.is_numeric:
        return ["-key" if order.descends else "key"]
    steps = list(order.path.steps)
    if order.is_numeric:
        text = RawSQL("key::numeric", []) if order.path.is_key else RawSQL(f"{TEXT}::numeric", [steps])
    elif order.path.text == WHOLE:
        text = RawSQL("value::text", [], output_field=TextField())
    else:
        text = RawSQL(NODE, [steps], output_field=JSONField())
    return [OrderBy(text, descending=order.descends, nulls_last=True), "key"]


def _condition(fragment: Fragment) -> Q:
    text, parameters = fragment
    return Q(RawSQL(f"({text})", parameters, output_field=BooleanField()))


def _on_key(found: Filter) -> Fragment:
    """On the key everything is text."""
    operator, value = found.operator, _plain(found.value)
    if operator.kind is Kind.PATTERN:
        return _like("key", [], operator, value)
    if operator.kind is Kind.SET:
        return f"key {_membership(operator)}", [_items(found.value)]
    return _compare_text("key", [], operator, value)


def _on_value(found: Filter) -> Fragment:
    operator, steps = found.operator, list(found.path.steps)
    if operator.kind is Kind.UNARY:
        return UNARY[operator.test, operator.negated](steps)
    if operator.kind is Kind.SET:
        return _typed("string", steps, f"{TEXT} {_membership(operator)}", [steps, _items(found.value)])
    if operator.kind is Kind.PATTERN:
        return _typed("string", steps, *_like(TEXT, [steps], operator, _plain(found.value)))
    if operator.kind is Kind.EQUALITY and found.value == "null":
        return UNARY["null", operator.negated](steps)
    return _compare(steps, operator, found)


def _compare(steps: list[str], operator: Operator, found: Filter) -> Fragment:
    """By the type that the value is written as."""
    value = found.value or ""
    if value in ("true", "false"):
        return _compare_json("boolean", steps, operator, value)
    if value == "null":
        return _compare_json("null", steps, operator, value)
    if number := NUMBER.fullmatch(value):
        digits = number[1].lstrip("0") or "0"
        return _compare_json("number", steps, operator, f"{digits}.{number[2]}" if number[2] else digits)
    if value[0] in "{[":
        return _compare_json("object" if value[0] == "{" else "array", steps, operator, _json(found))
    return _typed("string", steps, *_compare_text(TEXT, [steps], operator, _plain(value)))


def _compare_json(kind: str, steps: list[str], operator: Operator, value: str) -> Fragment:
    comparison = "<>" if operator.negated else COMPARISONS[operator.test]
    return _typed(kind, steps, f"{NODE} {comparison} %s::jsonb", [steps, value])


def _compare_text(subject: str, before: list[Any], operator: Operator, value: str) -> Fragment:
    comparison = "<>" if operator.negated else COMPARISONS[operator.test]
    if operator.ignores_case:
        return f"lower({subject}) {comparison} lower(%s)", [*before, value]
    return f"{subject} {comparison} %s", [*before, value]


def _like(subject: str, before: list[Any], operator: Operator, value: str) -> Fragment:
    words = ("NOT " if operator.negated else "") + ("ILIKE" if operator.ignores_case else "LIKE")
    return f"{subject} {words} %s", [*before, _pattern(operator, value)]


def _pattern(operator: Operator, value: str) -> str:
    """SQL's pattern, in which `*` is a wildcard, too. A backslash at the end, which escapes nothing, is itself."""
    pattern = PLACES[operator.test].format(value.replace("*", "%"))
    odd = len(BACKSLASHES.search(pattern)[0]) % 2
    return pattern + "\\" * odd


def _membership(operator: Operator) -> str:
    return "<> ALL(%s::text[])" if operator.negated else "= ANY(%s::text[])"


def _typed(kind: str, steps: list[str], test: str, parameters: list[Any]) -> Fragment:
    return f"{TYPE} = %s AND {test}", [steps, kind, *parameters]


def _is_null(steps: list[str]) -> Fragment:
    return f"{TYPE} = 'null'", [steps]


def _is_not_null(steps: list[str]) -> Fragment:
    return f"{TYPE} <> 'null'", [steps]


def _is_empty(steps: list[str]) -> Fragment:
    return f"{NODE} = ANY(%s::jsonb[])", [steps, EMPTY]


def _is_not_empty(steps: list[str]) -> Fragment:
    # Numbers, booleans and null are neither empty nor not.
    return f"{TYPE} = ANY(%s::text[]) AND {NODE} <> ALL(%s::jsonb[])", [steps, SIZED, steps, EMPTY]


EMPTY = ['""', "[]", "{}"]
SIZED = ["string", "array", "object"]
UNARY: dict[tuple[str, bool], Callable[[list[str]], Fragment]] = {
    ("null", False): _is_null,
    ("null", True): _is_not_null,
    ("empty", False): _is_empty,
    ("empty", True): _is_not_empty,
}


def _plain(value: str | None) -> str:
    """A value that is text, without the quotes that say so."""
    quoted = QUOTED.fullmatch(value or "")
    return quoted[1] if quoted else value or ""


def _items(value: str | None) -> list[str]:
    listed = value or ""
    return (listed[1:-1] if listed.startswith("[") and listed.endswith("]") else listed).split(",")


def _json(found: Filter) -> str:
    try:
        return check_value((found.value or "").encode())
    except InvalidValueError as error:
        raise ApiError(QUERY_FAILED, f"the value of the filter on `{found.path.text}` is not valid JSON") from error
