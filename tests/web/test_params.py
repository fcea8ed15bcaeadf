"""Declared parameters: types, defaults, aliases, and the words of every refusal."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from dhis2api.errors import ApiError
from tests.web.urls import ShownParams, Strategy


def shown(query: str) -> ShownParams:
    return ShownParams.parse(QueryDict(query))


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        ("", "import_strategy", Strategy.CREATE_AND_UPDATE),
        ("importStrategy=create", "import_strategy", Strategy.CREATE),
        ("strategy=CREATE", "import_strategy", Strategy.CREATE),
        ("dryRun=True", "dry_run", True),
        ("dryRun=TRUE", "dry_run", True),
        ("dryRun=on", "dry_run", True),
        ("dryRun=1", "dry_run", True),
        ("dryRun=no", "dry_run", False),
        ("async=true", "run_async", True),
        ("limit=7", "limit", 7),
        ("ratio=0.5", "ratio", 0.5),
        ("text=", "text", ""),
        ("dataSet=a,b&dataSet=c", "data_set", ["a", "b", "c"]),
        ("", "data_set", []),
        ("dataSet=", "data_set", []),
        ("levels=1,2", "levels", [1, 2]),
        ("levels=1&levels=2", "levels", [1, 2]),
        ("filter=id:in:[a,b]&filter=name:eq:x", "filter", ["id:in:[a,b]", "name:eq:x"]),
        ("dataElements:fields=id&unknown=1", "others", {"dataElements:fields": ["id"], "unknown": ["1"]}),
    ],
)
def test_a_value_is_read(query: str, field: str, value: Any) -> None:
    assert getattr(shown(query), field) == value


def test_dates_are_read_in_server_time() -> None:
    params = shown("startDate=2014-01-31&updatedBefore=2014-02-01")

    assert params.start_date.isoformat() == "2014-01-31"
    assert params.updated_before.isoformat() == "2014-02-01T23:59:59.999000+00:00"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("dryRun=maybe", "Value 'maybe' is not valid for parameter dryRun. It should be of type Boolean"),
        ("dryRun=", "dryRun cannot be empty. It should be of type Boolean"),
        ("limit=ten", "Value 'ten' is not valid for parameter limit. It should be of type Integer"),
        ("limit=1_0", "Value '1_0' is not valid for parameter limit. It should be of type Integer"),
        ("limit=9999999999", "Value '9999999999' is not valid for parameter limit. It should be of type Integer"),
        ("limit=0", "Value '0' is not valid for parameter limit. It should be at least 1"),
        ("limit=1001", "Value '1001' is not valid for parameter limit. It should be at most 1000"),
        ("ratio=nan", "Value 'nan' is not valid for parameter ratio. It should be of type Double"),
        ("startDate=soon", "Value 'soon' is not valid for parameter startDate. It should be of type Date"),
        ("startDate=2014-02-30", "Value '2014-02-30' is not valid for parameter startDate. It should be of type Date"),
        (
            "strategy=FOO",
            "Value 'FOO' is not valid for parameter strategy. Valid values are: [CREATE, CREATE_AND_UPDATE]",
        ),
        ("text=a%00b", "Value 'a\\u0000b' is not valid for parameter text. It contains a NUL character"),
        (
            "levels=1,2&levels=3",
            "You likely repeated request parameter 'levels' and used multiple comma-separated values within at least"
            " one of its values. Choose one of these formats to supply multiple values.",
        ),
    ],
)
def test_a_bad_value_is_refused_in_dhis2s_words(query: str, message: str) -> None:
    with pytest.raises(ApiError) as refusal:
        shown(query)

    assert (refusal.value.status, refusal.value.message) == (400, message)


def test_a_missing_required_parameter_is_a_400(web: Client) -> None:
    answer = web.get("/api/test/required")

    assert answer.status_code == 400
    expected = "Required request parameter 'seconds' for method parameter type Integer is not present"
    assert answer.json()["message"] == expected


def test_rules_are_checked_after_the_values(web: Client) -> None:
    none, one = web.get("/api/test/ruled?dataSet="), web.get("/api/test/ruled?dataElement=x")
    both = web.get("/api/test/ruled?dataSet=x&period=2014&startDate=2014-01-01")

    assert (none.status_code, none.json()["errorCode"]) == (409, "E9001")
    assert one.status_code == 200
    assert (both.status_code, both.json()["message"]) == (400, "The parameters period, startDate cannot be combined")


def test_a_params_object_can_be_built_without_a_request() -> None:
    assert ShownParams(dry_run=True).limit == 1
