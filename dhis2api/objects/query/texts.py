"""Conditions on texts: what each operator asks of a text column, of a text in JSON, of an expression."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from dhis2api.objects.query.conditions import Condition
from dhis2api.objects.query.lookups import NEGATED
from dhis2api.objects.query.operators import Operator
from dhis2api.objects.query.scope import EVERYTHING, NOTHING
from dhis2api.objects.query.values import parse_value
from dhis2api.objects.schema import Property

WORDS = re.compile(r"[^\W_]+", re.UNICODE)


def on_text(
    column: str, operator: Operator, condition: Condition, *, is_id: bool = False, json_text: bool = False,
    prop: Property | None = None, anchored: bool = False,
) -> Q:  # fmt: skip
    """The condition on the text at `column`, an ORM path or the name of an annotation.

    `is_id`, `anchored`: see `on_words`; `json_text`: the path ends inside a JSON value; `prop` names the values of an
    enumeration. Errors: E1003 for a value that is none of them, or a list without brackets.
    """
    if operator.values == "none":
        return without_value(column, operator, is_text=True)
    if operator.lookup == "token":
        return on_words(
            column, condition.value, is_id, negated=operator.negated, json_text=json_text, anchored=anchored
        )
    if operator.values == "list":
        if json_text:
            found = any_of(Q(**{column: value}) for value in condition.listed())
            return ~found & Q(**{f"{column}__isnull": False}) if operator.negated else found
        values = condition.listed()
        if prop is not None and prop.enum_type is not None:
            values = [parsed(prop, text, condition) for text in values]
        return Q(**{f"{column}__{operator.lookup}": values})
    value = condition.value
    if prop is not None and prop.enum_type is not None and not operator.text_only:
        value = parsed(prop, value, condition)
    if operator.text_only:
        value = value.replace("%", "")
    if json_text and operator.negated:
        positive = operator.lookup.removeprefix("not_")
        return ~Q(**{f"{column}__{positive}": value}) & Q(**{f"{column}__isnull": False})
    return Q(**{f"{column}__{operator.lookup}": value})


def without_value(column: str, operator: Operator, *, is_text: bool) -> Q:
    """`null` and `empty`, which for a text are different things."""
    found = Q(**{f"{column}__isnull": not operator.negated})
    if operator.lookup != "empty" or not is_text:
        return found
    return found & Q(**{f"{column}__{NEGATED['exact']}": ""}) if operator.negated else found | Q(**{column: ""})


def on_words(
    column: str, value: str, is_id: bool, *, negated: bool, json_text: bool = False, anchored: bool = False
) -> Q:
    """Every word occurs; `anchored`: at the start of a word of the text, as where DHIS2 filters in memory."""
    words = WORDS.findall(value)
    if not words or (is_id and any(len(word) < 4 for word in words)):
        return EVERYTHING if negated else NOTHING
    lookup = "iregex" if anchored else "icontains"
    texts = [rf"\m{word}" for word in words] if anchored else words  # words are letters and digits alone
    if negated and not json_text:
        return any_of(Q(**{f"{column}__{NEGATED[lookup]}": text}) for text in texts)
    found = Q()
    for text in texts:
        found &= Q(**{f"{column}__{lookup}": text})
    return ~found & Q(**{f"{column}__isnull": False}) if negated else found


def parsed(prop: Property, text: str, condition: Condition) -> Any:
    """The value of a text as the property's type. Errors: E1003 with its place."""
    try:
        return parse_value(prop, text)
    except ValueError as error:
        raise condition.fault("value", str(error)) from None


def any_of(found: Iterable[Q]) -> Q:
    """At least one of the conditions."""
    joined = Q()
    for one in found:
        joined |= one
    return joined
