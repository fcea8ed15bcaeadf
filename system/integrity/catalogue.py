"""All checks, in the order of their sections, and how they are named by whoever asks for some."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from system.integrity.checks.analyses import FILES, VALIDATION, VISUALIZATIONS
from system.integrity.checks.categories import CATEGORIES
from system.integrity.checks.data_elements import DATA_ELEMENTS
from system.integrity.checks.data_sets import DATA_SETS
from system.integrity.checks.expressions import EXPRESSIONS
from system.integrity.checks.groups import GROUPS
from system.integrity.checks.indicators import INDICATORS
from system.integrity.checks.options import OPTIONS
from system.integrity.checks.org_units import ORG_UNITS
from system.integrity.checks.periods import PERIODS
from system.integrity.checks.program_rules import PROGRAM_RULES
from system.integrity.checks.programs import PROGRAMS
from system.integrity.checks.users import USERS
from system.integrity.declaring import Check, Section

_sections: dict[str, list[Check]] = {}
_checks: dict[str, Check] = {}


def register(section: Section) -> None:
    """Add checks, to the section of that name if it is there already. Errors: ValueError for a name that is taken."""
    for check in section.checks:
        if check.name in _checks:
            raise ValueError(f"Two checks are named {check.name}")
        _checks[check.name] = check
        _sections.setdefault(section.name, []).append(check)


def all_checks() -> list[Check]:
    """Every check."""
    return list(_checks.values())


def places() -> dict[str, tuple[str, int]]:
    """The section of each check, and its place there."""
    return {check.name: (name, at) for name, checks in _sections.items() for at, check in enumerate(checks)}


def find_checks(wanted: Iterable[str]) -> list[Check]:
    """The checks that are asked for, in their order: by name (`-` for `_`, any case), with `*`, or by code.

    Nothing is found by a name that no check has.
    """
    patterns = [_Pattern(text.strip()) for text in wanted if text.strip()]
    return [check for check in _checks.values() if any(pattern.matches(check) for pattern in patterns)]


class _Pattern:
    """One of the names."""

    def __init__(self, text: str) -> None:
        self.code = text if text.isalnum() and text.isupper() else None
        # Of the wildcards of file names only the star is one here.
        self.name = text.lower().replace("-", "_").replace("[", "").replace("?", "")

    def matches(self, check: Check) -> bool:
        return check.code == self.code or fnmatchcase(check.name, self.name)


for _section in (
    CATEGORIES, DATA_ELEMENTS, DATA_SETS, ORG_UNITS, INDICATORS, GROUPS, OPTIONS, PERIODS, PROGRAM_RULES, PROGRAMS,
    USERS, VALIDATION, VISUALIZATIONS, FILES, *EXPRESSIONS,
):  # fmt: skip
    register(_section)
