"""Fresh identifiers, what there is of each type, and what users may choose of (DHIS2 2.42, system)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any
from uuid import uuid4

from babel import Locale
from django.db.models import Count, Value

from dhis2api.objects.describing import words
from dhis2api.objects.registry import endpoint_schemas
from dhis2api.objects.uids import generate_uid

MAX_IDENTIFIERS = 10_000
STYLES = (
    ("Light Blue", "light_blue"), ("Green", "green"), ("Myanmar", "myanmar"), ("Vietnam", "vietnam"),
    ("India", "india"),
)  # fmt: skip


def new_identifiers(limit: int) -> list[str]:
    """Fresh uids; more than MAX_IDENTIFIERS are silently cut, as in DHIS2."""
    return [generate_uid() for _ in range(_bounded(limit))]


def new_uuids(limit: int) -> list[str]:
    """The same of UUIDs."""
    return [str(uuid4()) for _ in range(_bounded(limit))]


def list_resources(api_base: str) -> list[dict[str, str]]:
    """Every type that is served, as `/api/resources` lists it."""
    return [
        {
            "displayName": words(schema.plural),
            "singular": schema.singular,
            "plural": schema.plural,
            "href": f"{api_base}/{schema.plural}",
        }
        for schema in sorted(endpoint_schemas(), key=lambda schema: schema.plural)
    ]


def object_counts() -> dict[str, int]:
    """How many objects there are of each type, whoever may read them; one query."""
    schemas = sorted(endpoint_schemas(), key=lambda schema: schema.singular)
    parts = [
        schema.model._base_manager.order_by().annotate(of=Value(schema.singular)).values("of").annotate(n=Count("pk"))
        for schema in schemas
    ]
    rows = parts[0].union(*parts[1:], all=True).values_list("of", "n")
    return {schema.singular: 0 for schema in schemas} | dict(rows)


@cache
def list_flags() -> list[dict[str, str]]:
    """What may be chosen as `keyFlag`: DHIS2's own and the countries'."""
    names = {code: name for code, name in Locale("en").territories.items() if code.isalpha() and len(code) == 2}
    keys = {_key(name): name for name in names.values()}
    return [_choice("DHIS 2", "dhis2", "png"), *(_choice(keys[key], key, "png") for key in sorted(keys))]


def list_styles() -> list[dict[str, str]]:
    """What may be chosen as `keyStyle`."""
    return [{"name": name, "key": key, "path": f"{key}/{key}.css"} for name, key in STYLES]


def _bounded(limit: int) -> int:
    return max(0, min(limit, MAX_IDENTIFIERS))


def _choice(name: str, key: str, ending: str) -> dict[str, Any]:
    return {"name": name, "key": key, "path": f"{key}.{ending}"}


def _key(name: str) -> str:
    """`Côte d’Ivoire` as `cote_d_ivoire`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
