"""Parameters of jobs: from JSON as clients write it, back to what is shown, and as a description for forms.

Source: DHIS2 2.42, scheduling, job types and jobTypes payload.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING
from enum import Enum
from typing import Any

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.errors import E4000, E4008, E4014
from dhis2api.objects.importer.records import Fault
from dhis2api.objects.uids import is_uid
from dhis2api.web.params import Parameter, Params, parameters_of
from dhis2api.web.stored_params import params_to_json
from dhis2api.web.values import LARGEST_INTEGER, expectation, parse_value, wire_names
from scheduling.catalogue import CONFIGURABLE, ConfigurableType, parameters_class
from scheduling.job_types import JobType
from scheduling.registry import NoParams

MOST_VALUES = 10_000  # of one list
MOST_CHARACTERS = 10_000  # of one text
ENUM_KLASSES = {
    "TableType": "org.hisp.dhis.analytics.AnalyticsTableType",
    "ReportType": "org.hisp.dhis.scheduling.parameters.DataIntegrityJobParameters$DataIntegrityReportType",
    "PushMode": "org.hisp.dhis.scheduling.parameters.HtmlPushAnalyticsJobParameters$ViewMode",
    "OnFailure": "org.hisp.dhis.scheduling.JobProgress$FailurePolicy",
}
KLASSES = {str: "java.lang.String", int: "java.lang.Integer", float: "java.lang.Double", bool: "java.lang.Boolean"}
# What clients expect of a schema's property; here all of it is false.
SCHEMA_FLAGS = (
    "persisted", "attribute", "simple", "ordered", "owner", "identifiableObject", "nameableObject", "embeddedObject",
    "analyticalObject", "readable", "writable", "unique", "manyToMany", "oneToOne", "manyToOne", "oneToMany",
    "sortable", "translatable", "propertyTransformer",
)  # fmt: skip
MUST_BE_UIDS = frozenset({(JobType.MONITORING, "validationRuleGroups")})
MUST_NOT_BE_EMPTY = frozenset({(JobType.PUSH_ANALYSIS, "pushAnalysis")})


def read_parameters(type: JobType, raw: Any, *, at: str) -> tuple[dict[str, Any] | None, list[Fault]]:
    """What is stored of `jobParameters` as a client sent them, and what is wrong with them (E4000, E4008, E4014).

    Numbers and booleans may be texts, a list may be its only value. Members that the type does not know are dropped.
    Errors: ApiError 400 for a value that cannot be read, with its place, which begins with `at`.
    """
    params = parameters_class(type)
    if params is NoParams:
        return None, []
    if raw is not None and not isinstance(raw, dict):
        raise ApiError(BAD_REQUEST, f"`{at}` must be an object")
    given = raw or {}
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for parameter in parameters_of(params):
        value = next((given[name] for name in parameter.names if given.get(name) is not None), MISSING)
        if value is MISSING:
            if parameter.required:
                faults.append(Fault(E4000, (parameter.name,), parameter.name))
            continue
        found = _read(parameter, value, f"{at}.{parameter.name}")
        faults += _faults(type, parameter, found)
        values[parameter.field] = found
    return ({} if faults else params_to_json(params(**values))), faults


def _read(parameter: Parameter, value: Any, at: str) -> Any:
    if not parameter.is_list:
        return _read_one(parameter, value, at)
    items = value if isinstance(value, list) else [value]
    if len(items) > MOST_VALUES:
        raise ApiError(BAD_REQUEST, f"`{at}` has more than {MOST_VALUES} values")
    found = [_read_one(parameter, item, f"{at}[{index}]") for index, item in enumerate(items) if item is not None]
    return list(dict.fromkeys(found))


def _read_one(parameter: Parameter, value: Any, at: str) -> Any:
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        value = value["id"]  # a reference where its uid would do
    fits = isinstance(value, str | int | float) and not (isinstance(value, bool) and parameter.kind is not bool)
    if fits:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if len(text) <= MOST_CHARACTERS and "\x00" not in text:
            try:
                return parse_value(text, parameter.kind)
            except ValueError:
                pass
    raise ApiError(BAD_REQUEST, f"The value of `{at}` cannot be read. {expectation(parameter.kind)}")


def _faults(type: JobType, parameter: Parameter, found: Any) -> Iterator[Fault]:
    name = parameter.name
    least, greatest = parameter.declaration.min, parameter.declaration.max
    if not parameter.is_list:
        below, above = least is not None and found < least, greatest is not None and found > greatest
        if below or above:
            limit = LARGEST_INTEGER if greatest is None else greatest
            yield Fault(E4008, (name, least or 0, limit, found), name, value=found)
        return
    if not found and parameter.required:
        code, args = (E4014, ("", name)) if (type, name) in MUST_NOT_BE_EMPTY else (E4000, (name,))
        yield Fault(code, args, name)
    if (type, name) in MUST_BE_UIDS or (type, name) in MUST_NOT_BE_EMPTY:
        yield from (Fault(E4014, (uid, name), name, value=uid) for uid in found if not is_uid(uid))


def describe_types() -> list[dict[str, Any]]:
    """`/api/jobConfigurations/jobTypes`."""
    return [_describe_type(found) for found in CONFIGURABLE.values()]


def describe_types_extended() -> dict[str, dict[str, Any]]:
    """`/api/jobConfigurations/jobTypesExtended`."""
    return {
        type.value: {found["name"]: found for found in describe_parameters(parameters_class(type))}
        for type in CONFIGURABLE
    }


def _describe_type(found: ConfigurableType) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": found.type.replace("_", " ").capitalize(), "jobType": found.type.value}
    if found.key is not None:
        shown["key"] = found.key
    parameters = describe_parameters(parameters_class(found.type))
    return shown | {"schedulingType": found.scheduling.value} | ({"jobParameters": parameters} if parameters else {})


def describe_parameters(params: type[Params]) -> list[dict[str, Any]]:
    """Each as a property of a schema, as forms need it."""
    return [_describe(parameter) for parameter in parameters_of(params)]


def _describe(parameter: Parameter) -> dict[str, Any]:
    kind = parameter.kind
    is_enum = issubclass(kind, Enum)
    own = ENUM_KLASSES.get(kind.__name__, f"org.hisp.dhis.scheduling.{kind.__name__}") if is_enum else KLASSES[kind]
    shown: dict[str, Any] = {
        "name": parameter.name, "fieldName": _label(parameter.name), "required": parameter.required,
        "collection": parameter.is_list, "klass": ("java.util.Set" if is_enum else "java.util.List")
        if parameter.is_list else own,
    }  # fmt: skip
    if parameter.is_list:
        shown |= {"itemKlass": own, "collectionName": parameter.name, "defaultValue": []}
    elif isinstance(parameter.default, Enum):
        shown["defaultValue"] = parameter.default.value
    elif parameter.default is not None:
        shown["defaultValue"] = parameter.default
    if is_enum:
        shown["constants"] = wire_names(kind)
    if parameter.declaration.endpoint is not None:
        shown["relativeApiEndpoint"] = parameter.declaration.endpoint
    return shown | dict.fromkeys(SCHEMA_FLAGS, False)


def _label(name: str) -> str:
    """`Last years` of `lastYears`."""
    return re.sub(r"(?<!^)([A-Z])", lambda found: f" {found[1].lower()}", name[0].upper() + name[1:])
