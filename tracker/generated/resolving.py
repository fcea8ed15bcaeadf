"""A text pattern with everything known put in: what is left is the one segment that is generated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dhis2api.errors import ApiError
from metadata.text_patterns import GENERATED, Method, Segment
from tracker.generated.errors import MISSING_VALUES, UNSUITABLE_VALUE
from tracker.generated.java_dates import format_java_date

REQUIRED = frozenset({Method.ORG_UNIT_CODE})


@dataclass(frozen=True, slots=True)
class Resolved:
    """`key` is the pattern with its fixed parts resolved and `RANDOM(…)` or `SEQUENTIAL(…)` as it is written."""

    key: str
    before: str
    generated: Segment
    after: str

    def value(self, made_up: str) -> str:
        """A whole value."""
        return self.before + made_up + self.after


def required_values(segments: Sequence[Segment]) -> dict[str, list[str]]:
    """The methods that need a value from the client, and those that take care of themselves."""
    methods = list(dict.fromkeys(segment.method for segment in segments))
    return {
        "REQUIRED": [method.value for method in methods if method in REQUIRED],
        "OPTIONAL": [method.value for method in methods if method in GENERATED],
    }


def resolve(segments: Sequence[Segment], given: Mapping[str, Sequence[str]], now: datetime) -> Resolved:
    """Put the given values and the moment into a pattern, which has one generated segment.

    Errors: 409 for required values that are missing or too short.
    """
    missing = [method for method in required_values(segments)["REQUIRED"] if not any(given.get(method, ()))]
    if missing:
        raise ApiError(MISSING_VALUES, ", ".join(missing))
    (place,) = [place for place, segment in enumerate(segments) if segment.method in GENERATED]
    generated = segments[place]
    before = "".join(_fixed(segment, given, now) for segment in segments[:place])
    after = "".join(_fixed(segment, given, now) for segment in segments[place + 1 :])
    return Resolved(f"{before}{generated.method}({generated.parameter}){after}", before, generated, after)


def _fixed(segment: Segment, given: Mapping[str, Sequence[str]], now: datetime) -> str:
    if segment.method is Method.TEXT:
        return segment.parameter
    if segment.method is Method.CURRENT_DATE:
        return format_java_date(segment.parameter, now)
    return _cut(next(filter(None, given[segment.method])), segment)


def _cut(code: str, segment: Segment) -> str:
    """The first letters of a code for `...` and `^...`, the last for `...$`, all of it without dots.

    DHIS2 takes the last ones only of codes that are exactly as long; its documentation promises them of all.
    """
    length = segment.parameter.count(".")
    if length == 0:
        return code
    if len(code) < length:
        raise ApiError(UNSUITABLE_VALUE, code, segment.method, segment.parameter)
    return code[-length:] if segment.parameter.endswith("$") else code[:length]
