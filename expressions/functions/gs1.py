"""GS1 data matrices: elements one after the other, each with an application identifier that says what it is.

Source: DHIS2 2.42, program rules, d2:extractDataMatrixValue; GS1 General Specifications, application identifiers.
"""

from __future__ import annotations

from collections.abc import Iterator

from expressions.errors import EvaluationError
from expressions.functions.declaring import plain
from expressions.kinds import Kind

SYMBOLOGIES = ("]d2", "]Q3")
GROUP_SEPARATOR = "\x1d"
NAMES = {
    "gtin": "01", "lot number": "10", "batch number": "10", "production date": "11", "best before date": "15",
    "expiration date": "17", "serial number": "21",
}  # fmt: skip

# By the first two digits: characters of an element that has no separator after it, its identifier included.
LENGTHS = (
    {"00": 20, "04": 18, "20": 4, "41": 16}
    | dict.fromkeys(("01", "02", "03"), 16)
    | {str(number): 8 for number in range(11, 20)}
    | {str(number): 10 for number in range(31, 37)}
)
# By the first two digits: digits of the identifier; of others two.
DIGITS = dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 3) | dict.fromkeys(
    ("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"), 4
)


@plain("d2:extractDataMatrixValue", Kind.TEXT, Kind.TEXT, gives=Kind.TEXT)
def extract_data_matrix_value(key: str | None, text: str | None) -> str:
    """The value of one element, by its identifier or its name."""
    identifier = NAMES.get((key or "").lower(), key)
    if not identifier:
        raise EvaluationError("d2:extractDataMatrixValue needs to know which element")
    for found, value in _elements(text or ""):
        if found == identifier:
            return value
    raise EvaluationError(f"The data matrix has no element `{key}`")


def _elements(text: str) -> Iterator[tuple[str, str]]:
    """(identifier, value) one by one."""
    if not text.startswith(SYMBOLOGIES):
        raise EvaluationError("The value is not a GS1 data matrix")
    for group in text[len(SYMBOLOGIES[0]) :].split(GROUP_SEPARATOR):
        rest = group
        while rest:
            begin = rest[:2]
            size, digits = LENGTHS.get(begin, len(rest)), DIGITS.get(begin, 2)
            if len(rest) < max(size, digits):
                raise EvaluationError(f"Element `{begin}` of the data matrix is too short")
            yield rest[:digits], rest[digits:size]
            rest = rest[size:]
