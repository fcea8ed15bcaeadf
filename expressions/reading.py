"""From text to an expression: read once, checked once, remembered."""

from __future__ import annotations

import re
from functools import lru_cache

from expressions.checking import fits, kind_of
from expressions.dialects import Dialect
from expressions.errors import ExpressionError
from expressions.expression import Expression, replace_items

LONGEST = 100_000  # characters of an expression
REMEMBERED = 5_000  # characters of one that is kept
FOR_EACH = re.compile(r"^.*?-->", re.DOTALL)


def read(text: str, dialect: Dialect) -> Expression:
    """Read an expression of a dialect; those of usual length are remembered.

    Errors: ExpressionError where it is not well-formed: what DHIS2 2.42 calls that, and texts that are longer than
        100,000 characters or nested more than 100 deep.
    """
    return _remembered(text, dialect) if len(text) <= REMEMBERED else _read(text, dialect)


def _read(text: str, dialect: Dialect) -> Expression:
    if len(text) > LONGEST:
        raise ExpressionError(f"An expression has at most {LONGEST} characters")
    from expressions.parser import parse  # noqa: PLC0415 - its library takes 9 MB, which many processes never need

    node, for_each = parse(text, dialect)
    if not fits(node, dialect.gives, dialect.functions):
        found = kind_of(node, dialect.functions)
        raise ExpressionError(f"The expression of {dialect} must give a {dialect.gives}, not a {found}")
    return Expression(text, dialect, node, for_each)


_remembered = lru_cache(maxsize=10_000)(_read)


def bind(expression: Expression, uid: str) -> Expression:
    """What a forEach is for one of the things that its variable stands for; any other expression as it is."""
    if expression.for_each is None:
        return expression
    variable = re.compile(rf"{re.escape(expression.for_each.variable)}(?!\w)")
    body = FOR_EACH.sub("", expression.text, count=1)
    return read(replace_items(body, lambda text: variable.sub(uid, text)), expression.dialect)
