"""Value types: what a data value's text may be, and how it is stored.

Rules and error keys are those of DHIS2 2.42 (aggregate data, validation by value type). Pure text rules: whether an
option, file or org unit exists is asked elsewhere. Blank texts are valid for every type.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum

MAX_LENGTH = 50_000


class ValueType(StrEnum):
    """The value types of data elements, attributes and option sets. Members are their names."""

    TEXT = "TEXT"
    LONG_TEXT = "LONG_TEXT"
    MULTI_TEXT = "MULTI_TEXT"
    LETTER = "LETTER"
    PHONE_NUMBER = "PHONE_NUMBER"
    EMAIL = "EMAIL"
    BOOLEAN = "BOOLEAN"
    TRUE_ONLY = "TRUE_ONLY"
    DATE = "DATE"
    DATETIME = "DATETIME"
    TIME = "TIME"
    NUMBER = "NUMBER"
    UNIT_INTERVAL = "UNIT_INTERVAL"
    PERCENTAGE = "PERCENTAGE"
    INTEGER = "INTEGER"
    INTEGER_POSITIVE = "INTEGER_POSITIVE"
    INTEGER_NEGATIVE = "INTEGER_NEGATIVE"
    INTEGER_ZERO_OR_POSITIVE = "INTEGER_ZERO_OR_POSITIVE"
    TRACKER_ASSOCIATE = "TRACKER_ASSOCIATE"
    USERNAME = "USERNAME"
    COORDINATE = "COORDINATE"
    ORGANISATION_UNIT = "ORGANISATION_UNIT"
    REFERENCE = "REFERENCE"
    AGE = "AGE"
    URL = "URL"
    FILE_RESOURCE = "FILE_RESOURCE"
    IMAGE = "IMAGE"
    GEOJSON = "GEOJSON"


INTEGER_TYPES = frozenset(
    {
        ValueType.INTEGER,
        ValueType.INTEGER_POSITIVE,
        ValueType.INTEGER_NEGATIVE,
        ValueType.INTEGER_ZERO_OR_POSITIVE,
    }
)
DECIMAL_TYPES = frozenset({ValueType.NUMBER, ValueType.UNIT_INTERVAL, ValueType.PERCENTAGE})
NUMERIC_TYPES = INTEGER_TYPES | DECIMAL_TYPES
BOOLEAN_TYPES = frozenset({ValueType.BOOLEAN, ValueType.TRUE_ONLY})
DATE_TYPES = frozenset({ValueType.DATE, ValueType.DATETIME, ValueType.AGE})
FILE_TYPES = frozenset({ValueType.FILE_RESOURCE, ValueType.IMAGE})
TEXT_TYPES = frozenset(
    {
        ValueType.TEXT,
        ValueType.LONG_TEXT,
        ValueType.LETTER,
        ValueType.TIME,
        ValueType.USERNAME,
        ValueType.EMAIL,
        ValueType.PHONE_NUMBER,
        ValueType.URL,
    }
)

# What is stored for each accepted spelling; other casings (`tRUE`) are valid but stored as sent.
BOOLEAN_SPELLINGS = {
    **dict.fromkeys(("true", "True", "TRUE", "t", "T", "1"), "true"),
    **dict.fromkeys(("false", "False", "FALSE", "f", "F", "0"), "false"),
}

TOO_LONG = "value_length_greater_than_max_length"
LACKS_OPTION_SET = "data_element_lacks_option_set"

# Error key → the words of a message's argument (DHIS2 translates them; this server speaks English).
DESCRIPTIONS = {
    TOO_LONG: f"Value is longer than {MAX_LENGTH} characters",
    LACKS_OPTION_SET: "Data element has no option set",
    "value_not_valid_letter": "Value is not a single letter",
    "value_not_numeric": "Value is not numeric",
    "value_not_unit_interval": "Value is not a number from 0 to 1",
    "value_not_percentage": "Value is not a number from 0 to 100",
    "value_not_integer": "Value is not an integer",
    "value_not_positive_integer": "Value is not a positive integer",
    "value_not_negative_integer": "Value is not a negative integer",
    "value_not_zero_or_positive_integer": "Value is not zero or a positive integer",
    "value_not_bool": "Value is not true or false",
    "value_not_true_only": "Value is not true",
    "value_not_valid_date": "Value is not a date of the form yyyy-MM-dd",
    "value_not_valid_age": "Value is not a date of birth of the form yyyy-MM-dd",
    "value_not_valid_datetime": "Value is not a date and time of the form yyyy-MM-ddTHH:mm",
    "value_not_valid_time": "Value is not a time of the form HH:mm",
    "value_not_coordinate": "Value is not a coordinate of the form [longitude,latitude]",
    "value_not_phone_number": "Value is not a phone number",
    "value_not_valid_email": "Value is not an email address",
    "value_not_url": "Value is not a URL",
    "value_not_valid_username": "Value is not a username",
    "value_not_valid_org_unit_uid": "Value is not the identifier of an organisation unit",
    "value_not_valid_file_resource_uid": "Value is not the identifier of a file resource",
}

_NUMBER = r"(?:-?0|-?[1-9][0-9]*)(?:\.[0-9]+)?"
_TIME_OF_DAY = r"(?:[01][0-9]|2[0-3])"
_ZONE = r"(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])"
_DATE_PREFIX = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LABEL = r"[^\W_](?:[^\W_]|-(?=[^\W_]|-)){0,62}"
_DOMAIN = rf"(?:{_LABEL}\.){{1,20}}(?:[^\W\d_]{{2,63}}|xn--[a-z0-9-]{{1,59}})"
_ADDRESS = r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_ATOM = r"[^\s\x00-\x1f\x7f()<>@,;:\\\".\[\]]+"

number = re.compile(_NUMBER).fullmatch
integer = re.compile(r"0|-?[1-9][0-9]*").fullmatch
phone_number = re.compile(r"[0-9+()#.\s/ext-]{6,50}", re.ASCII).fullmatch
time_of_day = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]").fullmatch
uid = re.compile(r"[A-Za-z][A-Za-z0-9]{10}").fullmatch
# no punctuation first, last or twice in a row
username = re.compile(r"(?=.{4,255}\Z)[A-Za-z0-9]+(?:[-_.@][A-Za-z0-9]+)*").fullmatch
coordinate = re.compile(rf"\[({_NUMBER}),({_NUMBER})\]").fullmatch
email = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_DOMAIN}|\[{_ADDRESS}\])").fullmatch
url = re.compile(
    rf"(?:https?|ftp)://(?:[^\s/?#@\[\]]*@)?(?:{_DOMAIN}|{_ADDRESS}|\[[0-9a-fA-F:.]{{2,45}}\])\.?(?::[0-9]{{1,5}})?"
    r"(?:/[-\w:@&?=+,.!/~*'%$;()]*)?(?:\?\S*)?(?:#\S*)?",
    re.IGNORECASE,
).fullmatch
# anything may follow the date, as long as it ends in a letter or digit
date_and_rest = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:.*[A-Za-z0-9])?").fullmatch
date_and_time = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
    rf"(?:T{_TIME_OF_DAY}(?::[0-5][0-9](?::[0-5][0-9](?:\.(?:[0-9]{{3,4}}|[0-9]{{6}}))?)?)?{_ZONE}?"
    rf"|T{_TIME_OF_DAY}:[0-5][0-9]:[0-5][0-9]\.[0-9]{{9}}{_ZONE}"
    rf"| {_TIME_OF_DAY}:[0-5][0-9]:[0-5][0-9]{_ZONE})"
).fullmatch


def is_number_within(text: str, low: float, high: float) -> bool:
    return number(text) is not None and len(text) < 250 and low <= float(text) <= high


def is_number(text: str) -> bool:
    return number(text) is not None and len(text) < 250


def is_integer(text: str) -> bool:
    """A whole number of 32 bits. The length comes first: int() of a long text is slow, and refused beyond 4300."""
    return integer(text) is not None and (len(text) < 10 or (len(text) <= 11 and -(2**31) <= int(text) < 2**31))


def begins_with_a_date(text: str) -> bool:
    match = _DATE_PREFIX.match(text)
    if match is None:
        return False
    try:
        date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:  # no such day, which is the answer
        return False
    return True


def is_coordinate(text: str) -> bool:
    match = coordinate(text.replace(" ", ""))
    return match is not None and -180 <= float(match[1]) <= 180 and -90 <= float(match[2]) <= 90


# Value type → what must be true of a text, and the error key if it is not. Types without a rule take any text.
RULES: dict[str, tuple[Callable[[str], object], str]] = {
    ValueType.LETTER: (lambda text: len(text) == 1 and text.isalpha(), "value_not_valid_letter"),
    ValueType.NUMBER: (is_number, "value_not_numeric"),
    ValueType.UNIT_INTERVAL: (lambda text: is_number_within(text, 0, 1), "value_not_unit_interval"),
    ValueType.PERCENTAGE: (lambda text: is_number_within(text, 0, 100), "value_not_percentage"),
    ValueType.INTEGER: (is_integer, "value_not_integer"),
    ValueType.INTEGER_POSITIVE: (lambda text: is_integer(text) and text[0] not in "-0", "value_not_positive_integer"),
    ValueType.INTEGER_NEGATIVE: (lambda text: is_integer(text) and text[0] == "-", "value_not_negative_integer"),
    ValueType.INTEGER_ZERO_OR_POSITIVE: (
        lambda text: is_integer(text) and text[0] != "-",
        "value_not_zero_or_positive_integer",
    ),
    ValueType.BOOLEAN: (
        lambda text: text in BOOLEAN_SPELLINGS or text.lower() in ("true", "false"),
        "value_not_bool",
    ),
    ValueType.TRUE_ONLY: (
        lambda text: BOOLEAN_SPELLINGS.get(text, text.lower()) == "true",
        "value_not_true_only",
    ),
    ValueType.DATE: (lambda text: date_and_rest(text) and begins_with_a_date(text), "value_not_valid_date"),
    ValueType.AGE: (lambda text: date_and_rest(text) and begins_with_a_date(text), "value_not_valid_age"),
    ValueType.DATETIME: (lambda text: date_and_time(text) and begins_with_a_date(text), "value_not_valid_datetime"),
    ValueType.TIME: (time_of_day, "value_not_valid_time"),
    ValueType.COORDINATE: (is_coordinate, "value_not_coordinate"),
    ValueType.PHONE_NUMBER: (phone_number, "value_not_phone_number"),
    ValueType.EMAIL: (email, "value_not_valid_email"),
    ValueType.URL: (url, "value_not_url"),
    ValueType.USERNAME: (username, "value_not_valid_username"),
    ValueType.ORGANISATION_UNIT: (uid, "value_not_valid_org_unit_uid"),
    ValueType.FILE_RESOURCE: (uid, "value_not_valid_file_resource_uid"),
    ValueType.IMAGE: (uid, "value_not_valid_file_resource_uid"),
}


def normalise(value_type: str, text: str) -> str:
    """What is stored: boolean spellings become `true` and `false`, every other text stays as it is."""
    if value_type in BOOLEAN_TYPES:
        return BOOLEAN_SPELLINGS.get(text, text)
    return text


def fault(value_type: str, text: str, *, has_option_set: bool = True) -> str | None:
    """The error key of what is wrong with `text` as a value of that type, None when it is valid.

    Normalised and raw texts get the same answer. `has_option_set` matters for MULTI_TEXT alone, whose options the
    caller compares. Source: DHIS2 2.42, ValidationUtils.valueIsValid, E7619.
    """
    rule = RULES.get(value_type)
    if rule is None:
        if value_type == ValueType.MULTI_TEXT and not has_option_set:
            return LACKS_OPTION_SET
        return TOO_LONG if len(text) > MAX_LENGTH else None
    holds, key = rule
    if len(text) > MAX_LENGTH:
        return TOO_LONG
    return None if holds(text) or not text or text.isspace() else key


def describe(key: str) -> str:
    """English words for an error key; a key without any is shown itself, as DHIS2 does."""
    return DESCRIPTIONS.get(key, key)


ZERO = re.compile(r"0(?:\.0*)?")
# Averages change when a zero is left out.
ZERO_COUNTS = frozenset({"AVERAGE", "AVERAGE_SUM_ORG_UNIT"})


def is_insignificant_zero(value_type: str, aggregation_type: str, zero_is_significant: bool, text: str) -> bool:
    """Whether `text` is a zero that need not be stored: of a number, not averaged, not declared significant."""
    return (
        not zero_is_significant
        and ZERO.fullmatch(text) is not None
        and value_type in NUMERIC_TYPES
        and aggregation_type not in ZERO_COUNTS
    )
