"""The JSON bodies of splits and merges, read into records. Errors: 400 for a member of another kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dhis2api.errors import BAD_REQUEST, ApiError
from metadata.merging.data import Strategy
from metadata.merging.errors import TOO_MANY

MAX_OBJECTS = 1_000  # named by one request


@dataclass(frozen=True, slots=True)
class MergeBody:
    """A merge as it was sent; uids, without repetitions."""

    sources: list[str]
    target: str | None
    delete_sources: bool
    strategy: Strategy | None


@dataclass(frozen=True, slots=True)
class SplitBody:
    """A split as it was sent; uids, without repetitions."""

    source: str | None
    targets: list[str]
    primary: str | None
    delete_source: bool


def read_merge(body: Any, *, strategy_member: str, deletes: bool) -> MergeBody:
    """`{sources, target, deleteSources}` and the strategy; `deletes` is what counts without `deleteSources`."""
    members = _object(body)
    _strategy(members, "dataApprovalMergeStrategy")  # of org units; nothing is approved yet
    return MergeBody(
        _uids(members, "sources"), _text(members, "target"), _flag(members, "deleteSources", deletes),
        _strategy(members, strategy_member),
    )  # fmt: skip


def read_split(body: Any) -> SplitBody:
    """`{source, targets, primaryTarget, deleteSource}`."""
    members = _object(body)
    return SplitBody(
        _text(members, "source"), _uids(members, "targets"), _text(members, "primaryTarget"),
        _flag(members, "deleteSource", True),
    )  # fmt: skip


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ApiError(BAD_REQUEST, "The body must be a JSON object")
    return body


def _text(members: dict[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise ApiError(BAD_REQUEST, f"`{name}` must be a text")
    return value or None


def _uids(members: dict[str, Any], name: str) -> list[str]:
    value = members.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ApiError(BAD_REQUEST, f"`{name}` must be a list of texts")
    uids = list(dict.fromkeys(value))
    if len(uids) > MAX_OBJECTS:
        raise ApiError(TOO_MANY, name, MAX_OBJECTS, len(uids))
    return uids


def _flag(members: dict[str, Any], name: str, default: bool) -> bool:
    value = members.get(name)
    if value is not None and not isinstance(value, bool):
        raise ApiError(BAD_REQUEST, f"`{name}` must be true or false")
    return default if value is None else value


def _strategy(members: dict[str, Any], name: str) -> Strategy | None:
    value = _text(members, name)
    if value is not None and value not in Strategy.__members__:
        raise ApiError(BAD_REQUEST, f"`{name}` must be one of {', '.join(Strategy)}, not `{value}`")
    return Strategy(value) if value is not None else None
