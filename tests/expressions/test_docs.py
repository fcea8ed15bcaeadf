"""The documentation knows every function."""

from __future__ import annotations

from pathlib import Path

import pytest

from expressions.checking import ORG_UNIT_FUNCTIONS
from expressions.dialects import INDICATOR, PREDICTOR, PROGRAM_INDICATOR, PROGRAM_RULE
from expressions.functions.signatures import AGGREGATE_OF

DOCS = (Path(__file__).parents[2] / "docs" / "expressions.md").read_text()
FUNCTIONS = {*INDICATOR.functions, *PREDICTOR.functions, *PROGRAM_RULE.functions, *PROGRAM_INDICATOR.functions}


@pytest.mark.parametrize("name", sorted({AGGREGATE_OF.get(name, name) for name in FUNCTIONS} | ORG_UNIT_FUNCTIONS))
def test_a_function_is_documented(name: str) -> None:
    assert f"`{name}" in DOCS
