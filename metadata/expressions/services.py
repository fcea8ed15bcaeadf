"""Whether an expression is well-formed, and how it reads.

Source: DHIS2 2.42, expression checks: there are these two outcomes only, and an empty expression is a valid one.
"""

from __future__ import annotations

from dataclasses import dataclass

from expressions.dialects import Dialect
from expressions.errors import ExpressionError
from expressions.reading import read
from metadata.expressions.naming import load_names, name_of
from metadata.models import ProgramRuleVariable

VALID = "Valid"
NOT_WELL_FORMED = "Expression is not well-formed"


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of an expression; `fault` is what is wrong with it, and where."""

    description: str | None = None
    fault: str | None = None

    @property
    def is_valid(self) -> bool:
        return self.fault is None


def describe_expression(
    text: str, dialect: Dialect, *, locale: str | None = None, program: str | None = None
) -> Description:
    """An expression with the names of what it mentions. Objects that do not exist make it one that is not well-formed;
    so do variables that the program (a uid) of a program rule does not have."""
    if not text.strip():
        return Description("")
    try:
        expression = read(text, dialect)
    except ExpressionError as error:
        return Description(fault=str(error))
    names = load_names(expression.mentioned, locale)
    if program is not None:
        rows = ProgramRuleVariable.objects.filter(program__uid=program).values_list("name", flat=True)
        names |= {("programRuleVariable", name): name for name in rows}
    try:
        for item in expression.mentioned:
            name_of(item, names)
        return Description(expression.describe(lambda item: name_of(item, names)))
    except KeyError as error:
        missing = error.args[0]
        word = f"{missing[0]} `{missing[1]}`" if isinstance(missing, tuple) else f"`{missing}`"
        return Description(fault=f"There is no {word}")
