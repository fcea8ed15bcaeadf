"""Minimal payloads of every type, built from the schemas themselves: what is required, and nothing else."""

from __future__ import annotations

from itertools import count
from typing import Any

from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Kind, Property, Schema
from dhis2api.objects.uids import generate_uid
from tests.harness.client import ApiClient

NUMBERS = count(1)

EXPRESSION = {
    "expression": "1", "missingValueStrategy": "SKIP_IF_ALL_VALUES_MISSING", "slidingWindow": False, "translations": [],
}  # fmt: skip

# What a schema cannot say: rules of single types, and which of an enumeration's names suits.
OF_TYPE: dict[str, dict[str, Any]] = {
    "dataSet": {"periodType": "Monthly"},
    "user": {"username": lambda n: f"somebody{n}", "userRoles": lambda n: [{"id": "yrB6vc5Ip3r"}]},
    "organisationUnitLevel": {"level": lambda n: 100 + n},
    "sqlView": {"sqlQuery": "select 1"},
    "eventVisualization": {"type": "LINE_LIST"},
    "eventReport": {"type": "PIVOT_TABLE"},
    "eventChart": {"type": "COLUMN"},
    "dataApprovalLevel": {"orgUnitLevel": lambda n: n},
    "validationRule": {"leftSide": EXPRESSION, "rightSide": EXPRESSION},
    "predictor": {"generator": EXPRESSION},
    "programRuleVariable": {"programRuleVariableSourceType": "CALCULATED_VALUE"},
}

# References that a rule demands though the schema does not: member → the type that it names.
REFERENCES: dict[str, dict[str, str]] = {
    "programStage": {"program": "program"},
    "categoryOptionCombo": {"categoryCombo": "categoryCombo"},
}


def minimal(api: ApiClient, schema: Schema) -> dict[str, Any]:
    """A payload that the type accepts; objects that it must refer to are created through the API."""
    number = next(NUMBERS)
    payload: dict[str, Any] = {"id": generate_uid()}
    for name, prop in schema.properties.items():
        if prop.required and prop.writable and prop.owner:
            payload[name] = _value(api, schema, prop, number)
    for name, target in REFERENCES.get(schema.singular, {}).items():
        payload[name] = {"id": create(api, target)["id"]}
    if schema.singular == "relationshipType":
        side = {"relationshipEntity": "PROGRAM_INSTANCE", "program": {"id": create(api, "program")["id"]}}
        payload |= {"fromConstraint": side, "toConstraint": side}
    for name, value in OF_TYPE.get(schema.singular, {}).items():
        payload[name] = value(number) if callable(value) else value
    return payload


def create(api: ApiClient, singular: str, **members: Any) -> dict[str, Any]:
    """Store a minimal object of the type with these members over it; returns the payload."""
    schema = get_schema(singular)
    payload = minimal(api, schema) | members
    answer = api.post(f"/api/{schema.plural}", payload)
    assert answer.status == 201, answer
    return payload


def _value(api: ApiClient, schema: Schema, prop: Property, number: int) -> Any:
    if prop.kind is Kind.REFERENCE and prop.target is not None:
        target = get_schema(prop.target)
        if target.wire.default_objects:
            return {"id": target.wire.default_objects[0]}
        return {"id": create(api, prop.target)["id"]}
    if prop.enum_type is not None:
        return next(iter(prop.enum_type)).value
    if prop.kind is Kind.DATE:
        return "2020-01-02T00:00:00.000"
    if prop.kind in (Kind.INTEGER, Kind.NUMBER):
        return number
    return f"{prop.name} {schema.singular} {number}"[: prop.length]
