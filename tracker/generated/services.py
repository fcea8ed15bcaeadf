"""Make values up for an attribute (DHIS2 2.42, tracked entity attributes, generated values)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.registry import get_schema
from dhis2api.web.timestamps import format_timestamp
from metadata.models import TrackedEntityAttribute
from metadata.text_patterns import GENERATED, Method, PatternError, Segment, parse_pattern
from sharing.access import readable
from tracker.generated import resolving
from tracker.generated.errors import NO_PATTERN, RESERVE_COUNT
from tracker.generated.random_values import reserve_random
from tracker.generated.sequences import count_on

MOST = 1000


def required_values(uid: str, user: Any) -> dict[str, list[str]]:
    """What a client must know to have values generated. Errors: E1005; 400 without a pattern."""
    _, segments = _attribute(uid, user)
    return resolving.required_values(segments)


def generate_values(
    uid: str, *, count: int, days: int, given: Mapping[str, Sequence[str]], user: Any
) -> list[dict[str, Any]]:
    """New values, reserved for so many days; as they stand on the wire. No two calls give the same.

    Errors: E1005; 400 for a count outside 1 to 1000 or without a pattern; 409 for missing required values and for too
    few that are left.
    """
    if not 1 <= count <= MOST:
        raise ApiError(RESERVE_COUNT)
    attribute, segments = _attribute(uid, user)
    now = timezone.localtime()
    expiry = now + timedelta(days=days)
    pattern = resolving.resolve(segments, given, now)
    if pattern.generated.method is Method.RANDOM:
        values = reserve_random(attribute, pattern, count, now, expiry)
    else:
        values = count_on(attribute, pattern, count)
    return [_shown(uid, pattern.key, value, now, expiry) for value in values]


def _attribute(uid: str, user: Any) -> tuple[int, list[Segment]]:
    rules = get_schema("trackedEntityAttribute").rules
    rows = TrackedEntityAttribute.objects.filter(readable(rules, user.principal), uid=uid)
    found = rows.values_list("pk", "generated", "pattern").first()
    if found is None:
        raise ApiError(E1005, "TrackedEntityAttribute", uid)
    key, is_generated, pattern = found
    try:
        segments = parse_pattern(pattern or "")
    except PatternError as error:
        raise ApiError(NO_PATTERN) from error
    if not is_generated or sum(segment.method in GENERATED for segment in segments) != 1:
        raise ApiError(NO_PATTERN)
    return key, segments


def _shown(uid: str, key: str, value: str, now: datetime, expiry: datetime) -> dict[str, Any]:
    return {
        "ownerObject": "TRACKEDENTITYATTRIBUTE", "ownerUid": uid, "key": key, "value": value,
        "created": format_timestamp(now), "expiryDate": format_timestamp(expiry),
    }  # fmt: skip
