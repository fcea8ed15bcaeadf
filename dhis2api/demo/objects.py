"""The smallest parts that all payloads are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .identifiers import REGISTRY_NUMBER, demo_uid

# Everybody reads metadata; where data may be entered, everybody may read and write it.
READABLE = "r-------"
DATA_WRITABLE = "r-rw----"
PRIVATE = "--------"

Payload = dict[str, Any]


def ref(uid: str) -> dict[str, str]:
    return {"id": uid}


def refs(uids: Iterable[str]) -> list[dict[str, str]]:
    return [ref(uid) for uid in uids]


def sharing(public: str = READABLE, *, groups: dict[str, str] | None = None) -> Payload:
    """`groups` maps user group uids to access strings."""
    shares = {uid: {"id": uid, "access": access} for uid, access in (groups or {}).items()}
    return {"public": public, "users": {}, "userGroups": shares}


def named(kind: str, key: str, name: str, *, short_name: str | None = None, uid: str | None = None) -> Payload:
    """An object with an identifier of its own, name and short name."""
    return {"id": uid or demo_uid(kind, key), "name": name, "shortName": (short_name or name)[:50]}


def registry_number(text: str) -> list[Payload]:
    """The unique attribute's value, as `attributeValues`."""
    return [{"attribute": ref(REGISTRY_NUMBER), "value": text}]
