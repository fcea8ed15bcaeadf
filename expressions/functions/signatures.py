"""The functions of each dialect, with what they take and give: what an expression is checked against when it is read.

Source: DHIS2 2.42, functions of expressions and of program rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from expressions.functions import dates, growth, gs1, numbers, texts  # noqa: F401  their functions declare themselves
from expressions.functions.declaring import RULE_FUNCTIONS
from expressions.kinds import Kind

NUMBER, BOOLEAN, TEXT, ANY = Kind.NUMBER, Kind.BOOLEAN, Kind.TEXT, Kind.ANY


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes: of `takes` the last `optional` ones may be left out; with `repeats` the last one may come
    again. It gives `gives`, or (None) what its last argument gives."""

    takes: tuple[Kind, ...]
    gives: Kind | None = NUMBER
    optional: int = 0
    repeats: bool = False

    def accepts(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return len(self.takes) - self.optional <= count and (self.repeats or count <= len(self.takes))


COMMON: Mapping[str, Signature] = {
    "if": Signature((BOOLEAN, ANY, ANY), gives=None),
    "isNull": Signature((ANY,), gives=BOOLEAN),
    "isNotNull": Signature((ANY,), gives=BOOLEAN),
    "firstNonNull": Signature((ANY,), gives=None, repeats=True),
    "greatest": Signature((NUMBER,), repeats=True),
    "least": Signature((NUMBER,), repeats=True),
    "log": Signature((NUMBER, NUMBER), optional=1),
    "log10": Signature((NUMBER,)),
    "removeZeros": Signature((NUMBER,)),
    "contains": Signature((TEXT, TEXT), gives=BOOLEAN, repeats=True),
    "containsItems": Signature((TEXT, TEXT), gives=BOOLEAN, repeats=True),
}
INDICATOR_FUNCTIONS = {**COMMON, "subExpression": Signature((ANY,))}

_OVER_SAMPLES = {
    "avg": Signature((NUMBER,)),
    "count": Signature((ANY,)),
    "max": Signature((NUMBER,)),
    "median": Signature((NUMBER,)),
    "min": Signature((NUMBER,)),
    "percentileCont": Signature((NUMBER, NUMBER)),
    "stddev": Signature((NUMBER,)),
    "stddevPop": Signature((NUMBER,)),
    "stddevSamp": Signature((NUMBER,)),
    "sum": Signature((NUMBER,)),
    "normDistCum": Signature((NUMBER, NUMBER, NUMBER), optional=2),
    "normDistDen": Signature((NUMBER, NUMBER, NUMBER), optional=2),
}
# Examples of DHIS2 2.36 write AVG and STDDEV, which no parser of DHIS2 knows.
AGGREGATES = {**_OVER_SAMPLES, **{name.upper(): signature for name, signature in _OVER_SAMPLES.items()}}
AGGREGATE_OF = {name: plain for plain in (*_OVER_SAMPLES, "variance") for name in (plain, plain.upper())}
"""The plain name of an aggregate function, by either spelling."""

# Functions that look at a variable (program rules) or an item (program indicators) rather than at its value.
_OF_VARIABLES = {
    "d2:hasValue": Signature((ANY,), gives=BOOLEAN),
    "d2:count": Signature((ANY,)),
    "d2:countIfValue": Signature((ANY, ANY)),
    "d2:minValue": Signature((ANY,)),
    "d2:maxValue": Signature((ANY,)),
    "d2:condition": Signature((TEXT, ANY, ANY), gives=None),
}
_PLAIN = {
    name: Signature(function.takes, function.gives, function.optional, function.repeats)
    for name, function in RULE_FUNCTIONS.items()
}
PROGRAM_RULE_FUNCTIONS = {
    **_PLAIN, **_OF_VARIABLES,
    "d2:countIfZeroPos": Signature((ANY,)),
    "d2:lastEventDate": Signature((TEXT,), gives=Kind.DATE),
    "d2:hasUserRole": Signature((TEXT,), gives=BOOLEAN),
    "d2:inUserGroup": Signature((TEXT,), gives=BOOLEAN),
    "d2:inOrgUnitGroup": Signature((TEXT,), gives=BOOLEAN),
}  # fmt: skip
_PROGRAM_INDICATOR_PLAIN = (
    "d2:addDays", "d2:ceil", "d2:concatenate", "d2:daysBetween", "d2:floor", "d2:left", "d2:length",
    "d2:minutesBetween", "d2:modulus", "d2:monthsBetween", "d2:oizp", "d2:right", "d2:round", "d2:split",
    "d2:substring", "d2:validatePattern", "d2:weeksBetween", "d2:yearsBetween", "d2:zing", "d2:zpvc",
)  # fmt: skip
PROGRAM_INDICATOR_FUNCTIONS = {
    **COMMON, **_OF_VARIABLES,
    **{name: signature for name, signature in _PLAIN.items() if name in _PROGRAM_INDICATOR_PLAIN},
    "d2:countIfCondition": Signature((ANY, TEXT)),
    "d2:relationshipCount": Signature((TEXT,), optional=1),
    **{name: _OVER_SAMPLES[name] for name in ("avg", "count", "max", "min", "stddev", "sum")},
    "variance": Signature((NUMBER,)),
}  # fmt: skip
