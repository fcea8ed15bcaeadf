"""The one report of DHIS2 2.36: all that was found, each kind of violation under a name of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from system.integrity.catalogue import all_checks
from system.integrity.declaring import Check, Issue, Shape
from system.integrity.running import Result


def checks_of_report() -> list[Check]:
    """The checks that the report shows."""
    return [check for check in all_checks() if check.report is not None]


def flatten(results: Mapping[str, Result]) -> dict[str, Any]:
    """The report; what has no issue is left out."""
    shown: dict[str, Any] = {}
    for check in checks_of_report():
        result = results.get(check.name)
        if check.report is not None and result is not None and result.issues:
            shown[check.report.name] = _shape(check.report.shape, check, result.issues)
    return shown


def _shape(shape: Shape, check: Check, issues: Iterable[Issue]) -> Any:
    if shape is Shape.REFS:
        shown: dict[str, list[str]] = {}
        for issue in issues:  # an object that breaks the check twice stands there once
            shown.setdefault(_label(check, issue), []).extend(issue.refs or ())
        return shown
    if shape is Shape.COMMENTS:
        return {_label(check, issue): issue.comment or "" for issue in issues}
    return [_label(check, issue) for issue in issues]


def _label(check: Check, issue: Issue) -> str:
    return issue.name or issue.id if check.programmatic else f"{issue.name}:{issue.id}"
