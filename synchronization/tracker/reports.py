"""What the remote says of tracker objects: which were refused, and which of those it only no longer has.

Source: DHIS2 2.42, tracker import report. Objects that are not named went in, also beside ones that did not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from synchronization.summaries import Summary, quoted

# Objects that are to be deleted and are not there; DHIS2 counts the first four as success, and waits for ever for
# those that the remote never had.
GONE = frozenset({"E1082", "E1113", "E1114", "E4017", "E1032", "E1063", "E1081", "E4016"})
# Relationships that are there as they are sent.
PRESENT = frozenset({"E4015", "E4018"})


def refusals(summary: Summary, sent: Iterable[str], tolerated: frozenset[str] = frozenset()) -> dict[str, str]:
    """The words for each uid that was refused. With status ERROR nothing went in: only what is as it should be anyway
    was not refused. What is named and was not sent is part of something that was."""
    validation = summary.members.get("validationReport")
    listed = validation.get("errorReports") if isinstance(validation, dict) else None
    reports = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    settled = {str(one.get("uid")) for one in reports if one.get("errorCode") in tolerated}
    refused = {str(one.get("uid")): _words(one) for one in reports if one.get("errorCode") not in tolerated}
    if summary.status == "ERROR":
        refused |= {uid: summary.description for uid in sent if uid not in settled and uid not in refused}
    return refused


def _words(report: dict[str, Any]) -> str:
    return quoted(f"{report.get('errorCode')} {report.get('message')}")
