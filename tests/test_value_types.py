"""What each value type accepts, and the error key of what it does not (DHIS2 2.42, validation by value type)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhis2api.value_types import (
    DESCRIPTIONS,
    MAX_LENGTH,
    NUMERIC_TYPES,
    RULES,
    ValueType,
    describe,
    fault,
    is_insignificant_zero,
    normalise,
)

VALID = {
    "TEXT": ["anything", "'; --", "x" * MAX_LENGTH],
    "LONG_TEXT": ["two\nlines"],
    "MULTI_TEXT": ["A,B"],
    "LETTER": ["a", "Z", "é"],
    "NUMBER": ["0", "-0", "1", "-1", "10", "0.5", "-0.50", "1.000", "12345678901234567890", "9" * 249],
    "UNIT_INTERVAL": ["0", "1", "0.5", "1.0"],
    "PERCENTAGE": ["0", "100", "99.9", "100.00"],
    "INTEGER": ["0", "-1", "2147483647", "-2147483648"],
    "INTEGER_POSITIVE": ["1", "2147483647"],
    "INTEGER_NEGATIVE": ["-1", "-2147483648"],
    "INTEGER_ZERO_OR_POSITIVE": ["0", "1"],
    "BOOLEAN": ["true", "True", "TRUE", "t", "T", "1", "false", "False", "FALSE", "f", "F", "0", "tRUE", "fALSE"],
    "TRUE_ONLY": ["true", "True", "TRUE", "t", "T", "1", "tRUE"],
    "DATE": ["2026-02-28", "2024-02-29", "2026-02-03T10:00", "2026-02-03T00:00:00.000Z"],
    "AGE": ["2001-12-31"],
    "DATETIME": [
        "2026-02-03T10",
        "2026-02-03T10:11",
        "2026-02-03T10:11:12",
        "2026-02-03T10:11:12.123",
        "2026-02-03T10:11:12.1234",
        "2026-02-03T10:11:12.123456",
        "2026-02-03T10:11:12.123456789Z",
        "2026-02-03T10:11Z",
        "2026-02-03T10:11:12+0200",
        "2026-02-03T10:11:12-02:30",
        "2026-02-03 10:11:12+02:00",
    ],
    "TIME": ["0:00", "9:05", "09:05", "23:59"],
    "COORDINATE": ["[-11.566044,9.477801]", "[ 180 , -90 ]", "[0,0]", "[- 1 1.5, 9]"],
    "PHONE_NUMBER": ["+232 76 123-456", "076123456", "(023) 123456 ext 12"],
    "EMAIL": ["ann@example.org", "a.b+c@mail.example.co.uk", "a@xn--bcher-kva.example", "o'neil@example.ie"],
    "URL": [
        "http://example.org",
        "https://example.org:8080/a/b.html?x=1#part",
        "ftp://user:pw@example.org/file",
        "HTTP://192.168.1.10/path",
    ],
    "USERNAME": ["anna", "badjia_clerk", "ann@example.org", "a-b_c.d"],
    "ORGANISATION_UNIT": ["DiszpKrYNg8"],
    "FILE_RESOURCE": ["DiszpKrYNg8"],
    "IMAGE": ["DiszpKrYNg8"],
    "TRACKER_ASSOCIATE": ["anything"],
    "REFERENCE": ["anything"],
    "GEOJSON": ['{"type":"Point"}'],
}

INVALID = {
    "value_length_greater_than_max_length": {"TEXT": ["x" * (MAX_LENGTH + 1)], "INTEGER": ["1" * (MAX_LENGTH + 1)]},
    "value_not_valid_letter": {"LETTER": ["ab", "1", "-"]},
    "value_not_numeric": {
        "NUMBER": ["01", ".5", "5.", "1e3", "+1", "1,5", "--1", "1 ", "NaN", "Infinity", "٣", "9" * 250, "1\n"]
    },
    "value_not_unit_interval": {"UNIT_INTERVAL": ["-0.1", "1.1", "x"]},
    "value_not_percentage": {"PERCENTAGE": ["-1", "100.1", "50%"]},
    "value_not_integer": {"INTEGER": ["-0", "1.0", "2147483648", "-2147483649", "9" * 5000]},
    "value_not_positive_integer": {"INTEGER_POSITIVE": ["0", "-1", "2147483648"]},
    "value_not_negative_integer": {"INTEGER_NEGATIVE": ["0", "1", "-2147483649"]},
    "value_not_zero_or_positive_integer": {"INTEGER_ZERO_OR_POSITIVE": ["-1", "00", "2147483648"]},
    "value_not_bool": {"BOOLEAN": ["yes", "2", "tr", "nO"]},
    "value_not_true_only": {"TRUE_ONLY": ["false", "False", "f", "0", "yes"]},
    "value_not_valid_date": {"DATE": ["2026-02-29", "2026-2-3", "20260203", "2026-02-03 ", "2026-02-03T10:00:", "x"]},
    "value_not_valid_age": {"AGE": ["2026-13-01", "42"]},
    "value_not_valid_datetime": {
        "DATETIME": [
            "2026-02-03",
            "2026-02-30T10:11",
            "2026-02-03T24:00",
            "2026-02-03T10:60",
            "2026-02-03T10:11:12.1",
            "2026-02-03T10:11:12.12345",
            "2026-02-03T10:11:12.123456789",
            "2026-02-03 10:11:12",
            "2026-02-03T10:11+2",
        ]
    },
    "value_not_valid_time": {"TIME": ["24:00", "1:60", "9:5", "0905"]},
    "value_not_coordinate": {"COORDINATE": ["[181,0]", "[0,91]", "0,0", "[0]", "[0,0,0]", "[a,b]", "[1e2,0]"]},
    "value_not_phone_number": {"PHONE_NUMBER": ["12345", "1" * 51, "phone 123456"]},
    "value_not_valid_email": {
        "EMAIL": ["ann", "ann@example", "@example.org", "a b@example.org", "a..b@example.org", "a@b@example.org"]
    },
    "value_not_url": {
        "URL": ["example.org", "gopher://example.org", "http://localhost", "http://exa mple.org", "http://"]
    },
    "value_not_valid_username": {"USERNAME": ["ann", "-anna", "anna.", "an--na", "an na", "a" * 256]},
    "value_not_valid_org_unit_uid": {"ORGANISATION_UNIT": ["DiszpKrYNg", "1iszpKrYNg8", "OU_559"]},
    "value_not_valid_file_resource_uid": {"FILE_RESOURCE": ["a.png"], "IMAGE": ["DiszpKrYNg8x"]},
}


@pytest.mark.parametrize(
    ("value_type", "text"), [(kind, text) for kind, texts in VALID.items() for text in texts], ids=lambda x: x[:30]
)
def test_valid_texts(value_type, text):
    assert fault(value_type, text) is None
    assert fault(value_type, normalise(value_type, text)) is None


@pytest.mark.parametrize(
    ("key", "value_type", "text"),
    [(key, kind, text) for key, kinds in INVALID.items() for kind, texts in kinds.items() for text in texts],
    ids=lambda x: x[:30],
)
def test_invalid_texts_have_their_key(key, value_type, text):
    assert fault(value_type, text) == key


@pytest.mark.parametrize("value_type", ValueType)
def test_every_type_has_valid_examples_and_takes_blanks(value_type):
    assert VALID[value_type]
    assert fault(value_type, "") is None
    assert fault(value_type, "  ") is None


def test_every_key_has_an_invalid_example_and_english_words():
    keys = {key for _, key in RULES.values()} | {"value_length_greater_than_max_length"}

    assert set(INVALID) == keys
    assert keys < set(DESCRIPTIONS)
    assert describe("value_not_numeric") == "Value is not numeric"
    assert describe("some_other_key") == "some_other_key"


def test_multi_text_needs_an_option_set():
    assert fault("MULTI_TEXT", "A", has_option_set=False) == "data_element_lacks_option_set"


@pytest.mark.parametrize(
    ("value_type", "sent", "stored"),
    [
        ("BOOLEAN", "T", "true"),
        ("BOOLEAN", "0", "false"),
        ("BOOLEAN", "tRUE", "tRUE"),
        ("TRUE_ONLY", "1", "true"),
        ("INTEGER", "1", "1"),
        ("TEXT", " t ", " t "),
    ],
)
def test_only_booleans_are_stored_in_another_spelling(value_type, sent, stored):
    assert normalise(value_type, sent) == stored


@pytest.mark.parametrize(
    ("value_type", "aggregation", "significant", "text", "expected"),
    [
        ("INTEGER", "SUM", False, "0", True),
        ("NUMBER", "SUM", False, "0.00", True),
        ("NUMBER", "SUM", False, "0.", True),
        ("NUMBER", "SUM", True, "0", False),
        ("NUMBER", "AVERAGE", False, "0", False),
        ("NUMBER", "AVERAGE_SUM_ORG_UNIT", False, "0", False),
        ("NUMBER", "SUM", False, "0.01", False),
        ("NUMBER", "SUM", False, "00", False),
        ("TEXT", "SUM", False, "0", False),
        ("BOOLEAN", "SUM", False, "0", False),
    ],
)
def test_a_zero_is_insignificant_only_for_summed_numbers(value_type, aggregation, significant, text, expected):
    assert is_insignificant_zero(value_type, aggregation, significant, text) is expected


@given(st.sampled_from(sorted(NUMERIC_TYPES)), st.text(max_size=20))
def test_what_passes_as_a_number_is_one(value_type, text):
    if fault(value_type, text) is None and text.strip():
        float(text)


@given(st.integers(-(2**31), 2**31 - 1))
def test_every_32_bit_integer_is_an_integer(number):
    assert fault("INTEGER", str(number)) is None


@pytest.mark.parametrize("value_type", ValueType)
@pytest.mark.parametrize("piece", ["a", "1", ".", "-", "a.", "a@", " ", "1.", "http://", "a-"])
def test_long_texts_are_judged_without_backtracking(value_type, piece):
    """A pattern that backtracks would hang here."""
    text = (piece * MAX_LENGTH)[: MAX_LENGTH - 1] + "!"

    assert fault(value_type, text) == (RULES[value_type][1] if value_type in RULES else None)
