"""Text patterns: what generated attribute values look like, `ORG_UNIT_CODE(...) + "-" + SEQUENTIAL(####)`.

Source: DHIS2 2.42, tracked entity attributes, patterns. Pure text; nothing is generated here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from dhis2api.value_types import ValueType


class Method(StrEnum):
    """What a segment is."""

    TEXT = "TEXT"
    RANDOM = "RANDOM"
    SEQUENTIAL = "SEQUENTIAL"
    ORG_UNIT_CODE = "ORG_UNIT_CODE"
    CURRENT_DATE = "CURRENT_DATE"


GENERATED = frozenset({Method.RANDOM, Method.SEQUENTIAL})


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a pattern; `parameter` is the text itself, or what stands in the parentheses."""

    method: Method
    parameter: str


class PatternError(ValueError):
    """The text is no pattern; the message says where it fails."""


_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CALL = re.compile(r"(RANDOM|SEQUENTIAL|ORG_UNIT_CODE|CURRENT_DATE)\(([^()]*)\)")
_JOIN = re.compile(r"\s*\+\s*")
_PARAMETERS = {
    Method.RANDOM: re.compile(r"(?:[Xx]{1,12}|[#*Xx]{1,12})"),
    Method.SEQUENTIAL: re.compile(r"#{1,12}"),
    # nothing between the parentheses: the whole code
    Method.ORG_UNIT_CODE: re.compile(r"(?:\.{0,50}|\^\.{1,50}|\.{1,50}\$)"),
    Method.CURRENT_DATE: re.compile(r"[GyYMLwWDdFEuaHkKhmsSzZX/:.\- ']{1,50}"),
}


def parse_pattern(text: str) -> list[Segment]:
    """The segments of a pattern.

    Errors: PatternError naming the position (from 0) of what is no segment.
    """
    segments: list[Segment] = []
    position = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    if position >= end:
        raise PatternError("The pattern is empty")
    while True:
        segment, position = _segment(text, position)
        segments.append(segment)
        if position >= end:
            return segments
        join = _JOIN.match(text, position)
        if join is None:
            raise PatternError(f"Expected `+` at position {position}")
        position = join.end()


def _segment(text: str, position: int) -> tuple[Segment, int]:
    if match := _TEXT.match(text, position):
        return Segment(Method.TEXT, re.sub(r"\\(.)", r"\1", match[1])), match.end()
    match = _CALL.match(text, position)
    if match is None:
        raise PatternError(f"Expected a quoted text or a method at position {position}")
    method, parameter = Method(match[1]), match[2]
    if _PARAMETERS[method].fullmatch(parameter) is None:
        raise PatternError(f"Invalid parameter `{parameter}` of {method} at position {match.start(2)}")
    return Segment(method, parameter), match.end()


def count_generated(segments: list[Segment]) -> int:
    """How many segments the server makes up; a pattern has one."""
    return sum(segment.method in GENERATED for segment in segments)


def suits(segments: list[Segment], value_type: str) -> bool:
    """Whether every value of the pattern is one of the value type; only texts and numbers can be."""
    if value_type == ValueType.TEXT:
        return True
    if value_type in (ValueType.NUMBER, ValueType.INTEGER):
        return all(_is_numeric(segment) for segment in segments)
    return False


def _is_numeric(segment: Segment) -> bool:
    if segment.method is Method.TEXT:
        return segment.parameter.isascii() and segment.parameter.isdecimal()
    if segment.method is Method.RANDOM:
        return set(segment.parameter) == {"#"}
    if segment.method is Method.CURRENT_DATE:
        return set(segment.parameter) <= set("yYMdDwWHhmsS")
    return segment.method is Method.SEQUENTIAL
