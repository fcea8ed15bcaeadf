"""Whether expressions are well-formed, and how they read (DHIS2 2.42, expression checks)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db
POSTED = (
    "indicators/expression", "validationRules/expression", "predictors/expression", "predictors/skipTest",
    "programIndicators/expression", "programIndicators/filter", "programRules/condition",
    "programRuleActions/data/expression",
)  # fmt: skip


@pytest.fixture
def names(api: ApiClient) -> dict[str, str]:
    """Uids of objects by short words; each object's name begins with its word."""
    types = {
        "de": "dataElement", "ds": "dataSet", "constant": "constant", "group": "organisationUnitGroup",
        "program": "program", "attribute": "trackedEntityAttribute", "indicator": "indicator",
        "pi": "programIndicator", "degroup": "dataElementGroup", "option": "categoryOption",
        "optiongroup": "categoryOptionGroup",
    }  # fmt: skip
    made = {word: create(api, type, name=f"The {word}")["id"] for word, type in types.items()}
    return made | {
        "coc": "HllvX50cXC0",
        "stage": create(api, "programStage", name="The stage", program={"id": made["program"]})["id"],
    }


def described(api: ApiClient, text: str) -> dict[str, Any]:
    answer = api.get("/api/expressions/description?" + urlencode({"expression": text}))
    assert answer.status == 200, answer
    return answer.json


def posted(api: ApiClient, path: str, text: str, content_type: str = "text/plain") -> Answer:
    return api.post(f"/api/{path}/description", text, content_type=content_type)


@pytest.mark.parametrize(("text", "words"), [
    ("( #{%(de)s} - 3 ) / #{%(de)s.%(coc)s}", "( The de - 3 ) / The de default"), ("#{%(de)s.*}", "The de"),
    ("#{%(de)s.*.%(coc)s}", "The de default"), ("R{%(ds)s.REPORTING_RATE} * 2", "The ds - Reporting rate * 2"),
    ("R{%(ds)s.ACTUAL_REPORTS_ON_TIME}", "The ds - Actual reports on time"), ("C{%(constant)s}", "The constant"),
    ("OUG{%(group)s}", "The group"), ("D{%(program)s.%(de)s}", "The program The de"), ("[days]", "[Number of days]"),
    ("A{%(program)s.%(attribute)s}", "The program The attribute"), ("N{%(indicator)s}", "The indicator"),
    ("I{%(pi)s}", "The pi"), ("#{deGroup:%(degroup)s}", "The degroup"),
    ("#{%(de)s.co:%(option)s}", "The de The option"),
    ("#{%(de)s.coGroup:%(optiongroup)s}", "The de The optiongroup"),
    ("subExpression(#{%(de)s})", "subExpression(The de)"),
    ("#{%(de)s}.periodOffset(-1)", "The de.periodOffset(-1)"), ("5", "5"), ("", ""), (" ", ""),
])  # fmt: skip
def test_an_expression_is_told_in_words(api: ApiClient, names: dict[str, str], text: str, words: str) -> None:
    assert described(api, text % names) == {
        "httpStatus": "OK", "httpStatusCode": 200, "status": "OK", "message": "Valid", "description": words,
    }  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), [
    ("1 +", "Unexpected end (line 1, column 4)"), ("#{unknownElem}", "There is no dataElement `unknownElem`"),
    ("1 + #{x}", "`#{x}` is no item of an indicator (line 1, column 5)"),
    ("subExpression(#{unknownElem})", "There is no dataElement `unknownElem`"),
    ("1 > 0", "The expression of an indicator must give a number, not a boolean (line 1, column 1)"),
])  # fmt: skip
def test_an_expression_that_is_not_well_formed_says_where(api: ApiClient, text: str, fault: str) -> None:
    assert described(api, text) == {
        "httpStatus": "OK", "httpStatusCode": 200, "status": "ERROR", "message": "Expression is not well-formed",
        "devMessage": fault,
    }  # fmt: skip


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("content_type", ["text/plain", "application/json"])
def test_a_body_is_the_expression(api: ApiClient, path: str, content_type: str) -> None:
    good, bad = ("1 > 0", "1 >") if "skipTest" in path or "filter" in path else ("1 + 1", "1 +")

    assert posted(api, path, good, content_type).json["description"] == good
    refused = posted(api, path, bad, content_type)
    assert (refused.status, refused.json["status"], refused.json.get("description")) == (200, "ERROR", None)
    assert posted(api, path, "", content_type).json["status"] == "OK"


@pytest.mark.parametrize("body", ['"1 + 1"', '{"expression": "1 + 1"}', "1 + 1"])
def test_a_json_body_may_wrap_it(api: ApiClient, body: str) -> None:
    answer = posted(api, "indicators/expression", body, "application/json")

    assert answer.json["description"] == "1 + 1"


@pytest.mark.parametrize(("path", "text", "words"), [
    ("predictors/expression", "avg(#{%(de)s}) + 2 * stddev(#{%(de)s})", "avg(The de) + 2 * stddev(The de)"),
    ("predictors/skipTest", "#{%(de)s} > 5", "The de > 5"),
    ("predictors/expression", "forEach ?de in :DEG:%(degroup)s --> sum(#{?de})",
     "forEach ?de in :DEG:%(degroup)s --> sum(#{?de})"),
    ("validationRules/expression", "if(orgUnit.group(%(group)s), 1, #{%(de)s})",
     "if(orgUnit.group(%(group)s), 1, The de)"),
    ("programIndicators/expression", "V{event_count} * #{%(stage)s.%(de)s}", "Event count * The stage The de"),
    ("programIndicators/filter", "A{%(attribute)s} == 'x'", "The attribute == 'x'"),
    ("programIndicators/filter", "d2:daysBetween(PS_EVENTDATE:%(stage)s, V{current_date}) > 2",
     "d2:daysBetween(The stage, Current date) > 2"),
    ("programRules/condition", "V{current_date} > '2024-01-01'", "Current date > '2024-01-01'"),
])  # fmt: skip
def test_each_kind_of_expression_has_items_of_its_own(
    api: ApiClient, names: dict[str, str], path: str, text: str, words: str
) -> None:
    assert posted(api, path, text % names).json["description"] == words % names


def test_variables_are_those_of_the_program(api: ApiClient, names: dict[str, str]) -> None:
    create(
        api, "programRuleVariable", name="weight of child", program={"id": names["program"]},
        dataElement={"id": names["de"]}, programRuleVariableSourceType="DATAELEMENT_CURRENT_EVENT",
    )  # fmt: skip
    path = "/api/programRules/condition/description?programId="

    known = api.post(path + names["program"], "#{weight of child} > 2", content_type="text/plain")
    unknown = api.post(path + names["program"], "#{height} > 2", content_type="text/plain")

    assert known.json["description"] == "weight of child > 2"
    assert unknown.json["devMessage"] == "There is no programRuleVariable `height`"


def test_names_are_in_the_language_of_who_asks(api: ApiClient, names: dict[str, str]) -> None:
    translations = [{"property": "NAME", "locale": "fr", "value": "L'élément"}]
    assert api.put(f"/api/dataElements/{names['de']}/translations", {"translations": translations}).status == 204
    assert api.post("/api/userSettings/keyDbLocale", "fr", content_type="text/plain").status == 200

    assert described(api, f"#{{{names['de']}}}")["description"] == "L'élément"


def test_many_items_take_as_many_queries_as_few(api: ApiClient) -> None:
    made = [create(api, "dataElement")["id"] for _ in range(8)]
    few, many = (" + ".join(f"#{{{uid}}}" for uid in some) for some in (made[:2], made))

    with query_counter() as once:
        described(api, few)
    with query_counter() as again:
        described(api, many)

    assert once.count == again.count


def test_a_body_that_is_no_text_is_refused(api: ApiClient) -> None:
    assert posted(api, "indicators/expression", b"\xff\xfe\x00").status == 400
    assert api.post("/api/indicators/expression/description", "<x/>", content_type="application/xml").status == 415


def test_who_is_nobody_is_told_nothing(api: ApiClient) -> None:
    assert api.get("/api/expressions/description?expression=1", user=None).status == 401
