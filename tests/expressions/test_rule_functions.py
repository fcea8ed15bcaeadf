"""The plain functions of program rules: what each gives, of nothing, and what it refuses."""

from __future__ import annotations

import csv
import datetime
import math

import pytest

from expressions.errors import EvaluationError
from expressions.functions import dates, growth, gs1, numbers, texts  # noqa: F401 - they declare
from expressions.functions.dates import to_date
from expressions.functions.declaring import RULE_FUNCTIONS
from expressions.functions.patterns import LONGEST_TEXT, matches

NAN, INFINITE = math.nan, math.inf


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


JANUARY, LEAP = day("2024-01-31"), day("2024-02-29")
GS1 = "]d201084700069915412110081996195256\x1d10DXB2005\x1d17220228"

RESULTS = [
    ("d2:daysBetween", (JANUARY, LEAP), 29.0),
    ("d2:daysBetween", (LEAP, JANUARY), -29.0),
    ("d2:daysBetween", (LEAP, LEAP), 0.0),
    ("d2:weeksBetween", (JANUARY, day("2024-02-13")), 1.0),
    ("d2:weeksBetween", (JANUARY, day("2024-02-14")), 2.0),
    ("d2:weeksBetween", (day("2024-02-13"), JANUARY), -1.0),
    ("d2:weeksBetween", (day("2024-02-06"), JANUARY), 0.0),
    ("d2:monthsBetween", (JANUARY, LEAP), 0.0),
    ("d2:monthsBetween", (JANUARY, day("2024-03-31")), 2.0),
    ("d2:monthsBetween", (JANUARY, day("2024-03-30")), 1.0),
    ("d2:monthsBetween", (day("2024-03-30"), JANUARY), -1.0),
    ("d2:monthsBetween", (day("2023-12-15"), day("2024-01-15")), 1.0),
    ("d2:yearsBetween", (LEAP, day("2025-02-28")), 0.0),
    ("d2:yearsBetween", (LEAP, day("2025-03-01")), 1.0),
    ("d2:yearsBetween", (day("2025-02-28"), LEAP), 0.0),
    ("d2:yearsBetween", (day("2000-05-05"), day("2024-05-05")), 24.0),
    ("d2:minutesBetween", (JANUARY, day("2024-02-01")), 1440.0),
    ("d2:minutesBetween", (day("2024-02-01"), JANUARY), -1440.0),
    ("d2:addDays", (JANUARY, 29.0), LEAP),
    ("d2:addDays", (LEAP, -29.9), JANUARY),
    ("d2:addDays", (None, 3.0), None),
    ("d2:ceil", (1.2,), 2.0),
    ("d2:ceil", (-1.2,), -1.0),
    ("d2:ceil", (None,), 0.0),
    ("d2:ceil", (INFINITE,), INFINITE),
    ("d2:floor", (1.8,), 1.0),
    ("d2:floor", (-1.2,), -2.0),
    ("d2:floor", (None,), 0.0),
    ("d2:floor", (NAN,), NAN),
    ("d2:round", (0.5,), 1.0),
    ("d2:round", (-0.5,), -1.0),
    ("d2:round", (2.5,), 3.0),
    ("d2:round", (1.25, 1.0), 1.3),
    ("d2:round", (1.005, 2.0), 1.01),
    ("d2:round", (-1.25, 1.0), -1.3),
    ("d2:round", (149.0, -2.0), 100.0),
    ("d2:round", (1e300, 2.0), 1e300),
    ("d2:round", (None,), NAN),
    ("d2:round", (-INFINITE,), -INFINITE),
    ("d2:modulus", (11.0, 5.0), 1.0),
    ("d2:modulus", (-11.0, 5.0), -1.0),
    ("d2:modulus", (11.0, 0.0), NAN),
    ("d2:modulus", (INFINITE, 2.0), NAN),
    ("d2:zing", (-1.0,), 0.0),
    ("d2:zing", (5.5,), 5.5),
    ("d2:zing", (None,), 0.0),
    ("d2:oizp", (0.0,), 1.0),
    ("d2:oizp", (-0.1,), 0.0),
    ("d2:oizp", (None,), 0.0),
    ("d2:zpvc", (-1.0, 0.0, 1.0, None, 2.0), 3.0),
    ("d2:zpvc", (None,), 0.0),
    ("d2:concatenate", ("a", None, "", "b"), "ab"),
    ("d2:concatenate", (None,), ""),
    ("d2:length", ("räksmörgås",), 10.0),
    ("d2:length", (None,), 0.0),
    ("d2:left", ("abcdef", 3.0), "abc"),
    ("d2:left", ("abc", 9.0), "abc"),
    ("d2:left", ("abc", -1.0), ""),
    ("d2:left", (None, 3.0), ""),
    ("d2:right", ("abcdef", 2.0), "ef"),
    ("d2:right", ("abc", 9.0), "abc"),
    ("d2:right", ("abc", 0.0), ""),
    ("d2:right", (None, 3.0), ""),
    ("d2:substring", ("abcdef", 1.0, 4.0), "bcd"),
    ("d2:substring", ("abcdef", -3.0, 99.0), "abcdef"),
    ("d2:substring", ("abcdef", 4.0, 2.0), ""),
    ("d2:substring", (None, 0.0, 2.0), ""),
    ("d2:split", ("a-b-c", "-", 1.0), "b"),
    ("d2:split", ("a.b.c", ".", 2.0), "c"),
    ("d2:split", ("a-b", "-", 2.0), ""),
    ("d2:split", ("a-b", "-", -1.0), ""),
    ("d2:split", ("a-b", "-", NAN), ""),
    ("d2:split", ("ab", "", 1.0), "b"),
    ("d2:split", (None, "-", 0.0), ""),
    ("d2:validatePattern", ("124", "[0-9]+"), True),
    ("d2:validatePattern", ("a124", "[0-9]+"), False),
    ("d2:validatePattern", (None, ".*"), False),
    ("d2:contains", ("fever and cough", "fever", "cough"), True),
    ("d2:contains", ("fever and cough", "fever", "rash"), False),
    ("d2:contains", ("fever", "fever", None), False),
    ("d2:contains", (None, "fever"), False),
    ("d2:containsItems", ("MALARIA,TB", "TB"), True),
    ("d2:containsItems", ("MALARIA,TB", "TB", "MALARIA"), True),
    ("d2:containsItems", ("MALARIA,TB", "MAL"), False),
    ("d2:containsItems", (None, "TB"), False),
    ("d2:extractDataMatrixValue", ("gtin", GS1), "08470006991541"),
    ("d2:extractDataMatrixValue", ("21", GS1), "10081996195256"),
    ("d2:extractDataMatrixValue", ("Lot Number", GS1), "DXB2005"),
    ("d2:extractDataMatrixValue", ("batch number", GS1), "DXB2005"),
    ("d2:extractDataMatrixValue", ("expiration date", GS1), "220228"),
    ("d2:extractDataMatrixValue", ("3103", "]Q33103001750\x1d10A"), "001750"),
    ("d2:extractDataMatrixValue", ("17", "]d217220228" + "11200101"), "220228"),
    ("d2:extractDataMatrixValue", ("11", "]d217220228" + "11200101"), "200101"),
    ("d2:zScoreWFA", (1.0, 3.6, "female"), -1.0),
    ("d2:zScoreWFA", (1.0, 4.3, "female"), 0.17),
    ("d2:zScoreWFA", (1.0, 2.7, "female"), -3.0),
    ("d2:zScoreWFA", (1.0, 2.69, "female"), -3.5),
    ("d2:zScoreWFA", (1.0, 6.2, "F"), 3.0),
    ("d2:zScoreWFA", (1.0, 6.3, "F"), 3.5),
    ("d2:zScoreHFA", (28.0, 90.4, "M"), 0.0),
    ("d2:zScoreHFA", (28.0, 90.4, "0"), 0.0),
    ("d2:zScoreWFH", (45.5, 0.0, "male"), -3.5),
]


def told(value: object) -> str:
    return str(value)[:24]


@pytest.mark.parametrize(("name", "arguments", "result"), RESULTS, ids=told)
def test_a_function_gives(name, arguments, result):
    function = RULE_FUNCTIONS[name]

    found = function.body(*arguments)

    assert function.accepts(len(arguments))
    assert type(found) is type(result)
    assert found == result or (result != result and found != found)


REFUSED = [
    *((name, pair) for name in ("d2:daysBetween", "d2:weeksBetween", "d2:monthsBetween", "d2:yearsBetween",
                                "d2:minutesBetween") for pair in ((None, LEAP), (LEAP, None))),
    ("d2:addDays", (LEAP, None)),
    ("d2:addDays", (LEAP, NAN)),
    ("d2:addDays", (LEAP, 1e18)),
    ("d2:round", (1.5, 0.5)),
    ("d2:round", (1.5, NAN)),
    ("d2:round", (1.5, None)),
    ("d2:round", (1.5, 1e9)),
    ("d2:modulus", (None, 2.0)),
    ("d2:modulus", (2.0, None)),
    ("d2:left", ("abc", None)),
    ("d2:substring", ("abc", NAN, 2.0)),
    ("d2:concatenate", ("a" * 60_000, "b" * 60_000)),
    ("d2:validatePattern", ("abc", None)),
    ("d2:validatePattern", ("abc", "[a-")),
    ("d2:validatePattern", ("a" * 60_000, "a+")),
    ("d2:extractDataMatrixValue", ("gtin", "0108470006991541")),
    ("d2:extractDataMatrixValue", ("serial number", "]d20108470006991541")),
    ("d2:extractDataMatrixValue", (None, GS1)),
    ("d2:extractDataMatrixValue", ("gtin", "]d20108")),
    ("d2:extractDataMatrixValue", ("gtin", None)),
    ("d2:zScoreWFA", (61.0, 12.0, "M")),
    ("d2:zScoreWFA", (1.5, 4.0, "M")),
    ("d2:zScoreHFA", (None, 4.0, "M")),
    ("d2:zScoreWFH", (50.0, 4.0, None)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), REFUSED, ids=told)
def test_a_function_refuses(name, arguments):
    with pytest.raises(EvaluationError):
        RULE_FUNCTIONS[name].body(*arguments)


def test_every_plain_function_has_a_case():
    assert {name for name, _, _ in RESULTS} == RULE_FUNCTIONS.keys()


@pytest.mark.parametrize(("value", "date"), [
    ("2024-02-29", LEAP), ("2024-02-29T23:59:59.999+0200", LEAP), ("2024-02-29 10:00", LEAP), (LEAP, LEAP),
    (datetime.datetime(2024, 2, 29, 12), LEAP), ("", None), (None, None),
])  # fmt: skip
def test_a_value_is_taken_as_the_day_it_names(value, date):
    assert to_date(value) == date


@pytest.mark.parametrize("value", ["2024-2-9", "2023-02-29", "20240229", "today", "2024-02-29x", 5.0, True])
def test_what_names_no_day_is_refused(value):
    with pytest.raises(EvaluationError):
        to_date(value)


MATCHES = [
    (r"[0-9]{4}-[A-Z]{2}", "1234-AB", True),
    (r"[0-9]{4}-[A-Z]{2}", "1234-ABC", False),
    (r"^\d+$", "123", True),
    (r"^\d+$", "", False),
    (r"a|bc|", "", True),
    (r"(?:ab)+?c", "ababc", True),
    (r"(?<year>\d{4})", "2024", True),
    (r"a{2,}", "a", False),
    (r"a{2,}", "aaaa", True),
    (r"a{1,3}", "aaaa", False),
    (r"[^a-c]*", "xyz", True),
    (r"[^a-c]*", "xaz", False),
    (r"\+\d{2} \(\d+\)\.", "+47 (123).", True),
    (r".", "\n", False),
    (r"[\]\-x]", "]", True),
    (r"a^b", "ab", False),
    (r"a$b", "ab", False),
    (r"()*", "", True),
    (r"(a*)*b", "a" * LONGEST_TEXT, False),
    (r"(a|a)*b", "a" * LONGEST_TEXT, False),
    (r"(.*)(.*)(.*)(.*)(.*)(.*)b", "a" * LONGEST_TEXT, False),
    (r"(x+x+)+y", "x" * LONGEST_TEXT, False),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "text", "fits"), MATCHES, ids=told)
def test_a_pattern_describes_the_whole_text(pattern, text, fits):
    assert matches(pattern, text) is fits


@pytest.mark.parametrize("pattern", [
    r"(a)\1", "(?=a)a", "(?!a)b", "(?<=a)b", "a++", "a**", "*a", "(a", "a)", "[z-a]", "[]", "a{3,2}",
    "(a{1000}){9}", "a" * 501, "\\",
], ids=told)  # fmt: skip
def test_what_is_no_pattern_or_needs_going_back_is_refused(pattern):
    with pytest.raises(EvaluationError):
        matches(pattern, "a")


def test_a_text_longer_than_any_value_is_not_matched():
    with pytest.raises(EvaluationError):
        matches("a*", "a" * (LONGEST_TEXT + 1))


def test_the_growth_tables_are_whole():
    """Columns rise, so that a value lies between two of them."""
    with growth.FIGURES.open(newline="") as file:
        lines = list(csv.reader(file))[1:]

    assert len(lines) == 545
    for _, sex, _, *columns in lines:
        assert sex in ("male", "female")
        assert [*map(float, columns)] == sorted({*map(float, columns)})
