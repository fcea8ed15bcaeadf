"""Query parameters of the data stores. Source: DHIS2 2.42, data store."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from dhis2api.web.params import Params, param

PAGE_SIZE = 50
LARGEST_PAGE = 1_000
OF_USER = "Whose store; for superusers."


class Junction(Enum):
    """How several filters are joined."""

    AND = "AND"
    OR = "OR"


class QueryParams(Params):
    """Of a namespace. The presence of `fields` makes a query of it."""

    fields: list[str] | None = param(None, split=False, doc="Parts of the values, such as name,eats[0[name]]; empty: "
                                                            "the keys alone; `.`: whole values.")  # fmt: skip
    filter: list[str] = param(split=False, repeatable=True, doc="path:operator:value.")
    root_junction: Junction = param(Junction.AND, doc="How several filters are joined.")
    order: str = param("", doc="path:direction; by key without.")
    include_all: bool = param(False, doc="Also entries that have none of the fields.")
    headless: bool = param(False, doc="A bare array without pager.")
    paging: bool = param(True, doc="false: all entries at once.")
    page: int = param(1, doc="From 1.")
    page_size: int = param(PAGE_SIZE, doc=f"Up to {LARGEST_PAGE}.")


class KeysParams(Params):
    """Of the keys of a namespace."""

    last_updated: datetime | None = param(None, doc="Only keys that were changed at that time or later.")


class NamespaceParams(QueryParams, KeysParams):
    """Of a shared namespace: a query, or its keys."""


class UserParams(Params):
    """Of everything in a user's store."""

    username: str = param("", doc=OF_USER)


class UserNamespaceParams(QueryParams, UserParams):
    """Of a user's namespace."""


class CreateParams(Params):
    """Of a new value."""

    encrypt: bool = param(False, doc="Keep a new value encrypted.")


class PutParams(CreateParams):
    """Of a value, new or not."""

    path: str = param("", doc="The part of the value that is replaced, such as eats.[0].name.")
    roll: int | None = param(None, doc="Append to the array, which drops its first element once it has so many.")


class UserCreateParams(CreateParams, UserParams):
    """Of a new value of a user."""


class UserPutParams(PutParams, UserParams):
    """Of a value of a user, new or not."""


class ProtectionParams(Params):
    """Of the protections."""

    namespace: str = param("", doc="The one namespace to show.")
