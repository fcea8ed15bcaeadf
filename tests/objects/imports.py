"""Payloads for the metadata import, and what its report says."""

from __future__ import annotations

from itertools import count
from typing import Any

from dhis2api.objects.uids import generate_uid
from tests.harness.client import Answer, ApiClient

NUMBERS = count(1)


def data_element(**members: Any) -> dict[str, Any]:
    """A data element that goes in; None takes a member out."""
    number = next(NUMBERS)
    payload = {
        "id": generate_uid(), "name": f"Data element {number}", "shortName": f"DE {number}", "valueType": "NUMBER",
        "domainType": "AGGREGATE", "aggregationType": "SUM",
    }  # fmt: skip
    return {name: value for name, value in (payload | members).items() if value is not None}


def group(*members: str, **more: Any) -> dict[str, Any]:
    """A group of the data elements with these uids."""
    number = next(NUMBERS)
    payload = {"id": generate_uid(), "name": f"Group {number}", "shortName": f"Group {number}"}
    return payload | {"dataElements": [{"id": uid} for uid in members]} | more


def unit(parent: str | None = None, **members: Any) -> dict[str, Any]:
    """An org unit below `parent`."""
    number = next(NUMBERS)
    payload = {
        "id": generate_uid(),
        "name": f"Unit {number}",
        "shortName": f"Unit {number}",
        "openingDate": "2020-01-01",
    }
    return payload | ({"parent": {"id": parent}} if parent else {}) | members


def put_in(api: ApiClient, query: str = "", user: str = "admin", **payload: Any) -> Answer:
    """`put_in(api, "importMode=VALIDATE", dataElements=[…])`."""
    return api.post(f"/api/metadata?{query}", payload, user=user)


def errors(answer: Answer) -> list[tuple[str, str | None]]:
    """`(code, property)` of every error report, objects in order."""
    summary = answer.summary
    reports = summary.get("typeReports", [{"objectReports": [summary]}])
    found = [e for t in reports for o in t["objectReports"] for e in o["errorReports"]]
    return [(e["errorCode"], e.get("errorProperty")) for e in found]


def codes(answer: Answer) -> list[str]:
    """The codes alone."""
    return [code for code, _ in errors(answer)]


def stats(answer: Answer) -> tuple[int, int, int, int]:
    """Created, updated, deleted, ignored."""
    shown = answer.summary["stats"]
    assert shown["total"] == shown["created"] + shown["updated"] + shown["deleted"] + shown["ignored"]
    return shown["created"], shown["updated"], shown["deleted"], shown["ignored"]
