"""Value types and option sets as they meet an import: what is stored of an accepted text, what refuses another.

The whole table of value types is tested without a database in `tests/test_value_types.py`.
"""

from __future__ import annotations

import json

import pytest

from dhis2api.demo import identifiers as ids
from metadata.models import DataElement
from tests.datavalues.payloads import POWER, WATER, send, stored, value
from tests.harness.client import Answer, ApiClient

pytestmark = pytest.mark.django_db


def typed(value_type: str) -> str:
    """The measles data element, with another value type."""
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type=value_type, zero_is_significant=True)
    return ids.MEASLES


@pytest.mark.parametrize(
    ("sent", "text"),
    [("true", "true"), ("True", "true"), ("TRUE", "true"), ("t", "true"), ("1", "true"), (True, "true"), (1, "true"),
     ("false", "false"), ("False", "false"), ("FALSE", "false"), ("f", "false"), ("0", "false"), (False, "false"),
     ("tRUE", "tRUE")],
)  # fmt: skip
def test_booleans_are_stored_in_one_spelling(api: ApiClient, sent: object, text: str) -> None:
    assert send(api, value(data_element=WATER, period="2014", value=sent)).counts["imported"] == 1
    assert stored(WATER, "2014")["value"] == text


def test_equal_booleans_are_unchanged_whatever_their_spelling(api: ApiClient) -> None:
    send(api, value(data_element=WATER, period="2014", value="true"))

    assert send(api, value(data_element=WATER, period="2014", value="T")).counts["ignored"] == 1


@pytest.mark.parametrize(
    ("value_type", "good", "bad", "key"),
    [
        ("INTEGER", "-7", "7.0", "value_not_integer"),
        ("NUMBER", "0.50", "1e3", "value_not_numeric"),
        ("PERCENTAGE", "100", "100.1", "value_not_percentage"),
        ("TRUE_ONLY", "true", "false", "value_not_true_only"),
        ("DATE", "2014-02-28", "2014-02-30", "value_not_valid_date"),
        ("COORDINATE", "[-11.5,9.4]", "[-11.5;9.4]", "value_not_coordinate"),
        ("PHONE_NUMBER", "+232 76 123456", "call me", "value_not_phone_number"),
        ("LONG_TEXT", "two\nlines", "x" * 50_001, "value_length_greater_than_max_length"),
    ],
)
def test_value_type_decides(api: ApiClient, value_type: str, good: str, bad: str, key: str) -> None:
    element = typed(value_type)

    answer = send(api, value(data_element=element, value=good), value(data_element=element, value=bad, period="201402"))

    assert stored(element)["value"] == good
    assert answer.conflicts == [("E7619", "value", [1])]
    assert answer.summary["conflicts"][0]["objects"] == {"dataElement": element, "value": key}


@pytest.mark.parametrize(("sent", "is_valid"), [("12 ", False), (" 12", False), ("012", False), ("+1", False)])
def test_numbers_are_judged_before_they_are_trimmed(api: ApiClient, sent: str, is_valid: bool) -> None:
    assert (send(api, value(value=sent)).counts["imported"] == 1) is is_valid


def send_unquoted(api: ApiClient, number: str) -> Answer:
    """One value of a NUMBER element, as a JSON number written just so."""
    body = json.dumps({"dataValues": [value(data_element=typed("NUMBER"), value="NUMBER")]})
    return api.post("/api/dataValueSets", body.replace('"NUMBER"', number), content_type="application/json")


@pytest.mark.parametrize("sent", ["12", "12.50", "0.10000000000000000005", "-3.0"])
def test_numbers_without_quotes_are_stored_as_they_were_written(api: ApiClient, sent: str) -> None:
    answer = send_unquoted(api, sent)

    assert answer.counts["imported"] == 1, answer.text
    assert stored()["value"] == sent


@pytest.mark.parametrize("sent", ["1e3", "1e999999", "1E-2"])
def test_exponents_are_no_numbers_of_a_value(api: ApiClient, sent: str) -> None:
    """They are valid JSON, so the value is refused and not the body."""
    answer = send_unquoted(api, sent)

    assert answer.conflicts == [("E7619", "value", [0])]


def test_texts_are_stored_trimmed(api: ApiClient) -> None:
    send(api, value(data_element=typed("TEXT"), value="  late \n", comment="\t counted twice  "))

    assert (stored()["value"], stored()["comment"]) == ("late", "counted twice")


@pytest.mark.parametrize(("sent", "is_valid"), [("SOLAR", True), ("solar", False), ("SOLAR,GRID", False), ("  ", True)])
def test_options_are_compared_by_code_in_its_case(api: ApiClient, sent: str, is_valid: bool) -> None:
    """A blank text is no option and need not be one: alone it stores nothing."""
    answer = send(api, value(data_element=POWER, period="2014", value=sent))

    assert answer.conflicts == ([] if is_valid else [("E7621", "value", [0])])


def test_comment_without_value_needs_no_option(api: ApiClient) -> None:
    answer = send(api, value(data_element=POWER, period="2014", value=None, comment="Not asked"))

    assert answer.counts["imported"] == 1


@pytest.mark.parametrize(
    ("sent", "is_valid"),
    [("SOLAR,GRID", True), ("SOLAR", True), ("SOLAR,SOLAR", False), ("SOLAR,coal", False), ("SOLAR,", False)],
)
def test_multi_text_is_options_each_once(api: ApiClient, sent: str, is_valid: bool) -> None:
    DataElement.objects.filter(uid=POWER).update(value_type="MULTI_TEXT")

    answer = send(api, value(data_element=POWER, period="2014", value=sent))

    assert answer.conflicts == ([] if is_valid else [("E7621", "value", [0])])


def test_multi_text_without_option_set_takes_nothing(api: ApiClient) -> None:
    answer = send(api, value(data_element=typed("MULTI_TEXT"), value="SOLAR"))

    assert answer.summary["conflicts"][0]["objects"]["value"] == "data_element_lacks_option_set"
