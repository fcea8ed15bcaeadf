"""Regular expressions of users, matched in time that grows with the text, never exponentially.

A pattern becomes a machine that is in several of its states at once (Thompson's construction), so nothing is ever tried
again: however a pattern is written, a text takes at most its length times the number of states. Sets of states that
came up are kept, which makes the next texts quick. What needs another way of matching (references back, looking ahead
or behind, possessive quantifiers) is refused, and so are patterns and texts beyond the bounds below.

Source: java.util.regex, whose syntax DHIS2's d2:validatePattern takes; a whole text has to match.
"""

from __future__ import annotations

import re
from functools import lru_cache

from expressions.errors import EvaluationError

LONGEST_PATTERN = 500  # characters
LONGEST_TEXT = 2_000
MOST_STATES = 1_000  # `x{1000}` has so many
DEEPEST = 40  # groups in groups
MOST_KEPT = 2_000  # steps that one pattern keeps

_QUANTIFIER = re.compile(r"[*+?]|\{(\d{1,4})(,?)(\d{0,4})\}", re.ASCII)
_CLASS = re.compile(r"\[\^?(?:\\.|[^\[\]\\&])(?:\\.|[^\[\]\\&])*\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:[dDwWsS]|[tnrfav]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[^\w\s])", re.ASCII)
_GROUP = re.compile(r"\((?:\?:|\?<[A-Za-z][A-Za-z0-9]*>|(?!\?))")

# A state: what it waits for ("char" and a class, "split", "begin", "end", "done"), and where it leads.
State = tuple[str, "re.Pattern[str] | None", tuple[int, ...]]
States = frozenset[int]


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern describes the whole text. Errors: EvaluationError for a pattern that is none, or not taken."""
    if len(text) > LONGEST_TEXT:
        raise EvaluationError(f"A text of more than {LONGEST_TEXT} characters is not matched against a pattern")
    return _machine(pattern).accepts(text)


@lru_cache(maxsize=256)
def _machine(pattern: str) -> _Machine:
    if len(pattern) > LONGEST_PATTERN:
        raise EvaluationError(f"A pattern has at most {LONGEST_PATTERN} characters")
    return _Machine(pattern)


class _Machine:
    """The states of a pattern, put together from its end: each part is made with what comes after it."""

    def __init__(self, pattern: str) -> None:
        self._states: list[State] = [("done", None, ())]
        node = _Parser(pattern).parse()
        first = self._build(node, 0)
        self._first = self._closure([first], at_begin=True, at_end=False)
        self._steps: dict[tuple[States, str], States] = {}

    def accepts(self, text: str) -> bool:
        current = self._first
        for character in text:
            current = self._step(current, character)
            if not current:
                return False
        return 0 in self._closure(current, at_begin=not text, at_end=True)

    def _step(self, current: States, character: str) -> States:
        found = self._steps.get((current, character))
        if found is None:
            targets = [
                state[2][0] for state in map(self._states.__getitem__, current)
                if state[1] is not None and state[1].match(character)
            ]  # fmt: skip
            found = self._closure(targets, at_begin=False, at_end=False)
            if len(self._steps) >= MOST_KEPT:
                self._steps.clear()
            self._steps[current, character] = found
        return found

    def _closure(self, states: list[int] | States, *, at_begin: bool, at_end: bool) -> States:
        """These states and all that are reached from them without a character."""
        open_kinds = {"split"} | ({"begin"} if at_begin else set()) | ({"end"} if at_end else set())
        seen, waiting = set(states), list(states)
        while waiting:
            kind, _, targets = self._states[waiting.pop()]
            if kind in open_kinds:
                fresh = [target for target in targets if target not in seen]
                seen.update(fresh)
                waiting += fresh
        return frozenset(seen)

    def _add(self, kind: str, characters: re.Pattern[str] | None, *targets: int) -> int:
        if len(self._states) >= MOST_STATES:
            raise EvaluationError("The pattern is too large")
        self._states.append((kind, characters, targets))
        return len(self._states) - 1

    def _build(self, node: Node, after: int) -> int:
        kind, *parts = node
        if kind == "char":
            return self._add("char", parts[0], after)
        if kind in ("begin", "end"):
            return self._add(kind, None, after)
        if kind == "sequence":
            for part in reversed(parts[0]):
                after = self._build(part, after)
            return after
        if kind == "either":
            return self._add("split", None, *(self._build(part, after) for part in parts[0]))
        part, least, most = parts
        if most is None:
            loop = self._add("split", None, after)
            self._states[loop] = ("split", None, (self._build(part, loop), after))
            after = loop
        else:
            for _ in range(most - least):
                after = self._add("split", None, self._build(part, after), after)
        for _ in range(least):
            after = self._build(part, after)
        return after


# ("char", class) | ("begin",) | ("end",) | ("sequence", nodes) | ("either", nodes) | ("repeat", node, least, most)
Node = tuple


class _Parser:
    """Reads a pattern by recursive descent."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._place = 0

    def parse(self) -> Node:
        node = self._either(0)
        if self._place < len(self._text):
            raise self._fault()
        return node

    def _either(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise EvaluationError("The pattern has too many groups in each other")
        ways = [self._sequence(depth)]
        while self._text.startswith("|", self._place):
            self._place += 1
            ways.append(self._sequence(depth))
        return ways[0] if len(ways) == 1 else ("either", ways)

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self._place < len(self._text) and self._text[self._place] not in "|)":
            parts.append(self._quantified(self._atom(depth)))
        return ("sequence", parts)

    def _quantified(self, node: Node) -> Node:
        match = _QUANTIFIER.match(self._text, self._place)
        if match is None:
            return node
        self._place = match.end()
        if self._text.startswith("?", self._place):
            self._place += 1  # as few as possible: of a whole text that makes no difference
        if self._text.startswith(("*", "+", "?", "{"), self._place):
            raise self._fault()
        if match[1] is None:
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[match[0]]
        else:
            least = int(match[1])
            most = int(match[3]) if match[3] else None if match[2] else least
            if most is not None and most < least:
                raise self._fault()
        return ("repeat", node, least, most)

    def _atom(self, depth: int) -> Node:
        text, place = self._text, self._place
        character = text[place]
        if group := _GROUP.match(text, place):
            self._place = group.end()
            node = self._either(depth + 1)
            if not text.startswith(")", self._place):
                raise self._fault()
            self._place += 1
            return node
        self._place += 1
        if character in "^$":
            return ("begin",) if character == "^" else ("end",)
        if character in "*+?{(":
            self._place -= 1
            raise self._fault()
        if character not in "[\\.":
            return ("char", _characters(re.escape(character)))
        if character == ".":
            return ("char", _characters(r"[^\n\r\x85\u2028\u2029]"))
        found = (_CLASS if character == "[" else _ESCAPE).match(text, place)
        if found is None:
            self._place = place
            raise self._fault()
        self._place = found.end()
        try:
            return ("char", _characters(found[0]))
        except (re.error, OverflowError) as error:
            raise EvaluationError(f"`{found[0]}` in a pattern is no class of characters") from error

    def _fault(self) -> EvaluationError:
        return EvaluationError(f"The pattern `{self._text}` cannot be used: see position {self._place}")


@lru_cache(maxsize=1_000)
def _characters(one: str) -> re.Pattern[str]:
    """What matches one character of a class."""
    return re.compile(one, re.ASCII)
