"""The operators of `filter=property:operator:value`, one row each (DHIS2 2.42, metadata API, object filter)."""

from __future__ import annotations

from dataclasses import dataclass

from dhis2api.objects.query.lookups import NEGATED


@dataclass(frozen=True, slots=True)
class Operator:
    """`lookup` is the ORM lookup, `values` how many values follow ("list" for a bracketed list)."""

    lookup: str
    doc: str
    values: str = "one"
    text_only: bool = False
    comparison: bool = False  # also on a collection, where it compares the size
    negated: bool = False


OPERATORS: dict[str, Operator] = {
    "eq": Operator("exact", "equal to; on a collection: has that many members", comparison=True),
    "ieq": Operator("iexact", "equal to, ignoring case", text_only=True),
    "!eq": Operator(NEGATED["exact"], "not equal to", comparison=True, negated=True),
    "gt": Operator("gt", "greater than", comparison=True),
    "ge": Operator("gte", "greater than or equal to", comparison=True),
    "lt": Operator("lt", "less than", comparison=True),
    "le": Operator("lte", "less than or equal to", comparison=True),
    "like": Operator("contains", "contains", text_only=True),
    "!like": Operator(NEGATED["contains"], "does not contain", text_only=True, negated=True),
    "$like": Operator("startswith", "starts with", text_only=True),
    "!$like": Operator(NEGATED["startswith"], "does not start with", text_only=True, negated=True),
    "like$": Operator("endswith", "ends with", text_only=True),
    "!like$": Operator(NEGATED["endswith"], "does not end with", text_only=True, negated=True),
    "ilike": Operator("icontains", "contains, ignoring case", text_only=True),
    "!ilike": Operator(NEGATED["icontains"], "does not contain, ignoring case", text_only=True, negated=True),
    "$ilike": Operator("istartswith", "starts with, ignoring case", text_only=True),
    "!$ilike": Operator(NEGATED["istartswith"], "does not start with, ignoring case", text_only=True, negated=True),
    "ilike$": Operator("iendswith", "ends with, ignoring case", text_only=True),
    "!ilike$": Operator(NEGATED["iendswith"], "does not end with, ignoring case", text_only=True, negated=True),
    "token": Operator("token", "contains every word, in any order, ignoring case", text_only=True),
    "!token": Operator("token", "lacks one of the words", text_only=True, negated=True),
    "in": Operator("in", "is one of [a,b]", values="list"),
    "!in": Operator(NEGATED["in"], "is none of [a,b]", values="list", negated=True),
    "null": Operator("isnull", "has no value", values="none"),
    "!null": Operator("isnull", "has a value", values="none", negated=True),
    "empty": Operator("empty", "has no members, or is an empty text", values="none"),
    "!empty": Operator("empty", "has members, or is a text that is not empty", values="none", negated=True),
}

SYNONYMS: dict[str, str] = {
    "ne": "!eq", "neq": "!eq", "gte": "ge", "lte": "le",
    "startsWith": "$ilike", "!startsWith": "!$ilike", "endsWith": "ilike$", "!endsWith": "!ilike$",
    "^like": "$like", "!^like": "!$like", "^ilike": "$ilike", "!^ilike": "!$ilike",
}  # fmt: skip


def find_operator(name: str) -> Operator | None:
    """The operator of that name or synonym, or None."""
    return OPERATORS.get(SYNONYMS.get(name, name))
