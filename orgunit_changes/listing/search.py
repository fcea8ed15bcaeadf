"""Org units by what somebody types: ids, uids or codes behind their word, else a part of the name."""

from __future__ import annotations

from django.db.models import Q

from orgunit_changes.errors import refuse
from orgunit_changes.identifiers import Malformed, parse_id

NAMED = {"refs": "uid", "codes": "code"}
INVALID = "Invalid value."


def search_units(text: str, prefix: str = "org_unit__") -> Q:
    """The condition on rows that refer to a unit. Errors: 400 for ids that are no numbers."""
    kind, colon, rest = text.partition(":")
    items = [item.strip() for item in rest.split(",") if item.strip()]
    if colon and kind == "ids":
        try:
            return Q(**{f"{prefix}pk__in": [parse_id(item) for item in items]})
        except Malformed as error:
            raise refuse("org_unit_search", INVALID) from error
    if colon and kind in NAMED:
        return Q(**{f"{prefix}{NAMED[kind]}__in": items})
    return Q(**{f"{prefix}name__icontains": text})
